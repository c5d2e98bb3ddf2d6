#!/usr/bin/env bash
# Measures, one package after another so that they do not disturb each other.
set -euo pipefail
cd "$(dirname "$0")/.."

go test -run '^$' -bench . -benchmem -p 1 -count "${COUNT:-1}" ./...

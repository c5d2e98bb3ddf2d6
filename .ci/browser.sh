#!/usr/bin/env bash
# Runs the browser tests of the console against bin/anling. No tests is a failure, not a success.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! compgen -G 'web/console/e2e/*.spec.*' >/dev/null; then
	echo "there are no browser tests in web/console/e2e" >&2
	exit 1
fi
.ci/npm.sh web/console
cd web/console
export ANLING_BIN=$PWD/../../bin/anling
# Not through npx: its process is a wrapper, and stopping it would leave the server behind.
exec node node_modules/@playwright/test/cli.js test "$@"

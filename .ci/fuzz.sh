#!/usr/bin/env bash
# Runs each fuzz target in turn. FUZZTIME says for how long (default 30s).
set -euo pipefail
cd "$(dirname "$0")/.."

found=0
while IFS=: read -r file name; do
	found=1
	echo "== $name in ${file%/*}"
	go test -run '^$' -fuzz "^${name}\$" -fuzztime "${FUZZTIME:-30s}" "./${file%/*}"
done < <(grep -rHoP --include='*_test.go' '^func \KFuzz\w+' --exclude-dir=node_modules . | sed 's,^\./,,' | sort)
if [ $found = 0 ]; then
	echo "there is nothing to fuzz" >&2
	exit 1
fi

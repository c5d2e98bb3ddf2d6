#!/usr/bin/env bash
# Installs a folder's node packages exactly as locked, and only when the lock has changed: npm.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/../$1"

stamp=node_modules/.lock.sha256
want=$(sha256sum package-lock.json)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then
	exit 0
fi
npm ci --ignore-scripts --no-audit --no-fund
printf '%s\n' "$want" >"$stamp"

#!/usr/bin/env bash
# Looks whether a dependency has a known hole, where that can be asked. It never waits long, never pretends: what could not
# be asked is printed as "not run", and what is found fails.
#
#   ANLING_VULNDB=FOLDER   a folder of OSV files (one JSON for each) in place of the Go team's server
set -euo pipefail
cd "$(dirname "$0")/.."

govulncheck=golang.org/x/vuln/cmd/govulncheck@v1.9.0
limit=${VULN_TIME:-120}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/anling
mkdir -p "$cache"
bad=0

# once CHECK INPUT… runs a check again only when what it depends on has changed, or a day has passed.
stamp() { { cat "$@"; date +%F; } | sha256sum | cut -c1-32; }

go_check() {
	local db=() where="vuln.go.dev" key out code=0
	if [ -n "${ANLING_VULNDB:-}" ]; then
		if [ ! -d "$ANLING_VULNDB" ]; then
			echo "ANLING_VULNDB names $ANLING_VULNDB, which is no folder" >&2
			return 1
		fi
		local newest
		newest=$(find "$ANLING_VULNDB" -name '*.json' -printf '%TY-%Tm-%Td\n' | sort | tail -1)
		where="$ANLING_VULNDB, newest file of ${newest:-never}"
		db=(-db "file://$(cd "$ANLING_VULNDB" && pwd)")
		if [ -z "$newest" ] || [ "$(date -d "$newest" +%s)" -lt "$(date -d '60 days ago' +%s)" ]; then
			echo "warning: the folder of known holes is older than 60 days"
		fi
	elif ! curl -sfI -m 8 https://vuln.go.dev/index/db.json >/dev/null 2>&1; then
		echo "govulncheck: not run – vuln.go.dev cannot be reached and ANLING_VULNDB names no folder of OSV files"
		return 0
	fi
	key=$cache/govulncheck-$(stamp go.mod go.sum <(printf '%s' "$where"))
	if [ -f "$key" ]; then
		echo "govulncheck: no known hole ($where; asked earlier today)"
		return 0
	fi
	out=$(GOFLAGS=-mod=mod timeout "$limit" go run "$govulncheck" "${db[@]}" ./... 2>&1) || code=$?
	case $code in
	0)
		rm -f "$cache"/govulncheck-*
		touch "$key"
		echo "govulncheck: no known hole ($where)"
		;;
	3)
		printf '%s\n' "$out"
		return 1
		;;
	124) echo "govulncheck: not run – it did not end within $limit s" ;;
	*) printf 'govulncheck: not run – %s\n' "$(printf '%s' "$out" | tail -1)" ;;
	esac
}

npm_check() {
	local key out code=0
	if ! command -v npm >/dev/null; then
		echo "npm audit: not run – there is no npm here"
		return 0
	fi
	key=$cache/npm-audit-$(stamp web/console/package-lock.json)
	if [ -f "$key" ]; then
		echo "npm audit: no known hole (asked earlier today)"
		return 0
	fi
	out=$(cd web/console && timeout 40 npm audit --audit-level=moderate 2>&1) || code=$?
	if [ $code = 0 ]; then
		rm -f "$cache"/npm-audit-*
		touch "$key"
		echo "npm audit: no known hole"
	elif printf '%s' "$out" | grep -q 'vulnerabilities'; then
		printf '%s\n' "$out"
		return 1
	else
		printf 'npm audit: not run – %s\n' "$(printf '%s' "$out" | grep -m1 -iE 'error|warn|[0-9]{3}' || echo 'the registry gave no answer')"
	fi
}

go_check || bad=1
npm_check || bad=1
exit $bad

#!/usr/bin/env bash
# Everything that can be said about the code without running the program.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }

step "formatting"
unformatted=$(find . \( -name node_modules -o -name .git \) -prune -o -name '*.go' -print0 | xargs -0 gofmt -l)
if [ -n "$unformatted" ]; then
	printf 'not formatted; run gofmt -w on:\n%s\n' "$unformatted" >&2
	exit 1
fi

step "go vet"
go vet ./...
(cd .ci/rivals && go vet ./...)

step "linter"
if command -v golangci-lint >/dev/null; then
	golangci-lint run ./...
else
	echo "golangci-lint is not at hand: skipped; the house rules below need no tool"
fi

step "house rules and layers"
go test -count=1 -run 'Rules|Migrations|Errors' ./cmd/anling

step "the console's types"
.ci/npm.sh web/console
(cd web/console && npm run check)

step "known holes in dependencies"
.ci/vulns.sh

#!/usr/bin/env bash
# Writes what the program is made of, as CycloneDX: bin/anling.cdx.json (Go, from the binary itself) and
# bin/console.cdx.json (the console's packages).
set -euo pipefail
cd "$(dirname "$0")/.."

go run ./cmd/sbom bin/anling >bin/anling.cdx.json
.ci/npm.sh web/console
(cd web/console && npm sbom --sbom-format cyclonedx) >bin/console.cdx.json
for f in bin/anling.cdx.json bin/console.cdx.json; do
	node -e 'const b=JSON.parse(require("fs").readFileSync(process.argv[1]));console.log(process.argv[1]+": "+b.bomFormat+" "+b.specVersion+", "+b.components.length+" components")' "$f"
done

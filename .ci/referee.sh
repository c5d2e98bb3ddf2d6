#!/usr/bin/env bash
# Compares our travel times with those of Valhalla, an independent router, over the same data (docs/travel.md), and our search
# with one that looks at everybody, in CASES random towns.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/npm.sh .ci/referee
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

go test ./geo/road -count=1 -run 'TestExpansionIsExact' -v -cases "${CASES:-20000}"

go test -c -tags referee -o "$work/road.test" ./geo/road
valhalla=.ci/referee/node_modules/@valhallajs/valhallajs/bin/valhalla-cli.js
for data in geo/mapdata/shanghai-centre-2026 geo/testdata/osm/liechtenstein-2015 geo/testdata/osm/porto_portugal; do
	name=${data##*/}
	node "$valhalla" build_config --mjolnir-tile-dir "$work/$name" > "$work/$name.json"
	node "$valhalla" build_tiles -c "$work/$name.json" "$data.osm.pbf" > "$work/$name.log" 2>&1 || { tail "$work/$name.log"; exit 1; }
	(cd geo/road && "$work/road.test" -test.run 'TestReferee$' -test.v -osm "$OLDPWD/$data.osm.pbf" -config "$work/$name.json" \
		-script "$OLDPWD/.ci/referee/referee.mjs" -alerts "${ALERTS:-500}" -worst "${WORST:-5}")
done

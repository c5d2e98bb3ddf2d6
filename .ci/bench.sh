#!/usr/bin/env bash
# Measures, one package after another so that they do not disturb each other. Beside ours it measures Alertmanager, when it can be
# had, tidwall/rtree and PostGIS, and a disk that takes 5 ms longer.
set -euo pipefail
cd "$(dirname "$0")/.."

count=${COUNT:-1}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Alertmanager embeds pages that its module does not bring; an empty one does for a measurement.
rival() {
	local module=github.com/prometheus/alertmanager@v0.34.1 dir
	dir=$(cd "$work" && go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)",/\1/p')
	[ -n "$dir" ] || return 1
	cp -r "$dir" "$work/alertmanager-source"
	chmod -R u+w "$work/alertmanager-source"
	mkdir -p "$work/alertmanager-source/ui/app/dist"
	echo '<html></html>' > "$work/alertmanager-source/ui/app/dist/index.html"
	(cd "$work/alertmanager-source" && go build -o "$work/alertmanager" ./cmd/alertmanager)
}
if rival > "$work/rival.log" 2>&1; then
	export ANLING_ALERTMANAGER=$work/alertmanager
else
	echo "Alertmanager could not be built, so it is not measured:" && tail -n 3 "$work/rival.log"
fi

go test -run '^$' -bench . -benchmem -p 1 -count "$count" ./...

echo "who is near by air, against tidwall/rtree and PostGIS:"
.ci/install.sh postgresql postgresql-postgis
(cd .ci/rivals && go test -run '^$' -bench . -count "$count")

echo "with 5 ms more for each forced write:"
gcc -shared -fPIC -o "$work/slowdisk.so" cmd/anling/testdata/slowdisk.c -ldl
go test -c -o "$work/anling.test" ./cmd/anling
(cd cmd/anling && LD_PRELOAD=$work/slowdisk.so SLOWDISK_US=5000 \
	"$work/anling.test" -test.run '^$' -test.bench '^Benchmark(PressToCarrier|Presses32)$' -test.benchtime 1x -test.count "$count")

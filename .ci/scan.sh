#!/usr/bin/env bash
# Runs public scanners against the demo over TLS, and compares what they find with docs/security/scan-baseline.tsv, where
# each finding is answered. One that is not answered there fails. The results stay in out/scan.
set -euo pipefail
cd "$(dirname "$0")/.."

port=${SCAN_PORT:-9443}
url=https://localhost:$port
out=out/scan
baseline=docs/security/scan-baseline.tsv
rm -rf "$out"
mkdir -p "$out"

bin/anling tls self-signed --names localhost,127.0.0.1 --out "$out/tls" >/dev/null
bin/anling demo --listen "127.0.0.1:$port" --public-url "$url" --tls-cert "$out/tls/anling.crt" --tls-key "$out/tls/anling.key" \
	--elders 40 --helpers 20 >"$out/demo.log" 2>&1 &
demo=$!
trap 'kill $demo 2>/dev/null || true; wait $demo 2>/dev/null || true' EXIT
curl=(curl -sf --cacert "$out/tls/anling.crt")
for _ in $(seq 60); do
	"${curl[@]}" "$url/readyz" >/dev/null 2>&1 && break
	kill -0 $demo || { cat "$out/demo.log" >&2; exit 1; }
	sleep 1
done

# The scanners look from within, as an operator: what a stranger cannot reach they could not judge.
password=$(sed -n 's/.*demo  \/  \([^ ]*\).*/\1/p' "$out/demo.log")
"${curl[@]}" -c "$out/jar" -H 'Content-Type: application/json' -d "{\"name\":\"demo\",\"password\":\"$password\"}" "$url/v1/session" >/dev/null
cookie=$(awk '/anling/ && !/browser/ {print $6"="$7}' "$out/jar")
rm "$out/jar"

echo "== testssl"
testssl --quiet --color 0 --jsonfile "$out/testssl.json" "localhost:$port" >"$out/testssl.txt" 2>&1 || true

echo "== wapiti"
wapiti -u "$url/docs" -s "$url/demo" -s "$url/phones" -s "$url/console/" -s "$url/v1/elders?q=a&limit=5" -s "$url/v1/alerts?state=open" --verify-ssl 0 \
	-H "Cookie: $cookie" --scope domain --max-scan-time 300 --flush-session --no-bugreport -f json -o "$out/wapiti.json" >"$out/wapiti.txt" 2>&1 || true

echo "== sqlmap"
for target in "elders?q=a&limit=5" "alerts?state=open&elder=x&centre=y" "nearest?lat=31.2&lon=121.4&service=a&mode=foot" "helpers?q=a&cursor=b"; do
	timeout 240 sqlmap -u "$url/v1/$target" --cookie "$cookie" --batch --level 1 --risk 1 --smart --flush-session --disable-coloring \
		--ignore-code 400,422 >>"$out/sqlmap.txt" 2>&1 || true
done

node .ci/scan-findings.mjs "$out" | sort -u >"$out/findings.tsv"
kill -0 $demo || { echo "the service did not survive the scan" >&2; exit 1; }
if grep -iE 'panic|level=ERROR' "$out/demo.log"; then
	echo "the service has stumbled during the scan" >&2
	exit 1
fi
unanswered=$(comm -23 <(cut -f1,2 "$out/findings.tsv" | sort -u) <(grep -v '^#' "$baseline" | cut -f1,2 | sort -u))
printf '%s findings, ' "$(wc -l <"$out/findings.tsv")"
if [ -n "$unanswered" ]; then
	printf 'not answered in %s:\n%s\n' "$baseline" "$unanswered"
	exit 1
fi
echo "all answered in $baseline"

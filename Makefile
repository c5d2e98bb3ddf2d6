# What people do with this project. `make` alone explains.

SHELL      := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

console := web/console
dist    := $(console)/dist/index.html
# Everything the built console depends on.
sources := $(shell find $(console)/src $(console)/public $(console)/index.html $(console)/vite.config.* $(console)/package-lock.json internal/words -type f -not -name '*.go' 2>/dev/null)

.PHONY: help run demo build console check test test-go test-console test-browser sim prove bench referee fuzz scan sbom clean FORCE

help: ## explains the targets
	@echo "安铃 Anling. What you can make:"
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name what; do printf '  make %-13s %s\n' "$$name" "$$what"; done

run: build ## starts the demo on http://localhost:8080: a simulated city, a phone wall, no credentials
	exec bin/anling demo --listen :8080

build: console bin/anling ## builds bin/anling with the console inside

console: $(dist) ## builds the operators' console

# npm ci runs only when the lock file has changed; the stamp holds the lock's sum.
$(dist): $(sources)
	.ci/npm.sh $(console)
	cd $(console)
	npm run build
	touch dist/index.html dist/.keep

# The go command knows best what has changed.
bin/anling: FORCE
	@mkdir -p bin
	go build -trimpath -o bin/anling ./cmd/anling

FORCE:

check: ## gofmt, vet, linter where at hand, house rules, the console's types
	.ci/check.sh

test: test-go test-console test-browser ## everything CI runs; installs what it needs

test-go: ## Go tests on both databases, with the race detector, Twilio's API checked by an independent mock, certificates by Let's Encrypt's test authority
	.ci/install.sh postgresql pebble
	.ci/npm.sh .ci/peers
	go test -race -shuffle=on -count=1 -timeout 15m $$(go list ./... | grep -v -e /cmd/simtest -e /cmd/durability)
	go test -shuffle=on -count=1 -timeout 15m ./cmd/simtest ./cmd/durability

test-console: ## the console's own tests
	.ci/npm.sh $(console)
	cd $(console) && npm test

test-browser: build ## the whole job in a real browser
	.ci/install.sh chromium fonts-noto-cjk
	.ci/browser.sh

sim: ## plays 10,000 seeds of the whole engine against every invariant, and shows that each can fail (SEEDS=…, FROM=…)
	go test ./cmd/simtest -count=1 -timeout 90m -v -run 'TestSimulation|TestEachInvariantCanFail' -seeds "$${SEEDS:-10000}" -from "$${FROM:-1}" -mutations

prove: ## kills the service 100 times under load, and cuts its power 20 times (root, a loop device, ext4)
	go test -tags prove ./cmd/durability -count=1 -timeout 90m -v -run 'Killed|PowerIsCut|Answers' -kills "$${KILLS:-100}" -cuts "$${CUTS:-20}"

bench: ## measures what docs/performance.md tells
	.ci/bench.sh

referee: ## compares travel times with those of Valhalla on three cities, and the search with looking at everybody
	.ci/referee.sh

fuzz: ## each fuzz target for 30 s (FUZZTIME=5m for longer)
	.ci/fuzz.sh

scan: build ## runs public scanners against the demo over TLS; a finding that nobody has answered fails
	.ci/install.sh testssl.sh wapiti sqlmap
	.ci/scan.sh

sbom: build ## writes what the program is made of (CycloneDX) into bin
	.ci/sbom.sh

clean: ## removes what was built; data stays
	rm -rf bin $(console)/dist

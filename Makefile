# What CI runs and what people type are the same targets. `make run` and
# `make test` do everything on a fresh Debian 12 with Go.

GO      ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS := -s -w -X sluice/cmd/run.Version=$(VERSION)
SUDO    := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
FUZZTIME ?= 30s

.PHONY: build run test unit e2e demo-test race lint gen gen-check fuzz soak bench bench-connections bench-peer benchcmp baseline cover check deps-test deps-gen deps-race deps-peer deps-demo clean

## build: bin/sluice, one static binary
build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/sluice ./cmd/sluice

## run: serve the embedded default in the foreground
run: build
	exec bin/sluice serve

## test: everything that has to hold; installs sipp, openssl and socat first if they are missing
test: lint unit race e2e
	@echo "all tests passed"

## unit: the tests that need nothing but Go
unit:
	$(GO) test ./...
	cd bench && $(GO) test ./...

## e2e: the real binary with real phones on loopback
e2e: deps-test
	$(GO) test -count=1 -tags e2e ./cmd/run/e2e

## faults: what peers and networks do when all is not well, with 10,000 connections instead of 1,000 or 2,000
faults:
	SLUICE_FAULTS=full $(GO) test -count=1 -timeout 15m -tags e2e -parallel 1 -run '^TestFault' ./cmd/run/e2e

## demo-test: two tabs of a real browser call each other on the demo page
demo-test: build deps-demo
	cd cmd/run/admin/demo/testdata/browser && npm ci --silent --no-audit --no-fund && SLUICE=$(CURDIR)/bin/sluice npm test --silent

## race: the concurrent rooms under the race detector
race: deps-race
	$(GO) test -race ./netio/... ./pipeline/... ./stages/... ./cmd/run

## lint: formatting, vet, and that modules are tidy
lint:
	@out=$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null || find . -name '*.go')); if [ -n "$$out" ]; then echo "not gofmt'ed: $$out"; exit 1; fi
	$(GO) vet ./...
	$(GO) vet -tags e2e ./cmd/run/e2e
	cd bench && $(GO) vet ./...
	$(GO) mod tidy -diff
	cd bench && $(GO) mod tidy -diff

## gen: the Go that Ragel makes of the grammars
gen: deps-gen
	$(GO) generate ./parser/...
	cd bench && $(GO) generate ./parsers/...

## gen-check: that the committed Go is what the grammars say
gen-check: gen
	@git diff --exit-code -- parser bench/parsers || (echo "generated code differs from its grammar: run make gen and commit"; exit 1)

## soak: 1,000,000 simulated calls over 10,000 seeds, ten minutes on two cores
soak:
	$(GO) test ./pipeline/pipelinetest/sim -run Sim -timeout 60m -sim.seeds=10000 -sim.calls=1000000

## fuzz: each fuzz target for FUZZTIME
fuzz:
	@for dir in $$(grep -rl '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do \
		for target in $$($(GO) test -list '^Fuzz' $$dir | grep ^Fuzz); do \
			echo "$$dir $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$dir || exit 1; done; done

## bench: what a call costs, server on one core, generator on the other
bench: build
	cd bench && $(GO) build -o ../bin/sluice-load ./load && $(GO) run ./compare

## bench-peer: the same against Debian's Kamailio, alternating in one run
bench-peer: build deps-peer
	cd bench && $(GO) build -o ../bin/sluice-load ./load && $(GO) run ./compare -peer

## bench-connections: what registered WebSocket connections cost: 15,000 with sockets, 1,000,000 simulated; five minutes
bench-connections: build
	cd bench && $(GO) build -o ../bin/sluice-connections ./connections && $(GO) build -o ../bin/sluice-simulated ./connections/simulated
	cd bench && ../bin/sluice-connections $(CONNECTIONS)
	bin/sluice-simulated $(SIMULATED)

## benchcmp: the Go benchmarks against the committed baseline
benchcmp:
	mkdir -p bench/out
	$(GO) test -run '^$$' -bench . -benchmem -count 6 -benchtime 50ms ./parser/... ./pipeline ./pipeline/link ./pipeline/txn ./netio/... ./stages/... >bench/out/new.txt
	cd bench && $(GO) tool benchstat baseline.txt out/new.txt

## baseline: what benchcmp compares with, from a quiet machine
baseline:
	$(GO) test -run '^$$' -bench . -benchmem -count 6 -benchtime 50ms ./parser/... ./pipeline ./pipeline/link ./pipeline/txn ./netio/... ./stages/... >bench/baseline.txt

## cover: statements that the unit tests reach
cover:
	$(GO) test -coverprofile=cover.out ./... && $(GO) tool cover -func=cover.out | tail -1

## check: what a reviewer runs before landing
check: test gen-check

# sipp (Debian's sip-tester) plays the phones of the end-to-end tests, openssl
# and socat those that speak TLS.
deps-test:
	@missing=; for c in sipp:sip-tester openssl:openssl socat:socat; do command -v $${c%:*} >/dev/null || missing="$$missing $${c#*:}"; done; [ -z "$$missing" ] || { \
		echo "installing$$missing, which the end-to-end tests call with"; \
		$(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; }

# The race detector needs a C compiler.
deps-race:
	@command -v gcc >/dev/null || { echo "installing gcc, which the race detector needs"; \
		$(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq gcc libc6-dev; }

deps-gen:
	@command -v ragel >/dev/null || { echo "installing ragel, which makes the parsers"; \
		$(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq ragel; }

deps-peer:
	@command -v kamailio >/dev/null || { echo "installing kamailio, to compare with"; \
		$(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends kamailio kamailio-websocket-modules; }

# Chromium plays the browser of the demo page; npm fetches what drives it.
deps-demo:
	@missing=; for c in chromium npm; do command -v $$c >/dev/null || missing="$$missing $$c"; done; [ -z "$$missing" ] || { \
		echo "installing$$missing, with which the demo page is tested"; \
		$(SUDO) apt-get update -qq && $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $$missing; }

clean:
	rm -rf bin cover.out bench/out

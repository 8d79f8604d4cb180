# rasid: `make` prints what can be made.

SHELL := /bin/bash
GO    ?= go
BIN   := bin
CONFIG ?= config.yaml

# Tools are pinned: the same source gets the same verdict on every machine.
GOLANGCI_VERSION    := v2.15.0
GOVULNCHECK_VERSION := v1.8.0
GOLANGCI            := $(BIN)/golangci-lint-$(GOLANGCI_VERSION)

# The race detector needs a C compiler; without one the tests run plain. SQLite,
# translated from C, and the C library beneath it are left out: they are not
# ours to watch, and watching them makes the tests four times slower.
UNWATCHED := modernc.org/sqlite/lib modernc.org/libc modernc.org/memory
RACE := $(if $(shell command -v gcc || command -v cc),-race $(foreach p,$(UNWATCHED),-gcflags='$(p)=-race=false -d=checkptr=0'),)
FUZZTIME ?= 30s
KILLS ?= 500
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 freebsd/amd64

.DEFAULT_GOAL := help

.PHONY: help
help: ## print the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: build ## build and start with config.yaml: a sample shop, nothing leaves the machine
	$(BIN)/rasid run --config $(CONFIG)

.PHONY: build
build: ## build bin/rasid, one static binary
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN)/rasid ./cmd/rasid

.PHONY: test
test: ## run every test, in random order, with the race detector
	$(if $(RACE),CGO_ENABLED=1 )$(GO) test $(RACE) -shuffle=on -timeout 40m ./...

.PHONY: axe
axe: ## fetch axe-core, with which the browser test looks whether everybody can use the page
	npm ci --no-audit --no-fund

.PHONY: lint
lint: $(GOLANGCI) ## run the linters of .golangci.yml
	$(GO) vet ./...
	$(GOLANGCI) run ./...

.PHONY: fmt
fmt: ## format every Go file
	gofmt -w $$(git ls-files -co --exclude-standard '*.go')

.PHONY: golden
golden: ## rewrite the expected files, then look at the difference
	$(GO) test $$(grep -rl --include='*_test.go' 'flag.Bool("update"' . | xargs -n1 dirname | sort -u) -update
	git diff --stat

.PHONY: fuzz
fuzz: ## fuzz every parser for 30 s (FUZZTIME=5m for longer)
	@set -e; grep -rno --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sed 's/:[0-9]*:func / /' | sort -u | \
	while read -r file target; do \
		echo "== $$(dirname $$file) $$target"; \
		$(GO) test "$$(dirname $$file)" -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME); \
	done

.PHONY: crash
crash: ## kill, freeze and stop the program KILLS times (500), on each database
	$(GO) test -count=1 -timeout 120m -v ./internal/crashtest -kills $(KILLS) -rounds $(KILLS) -every 1
	$(GO) test -count=1 -timeout 60m -v ./internal/store -trials $(KILLS)
	$(GO) test -count=1 -timeout 60m -v ./responder -run ADecisionStopsTheChain -tries 1000

.PHONY: mutants
mutants: ## build in one mistake for each promise; the tests must notice every one
	$(GO) test -count=1 -timeout 120m -v ./internal/crashtest -run 'SeededBug|ClassicMistakes' -mutants

.PHONY: scale
scale: ## fifty thousand one-star items in an hour, counted one by one
	RASID_SCALE=1 $(GO) test -count=1 -timeout 60m -v ./responder -run FiftyThousand

.PHONY: docs
docs: ## rewrite the generated pages: states.md, config.md, commands.md, sources.md, how-a-case-lives.md
	$(GO) test ./internal/cases ./internal/config ./cmd/rasid -run 'Docs|PageIsFresh' -update
	$(GO) test ./responder -run TestADayOfAShop -update

.PHONY: pictures
pictures: ## take the pictures of the README anew, from the page as it is now
	$(GO) test -count=1 -timeout 10m ./cmd/rasid -run 'JourneyOne|JourneyTen'
	cd test-pictures && cp inbox-ar.png inbox-en.png case-ar.png case-en.png digest-ar.png digest-en.png ../docs/images
	cp test-pictures/narrow-inbox-ar.png docs/images/narrow-ar.png

.PHONY: check
check: fmt-check lint test ## what CI runs: format, lint, every test, generated pages fresh
	@if [ -d .git ]; then git diff --exit-code -- docs go.mod go.sum; fi

.PHONY: fmt-check
fmt-check:
	@unformatted=$$(gofmt -l $$(git ls-files -co --exclude-standard '*.go' 2>/dev/null || find . -name '*.go')); \
	if [ -n "$$unformatted" ]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi
	$(GO) mod verify

.PHONY: vuln
vuln: ## look for known faults in the libraries (needs vuln.go.dev)
	$(GO) run golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK_VERSION) ./...

.PHONY: release
release: ## build dist/ for every platform, with checksums
	@rm -rf dist && mkdir -p dist
	@set -e; for p in $(PLATFORMS); do \
		os=$${p%/*}; arch=$${p#*/}; ext=; [ $$os = windows ] && ext=.exe; \
		echo "building $$p"; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -trimpath -ldflags '-s -w' -o dist/rasid-$$os-$$arch$$ext ./cmd/rasid; \
	done
	@cd dist && sha256sum * > SHA256SUMS && ls -lh

$(GOLANGCI):
	@mkdir -p $(BIN)
	GOBIN=$(abspath $(BIN)) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@mv $(BIN)/golangci-lint $@

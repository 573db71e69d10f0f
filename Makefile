# Two commands matter: make run, make test. make help lists the rest.
GO        ?= go
RELEASE   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LINT      := $(GO) tool -modfile=.ci/tools.mod golangci-lint
BIN       := bin/mellemrum
TRIM      ?= -trimpath
MODULES   := web/assets/node_modules/.package-lock.json
DIST      := web/static/dist/manifest.json
SOURCES   := $(shell find web/assets -path web/assets/node_modules -prune -o -type f -print) $(wildcard cmd/assets/*.go)

.DEFAULT_GOAL := help
.PHONY: help run dev build assets generate test check bench screenshots browser clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## fetch, build and start everything on http://127.0.0.1:8080, with demo data
	@exec $(BIN) serve

build: $(DIST) ## one static binary with assets and migrations inside: bin/mellemrum
	@CGO_ENABLED=0 $(GO) build $(TRIM) -ldflags "-s -w -X main.release=$(RELEASE)" -o $(BIN) ./cmd/mellemrum

assets: $(DIST) ## bundle web/assets into web/static/dist

$(DIST): $(MODULES) $(SOURCES)
	@$(GO) run ./cmd/assets

$(MODULES): web/assets/package-lock.json
	@command -v npm >/dev/null || { echo "npm is missing: install Node.js (apt-get install nodejs npm)"; exit 1; }
	@cd web/assets && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# While it watches, templ looks its sources up by the paths that are built in.
dev: $(DIST) ## as run, and again whenever a templ, Go, asset or language file changes
	@$(GO) tool templ generate -path . -watch -log-level warn -cmd "$(MAKE) -s run TRIM=" \
		-watch-pattern '(.+\.go$$)|(.+\.templ$$)|(web/assets/.+\.(css|js|svg)$$)|(.+\.toml$$)|(.+\.sql$$)' \
		-ignore-pattern 'node_modules|/var/|/bin/|static/dist|_templ\.go$$'

generate: ## write the Go code of the templ files
	@$(GO) tool templ generate -path .

test: $(DIST) browser ## every test there is, in a real database and a real browser
	@$(GO) test -timeout 20m ./...

check: $(DIST) ## generated code, format, lint, vet and the tests under the race detector
	@.ci/unchanged $(GO) tool templ generate -path . -log-level warn
	@.ci/unchanged $(GO) tool templ fmt -log-level warn web cmd
	@.ci/unchanged gofmt -s -w cmd internal migrations web
	@$(GO) mod tidy -diff
	@$(GO) vet ./...
	@$(LINT) run --config .ci/golangci.yml ./...
	@$(GO) test -race -timeout 30m $$($(GO) list ./... | grep -v /web/e2e)

bench: build ## ratios to a bare handler and to pgbench, as a table
	@$(GO) run ./cmd/bench

screenshots: browser ## take README's pictures anew, of the portal that make run has started
	@$(GO) run ./cmd/screenshots

# Browser tests want Debian's chromium. Where it may be installed it is.
browser:
	@.ci/browser

clean: ## remove what was built; the database in var stays
	@rm -rf bin web/static/dist/* web/assets/node_modules

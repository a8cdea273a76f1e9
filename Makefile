# Everything here is a shorthand; `make check` is what must hold.
GO ?= go

.PHONY: check test bench demo build

check: ## format, vet, staticcheck, race detector and tests
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) tool staticcheck ./...
	$(GO) test -race ./...

test: ## the whole test suite
	$(GO) test ./...

bench: ## whole processes side by side, written to docs/benchmarks.md
	$(GO) run ./cmd/users-brick-bench -out docs/benchmarks.md

demo: ## the tour of the README: plan, run, run again
	rm -f users.db
	$(GO) run ./cmd/users-brick plan testdata/tour/params.json
	$(GO) run ./cmd/users-brick run testdata/tour/params.json
	$(GO) run ./cmd/users-brick run testdata/tour/params.json

build: ## the static binary
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o users-brick ./cmd/users-brick

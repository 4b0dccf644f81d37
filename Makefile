# Two commands are enough: `make demo` and `make test`. Both first make `.venv` from the hashed lock.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.holdfast-installed
PEERS := .venv-peers
PEERS_LOCK := benchmarks/peers/requirements.lock
BROWSER_LOCK := tests/real/browser.lock
PROXIES_LOCK := tests/real/proxies.lock
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup demo demo-gate test test-real simulate lint types contracts check bench bench-peers lock clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | awk -F'\t' '{printf "  make %-12s %s\n", $$1, $$2}'

# uv installs the same hashed lock in a fraction of pip's time; where it cannot be had (its own index settings), pip does it.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Holdfast needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3 has no venv module; on Debian: apt-get install python3-venv" >&2; exit 2; }
	@sed -n '/^uv==/,/^[^ ]/p' requirements.lock | sed '$$d' > $(VENV)/uv.lock.txt
	@echo "Installing into $(VENV) ..."
	@{ $(PIP) --require-hashes -r $(VENV)/uv.lock.txt && $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock; } || \
	  $(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

setup: $(STAMP) ## Make .venv with everything in it

demo: setup ## Replay 15 July 2020 in a live view, then the scoreboard
	@$(BIN)/holdfast demo

demo-gate: setup ## An afternoon at a support desk with the staff gate before it: a real service, in a minute
	@$(BIN)/python -m examples.afternoon

test: setup ## The whole test suite
	$(BIN)/python -m pytest

# Debian's package makes a server of its own too; the tests start theirs in a folder of their own and leave it alone.
# The provider's packages come by npm; the node that runs them is the one that Playwright brings.
test-real: setup ## The tests that need a real PostgreSQL server, browser, OpenID provider, nginx, Envoy and Traefik, which it installs
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; } || \
	  { echo "PostgreSQL is needed; on Debian: apt-get install postgresql" >&2; exit 2; }
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } || \
	  { echo "Chromium is needed; on Debian: apt-get install chromium" >&2; exit 2; }
	@command -v nginx >/dev/null || test -x /usr/sbin/nginx || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq nginx; } || \
	  { echo "nginx is needed; on Debian: apt-get install nginx" >&2; exit 2; }
	@command -v npm >/dev/null || \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq npm; } || \
	  { echo "npm is needed; on Debian: apt-get install npm" >&2; exit 2; }
	@$(PIP) --require-hashes -r $(BROWSER_LOCK) -r $(PROXIES_LOCK)
	@cd tests/real/oidc && npm ci --silent --no-audit --no-fund --ignore-scripts
	$(BIN)/python -m pytest --real -m real

SEEDS ?= 1000
simulate: setup ## Play a thousand schedules of trouble (SEEDS=N for more or fewer)
	$(BIN)/python -m holdfast.testing.simulation --seeds $(SEEDS) --shrink

lint: setup ## Style and formatting
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup ## Static types
	$(BIN)/mypy

contracts: setup ## Which room may import which
	$(BIN)/lint-imports

check: lint types contracts test ## Everything that CI runs but for `make test-real`

bench: setup ## Speed, memory and detection figures, written to docs/explanation/benchmarks.md
	$(BIN)/python -m benchmarks

# Another tool has its own environment: what it needs is no business of ours.
$(PEERS)/.installed: $(PEERS_LOCK)
	@$(PYTHON) -m venv $(PEERS)
	@echo "Installing into $(PEERS) ..."
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(PEERS_LOCK)
	@touch $@

bench-peers: setup $(PEERS)/.installed ## Holdfast beside another tool and plain rules; DATA=DIR for other data
	$(BIN)/python -m benchmarks --only peers $(if $(DATA),--data "$(DATA)")

lock: setup ## Remake the lock files (that of tests/real/oidc: npm install --package-lock-only --omit-lockfile-registry-resolved=true)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -o $(PEERS_LOCK) benchmarks/peers/requirements.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --extra dev -o requirements.lock pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -c requirements.lock -o $(BROWSER_LOCK) tests/real/browser.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-emit-find-links -o $(PROXIES_LOCK) tests/real/proxies.in

clean: ## Remove .venv and caches
	rm -rf $(VENV) $(PEERS) .mypy_cache .ruff_cache .pytest_cache .hypothesis

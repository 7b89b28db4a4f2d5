# Every target works on a fresh clone: it installs what it needs or says what is missing.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo run test check bench bench-scores fmt lock python tools system

BIN := .venv/bin
LOCK := $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

# Debian packages that the tests need beside Python.
TEST_PACKAGES := chromium postgresql-15 redis-server nginx-light systemd libreoffice-writer libreoffice-calc

# $(call ensure,PACKAGES) installs the Debian packages that are missing; who is not root gets the line to run.
define ensure
missing=(); \
for package in $(1); do \
	[[ "$$(dpkg-query -W -f='$${db:Status-Status}' "$$package" 2>/dev/null)" == installed ]] || missing+=("$$package"); \
done; \
if (( $${#missing[@]} )); then \
	if [[ "$$(id -u)" != 0 ]] || ! command -v apt-get >/dev/null; then \
		echo "Missing: $${missing[*]}. Run: sudo apt-get install --no-install-recommends $${missing[*]}" >&2; \
		exit 1; \
	fi; \
	apt-get update; \
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$${missing[@]}"; \
fi
endef

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: python ## a made-up government with data; prints where to look (ARGS=--lan lets phones on the network rate)
	$(BIN)/python -m portal.app demo $(ARGS)

run: python ## serve with the settings in config/ and the environment
	$(BIN)/python -m portal.app serve

test: tools system ## all tests, on SQLite and PostgreSQL (ARGS="-k word" for some)
	$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

check: tools ## style, types, layers, templates
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --check --lint --allow-empty-input templates

bench: tools system ## measure the bars of the speed table; prints it
	$(BIN)/python -m tests.benchmarks $(ARGS)

bench-scores: tools ## measure the fair officer score in made-up governments whose truth is known; prints the bars
	$(BIN)/python -m tests.benchmarks.scores $(ARGS)

fmt: tools ## rewrite code and templates in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djlint --quiet --reformat --allow-empty-input templates

lock: tools ## renew the pinned requirements (ARGS="--upgrade" to move versions)
	$(LOCK) $(ARGS) --output-file requirements.txt requirements.in
	$(LOCK) $(ARGS) --allow-unsafe --output-file requirements-dev.txt requirements-dev.in

system:
	@$(call ensure,$(TEST_PACKAGES))

python: .venv/installed ## the program and the libraries it needs, as an office installs it

tools: .venv/tools

.venv/installed: requirements.txt
	@python3 -c 'import ensurepip, venv' 2>/dev/null || { $(call ensure,python3 python3-venv); }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	python3 -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/$(BIN)/python" -m portal.app "$$@"\n' '$(CURDIR)' '$(CURDIR)' > $(BIN)/portal
	@chmod +x $(BIN)/portal
	@touch $@

.venv/tools: .venv/installed requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt
	@touch $@

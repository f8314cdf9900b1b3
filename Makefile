# `make demo` and `make test` set up all they need; everything lives in .venv.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
# The first Python here that Sendout runs on and that can make environments.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null \
	&& echo "$$p" && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
SOURCES := api workflows activities models tests

.PHONY: help demo test test-outside test-inside lint format bench soak screenshots lock paper browser clean

help:
	@echo "make demo    everything on this machine with a story in it, until Ctrl-C"
	@echo "make test    lint, types, import rules and every test"
	@echo "make lint    the first three only;  make format  rewrites the sources"
	@echo "make bench   speed, measured against a bare workflow and against rows fetched by hand"
	@echo "make soak    long runs: kill -9 again and again, many random commands"
	@echo "make screenshots   the pictures in docs/, taken anew"
	@echo "make lock    compile the requirements*.lock files again"

# Without what `paper` brings, the demo runs and only labels and PDFs are refused.
demo: .venv/ready-to-run
	@$(MAKE) --no-print-directory paper || true
	$(BIN)/sendout demo

test: lint paper browser
	$(MAKE) --no-print-directory --keep-going --jobs 2 test-outside test-inside

# Two halves beside each other: the one waits for browsers and servers while the other computes.
OUTSIDE := tests/browser tests/e2e tests/supplier tests/pages tests/workflows tests/faults
test-outside:
	$(BIN)/pytest $(OUTSIDE)
test-inside:
	$(BIN)/pytest tests $(OUTSIDE:%=--ignore=%)

lint: .venv/ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready-to-test
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/ready-to-test
	$(BIN)/python -m tests.benchmarks

soak: .venv/ready-to-test
	SENDOUT_HYPOTHESIS=soak $(BIN)/pytest -m "soak or hypothesis" -o faulthandler_timeout=14400

screenshots: .venv/ready-to-test browser
	$(BIN)/python -m tests.browser.screenshots

# Hashes and versions only: which registry to ask is the machine's own business.
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet
lock: .venv/ready-to-test
	$(COMPILE) --output-file requirements.lock
	$(COMPILE) --group dev --constraint requirements.lock --output-file requirements-dev.lock
	$(BIN)/uv pip compile --group build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet \
		--constraint requirements-dev.lock --output-file requirements-build.lock

# Pango and fonts, which WeasyPrint draws labels and PDFs with; one of them has Chinese.
PAPER := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core fonts-wqy-microhei fontconfig
paper:
	@if ! $(BIN)/python -W error -c 'import weasyprint' >/dev/null 2>&1 \
		|| ! fc-list 2>/dev/null | grep -q -i wqy || ! fc-list | grep -q -i dejavu; then \
		if [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then \
			echo "For labels and PDFs install $(PAPER) first."; exit 1; fi; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(PAPER); \
	fi

# Chromium and a font with Chinese, for tests that look at pages.
browser:
	@if ! command -v chromium >/dev/null || ! fc-list 2>/dev/null | grep -q -i wqy; then \
		if [ "$$(id -u)" != 0 ]; then echo "Install chromium and fonts-wqy-microhei first."; exit 1; fi; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
			chromium fonts-wqy-microhei fontconfig; \
	fi

.venv/made:
	@test -n "$(PYTHON)" || { echo "Sendout needs Python 3.11, 3.12 or 3.13 with its venv module."; exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/ready-to-run: .venv/made requirements.lock requirements-build.lock pyproject.toml
	$(PIP) install --quiet --require-hashes -r requirements-build.lock -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.venv/ready-to-test: .venv/made requirements-dev.lock requirements-build.lock pyproject.toml
	$(PIP) install --quiet --require-hashes -r requirements-build.lock -r requirements-dev.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist

# `make run` and `make test` set up by themselves what they need on a fresh Debian machine.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# Each may be given: make run SCENARIO=lock_overhaul RUN_OPTIONS="--seed 2"
PYTHON ?= python3
VENV ?= .venv
SCENARIO ?= baseline_2025
RUN_OPTIONS ?=
PYTEST_OPTIONS ?=
REPORT_OPTIONS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SOURCES := corridor_sim networks tests benchmarks docs
TYPED := corridor_sim networks/build

.PHONY: help run test setup setup-run browser lint format pytest suites benchmark measured docs build clean

help:
	@echo "make run        install and simulate $(SCENARIO), then tell where its map lies"
	@echo "make test       install and run all checks and tests"
	@echo "make lint       only the checks"
	@echo "make format     bring the code into its standard form"
	@echo "make benchmark  measure everything, twenty minutes, and write benchmarks/REPORT.md"
	@echo "make measured   run the model beside the published figures and write its tables into docs/"
	@echo "make docs       build the documentation into docs/_build/html"
	@echo "make build      build the wheel and the source archive into dist/"
	@echo "make clean      remove everything that the above have made, but for results/"

run: setup-run
	$(BIN)/corridor-sim run $(SCENARIO) --force $(RUN_OPTIONS)

test: lint pytest

# --- set-up ---------------------------------------------------------------------------------------
# The stamps lie inside the environment, so that a new environment is filled anew.

setup-run: $(VENV)/installed-run
setup: $(VENV)/installed-dev

$(VENV)/created:
	@command -v $(PYTHON) >/dev/null || tools/apt_install.sh "Python" python3 python3-venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or newer is needed, $$($(PYTHON) --version) was found;" \
	         "name another: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	    || tools/apt_install.sh "Python's virtual environments" python3-venv
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/installed-run: $(VENV)/created pyproject.toml
	$(PIP) install --quiet --editable .
	@touch $@

$(VENV)/installed-dev: $(VENV)/created pyproject.toml
	$(PIP) install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/installed-run

$(VENV)/installed-peers: $(VENV)/installed-dev pyproject.toml
	$(PIP) install --quiet --editable '.[dev,peers]'
	@touch $@

$(VENV)/installed-docs: $(VENV)/created pyproject.toml
	$(PIP) install --quiet --editable '.[docs]'
	@touch $@

# Tests of the map need a browser. Without one, and without the right to install it, they are left
# out and this is said; where CI is set, that is an error.
browser:
	@command -v chromium >/dev/null || tools/apt_install.sh "Chromium for the browser tests" \
	        chromium fonts-noto-cjk \
	    || [ -z "$${CI:-}" ]

# --- checks and tests -----------------------------------------------------------------------------

lint: setup
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy $(TYPED)
	$(BIN)/numpydoc lint $$(find $(TYPED) -name '*.py')

format: setup
	$(BIN)/ruff check --fix $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

pytest: setup browser
	@if command -v chromium >/dev/null; then chosen=; else chosen='not browser'; \
	    echo "No Chromium: the tests marked 'browser' are left out." >&2; fi; \
	set -x; $(BIN)/python -m pytest $${chosen:+-m "$$chosen"} $(PYTEST_OPTIONS)

# One group of the suites: make suites PYTEST_OPTIONS="-k rules"
suites: $(VENV)/installed-peers
	$(BIN)/python -m pytest benchmarks --benchmark-enable --benchmark-columns=min,median,max,rounds \
	    $(PYTEST_OPTIONS)

benchmark: $(VENV)/installed-peers
	$(BIN)/python -m benchmarks.report $(REPORT_OPTIONS)

# Half an hour; interrupted, it goes on where it stopped.
measured: setup
	@mkdir -p build
	$(BIN)/corridor-sim validate-model -n 3 --out docs/_made/validation.txt
	$(BIN)/corridor-sim assumptions --keep build/assumptions.jsonl --out docs/_made/assumptions.txt

docs: $(VENV)/installed-docs
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html
	@echo "Documentation: docs/_build/html/index.html"

build: setup
	$(BIN)/python -m build

clean:
	rm -rf .venv build dist docs/_build test-output .benchmarks .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

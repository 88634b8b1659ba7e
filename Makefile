# Everything one types. `make help` says what is here; nothing is needed but make and Python 3.11 or later with venv.

VENV := .venv
BIN := $(VENV)/bin
SHELL := /bin/sh
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
NEW_ENOUGH := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(PYTHONS); do if $$p -c '$(NEW_ENOUGH)' 2>/dev/null; then echo $$p; break; fi; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest
CATALOGUES := $(wildcard templates/translations/*/LC_MESSAGES/*.po)

# An environment that is half made, or made for a checkout that has moved since, is made again.
WHOLE := import sqlalchemy, click, crm; assert crm.__file__.startswith("$(CURDIR)/")
STALE := $(shell $(BIN)/python -I -c '$(WHOLE)' 2>/dev/null || rm -f $(VENV)/.runtime $(VENV)/.develop)

.DEFAULT_GOAL := help
.PHONY: help setup run demo test fast check coverage bench fuzz lock migration messages

help: ## This list
	@echo "Portevoix: the newsletter and supporter CRM of a human-rights organisation"
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-10s %s\n", $$1, $$2 }'

setup: $(VENV)/.develop $(VENV)/.messages ## The environment for working on Portevoix, in .venv

demo: $(VENV)/.runtime $(VENV)/.messages ## The demonstration: site, office, clock, sender and mail catcher (Ctrl-C ends it)
	@exec $(BIN)/portevoix demo

run: $(VENV)/.runtime $(VENV)/.messages ## Your own organisation: web, clock and sender on PORTEVOIX_HOME (Ctrl-C ends them)
	@exec $(BIN)/portevoix run

test: setup ## Everything: check, then all tests on SQLite and PostgreSQL, and the browser journeys
	@$(MAKE) --no-print-directory check
	$(PYTEST) -q -n auto --dist worksteal --pages-once

fast: setup ## The tests that need neither a database nor a browser (seconds)
	$(PYTEST) -q -n auto -m "not database and not browser and not slow"

check: setup ## Lint, format, types and import contracts
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

coverage: setup ## How much the tests walk without a browser: every rules.py whole, each room nine tenths
	$(PYTEST) -q -n auto -m "not browser" --cov --cov-report=json:build/coverage.json --cov-report=
	$(BIN)/python -m tests.coverage_bars build/coverage.json

bench: setup ## How fast mail leaves, and how quick pages stay meanwhile; addresses per second; files imported; files of the bank read; collections asked; people sown and found; duplicates; figures of donors; segments; the freeze of an appeal; the gate and the folds of consent; an issue of the magazine; attestations
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench.web_during_send
	$(BIN)/python -m tests.bench.addresses
	$(BIN)/python -m tests.bench.imports
	$(BIN)/python -m tests.bench.bank
	$(BIN)/python -m tests.bench.collections
	$(BIN)/python -m tests.bench.people
	$(BIN)/python -m tests.bench.duplicates
	$(BIN)/python -m tests.bench.donors
	$(BIN)/python -m tests.bench.segments
	$(BIN)/python -m tests.bench.freeze
	$(BIN)/python -m tests.bench.consent
	$(BIN)/python -m tests.bench.magazine
	$(BIN)/python -m tests.bench.attestations
	$(BIN)/python -m tests.bench.attestation_kills

fuzz: setup ## The bank's readers under atheris, CODA then camt, SECONDS=120 each (brings atheris where there is a wheel of it)
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(PIP) install --quiet --only-binary :all: 'atheris>=3,<4'
	$(BIN)/python -m tests.banking.fuzz $(or $(SECONDS),120) coda
	$(BIN)/python -m tests.banking.fuzz $(or $(SECONDS),120) camt

messages: setup ## Brings the translation catalogues up to date with the words in templates and code
	$(BIN)/python -m crm.foundation.catalogues update

migration: setup ## The next migration, from what the tables say: make migration NAME=gift_refunds
	@test -n "$(NAME)" || { echo "make migration NAME=what_it_does"; exit 2; }
	$(BIN)/python -m crm.migrations.revise $(NAME)

LOCK := ../build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --only-binary :all: --no-header

lock: build/uv/bin/uv ## New locks from requirements/*.in (UPGRADE=1 takes the newest versions)
	cd requirements && $(LOCK) $(if $(UPGRADE),--upgrade) runtime.in -o runtime.lock
	cd requirements && $(LOCK) $(if $(UPGRADE),--upgrade) develop.in -c runtime.lock -o develop.lock

build/uv/bin/uv:
	@echo "making the tool that writes locks"
	@$(PYTHON) -m venv build/uv
	@build/uv/bin/python -m pip install --quiet uv

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Portevoix needs Python 3.11 or later with its venv module (on Debian: apt install python3-venv)."; exit 1; }
	@$(BIN)/python -I -m pip --version >/dev/null 2>&1 || { echo "making $(VENV)"; $(PYTHON) -m venv --clear $(VENV); }

.PHONY: $(VENV)/.made

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml | $(VENV)/.made
	@echo "installing what Portevoix runs on"
	@$(PIP) install --quiet --no-deps --require-hashes --only-binary :all: -r requirements/runtime.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.develop: requirements/develop.lock $(VENV)/.runtime | $(VENV)/.made
	@echo "installing what its tests need"
	@$(PIP) install --quiet --no-deps --require-hashes --only-binary :all: -r requirements/develop.lock
	@touch $@

$(VENV)/.messages: $(CATALOGUES) $(VENV)/.runtime
	@$(BIN)/python -m crm.foundation.catalogues compile
	@touch $@

# Two commands: `make run` serves a demo, `make test` runs the tests. `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:

PORT ?= 8000
HOST ?= 127.0.0.1
WORKERS ?= 2
LANGUAGES := zh_Hans zh_Hant ru
UV_VERSION := 0.13.9

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
HASHED := install --no-deps --require-hashes
NOT_HERE := not browser and not packaging
# Tests with random cases and no database: the ones that are worth very many of them.
RANDOM := tests/domain tests/web/test_i18n.py tests/web/test_sign_in.py

# One stamp per instance folder, kept in .venv so that nothing foreign lies in the folder itself.
INSTANCE_STAMP := .venv/.upgraded-$(shell printf %s "$$SALESAPP_INSTANCE $$SALESAPP_DATABASE_URL" | cksum | cut -d ' ' -f 1)
MIGRATIONS := $(shell find salesapp/migrations plugins "$${SALESAPP_INSTANCE:-instance}/plugins" \
	-path '*migrations*' -name '*.py' 2>/dev/null | grep -v ' ')
CATALOGUES := $(wildcard salesapp/translations/*/LC_MESSAGES/*.po plugins/*/translations/*/LC_MESSAGES/*.po)

.PHONY: help install program run dev compiled test test-all test-postgres test-browser test-packaging test-long lint \
	format lock messages screenshots clean FORCE

help: ## list the commands
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile | expand -t 22

install: $(INSTANCE_STAMP) ## everything needed to serve, and a migrated, empty instance (SALESAPP_INSTANCE= elsewhere)

# Compiled here, as a service has no right to write where its program lies.
program: .venv/.salesapp .venv/.assets ## everything needed to serve, and no instance: for a service (docs/operations.md)
	@$(BIN)/python -m compileall -q salesapp plugins

run: $(INSTANCE_STAMP) ## serve a demo on http://127.0.0.1:8000 (PORT=, HOST=0.0.0.0 for a phone)
	@PORT='$(PORT)' HOST='$(HOST)' exec $(BIN)/salesapp demo --run

dev: .venv/.dev .venv/.assets ## install plus the tools for tests and checks

# Many tests start the program; to compile it each time anew takes longer than most of what they test.
compiled: dev
	@$(BIN)/python -m compileall -q salesapp plugins tests

test: compiled ## the tests on SQLite, with nothing but Python
	$(BIN)/python -m pytest -n $(WORKERS) -m "$(NOT_HERE)"

test-all: test test-postgres test-browser ## the tests on SQLite, again on PostgreSQL, and in Chromium

test-postgres: compiled ## the tests that ask a database, on PostgreSQL
	$(BIN)/python -m tests.postgres
	SALESAPP_TEST_DATABASE=postgres $(BIN)/python -m pytest -n $(WORKERS) -m "$(NOT_HERE)"

test-browser: compiled ## the tests that drive Chromium
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || \
		{ echo "The browser tests need Chromium: on Debian, apt-get install chromium fonts-noto-cjk." >&2; exit 1; }
	$(BIN)/python -m pytest -n $(WORKERS) -m browser

test-packaging: compiled ## build the wheel, install it elsewhere, serve a page from it
	$(BIN)/python -m pytest -m packaging

test-long: dev ## the tests with random cases, thirty times as many of them; 100,000 for follow-ups
	$(BIN)/python -m pytest -n $(WORKERS) --hypothesis-profile=wide $(RANDOM)

lint: dev ## ruff, mypy, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict salesapp plugins
	$(BIN)/lint-imports --no-cache

format: dev ## put the code into the house's shape
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

screenshots: dev ## the pictures in the README
	$(BIN)/python -m docs.screenshots

clean: ## remove what can be built again; instance/ stays
	rm -rf .venv .lock-venv static/built dist build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find salesapp plugins -name '*.mo' -delete
	find salesapp plugins tests -name __pycache__ -prune -exec rm -rf {} +

# The environment. Each stamp is newer than what it was made from, so a second `make` costs nothing.

.venv/.made:
	@found=; for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$python"; break; fi; done; \
	[ -n "$$found" ] || { echo "SalesApp needs Python 3.11 or newer; PYTHON=/path/to/python3 names one." >&2; exit 1; }; \
	"$$found" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv module is missing: on Debian, apt-get install python3-venv." >&2; exit 1; }; \
	echo "Making .venv …"; "$$found" -m venv --clear .venv
	@touch $@

.venv/.runtime: requirements.txt .venv/.made
	@echo "Installing what SalesApp needs …"
	@$(PIP) $(HASHED) -r requirements.txt
	@touch $@

.venv/.salesapp: pyproject.toml hatch_build.py salesapp/__init__.py .venv/.runtime
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.assets: salesapp/assets.py $(CATALOGUES) .venv/.runtime
	@$(BIN)/python -m salesapp.assets
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.salesapp
	@echo "Installing the tools for tests and checks …"
	@$(PIP) $(HASHED) -r requirements-dev.txt
	@touch $@

$(INSTANCE_STAMP): .venv/.salesapp .venv/.assets $(MIGRATIONS) \
		$(shell [ -n "$$SALESAPP_DATABASE_URL" ] || [ -e "$${SALESAPP_INSTANCE:-instance}/salesapp.db" ] || echo FORCE)
	@$(BIN)/salesapp upgrade
	@touch $@

FORCE:

# The locks. Every file of every platform, by hash; never with the address of an index.
# Django and what only Django needs stay out: its package is here for the htmx file inside it.

UV := .lock-venv/bin/uv pip compile --no-config --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-package django --no-emit-package asgiref --no-emit-package sqlparse

lock: ## newest versions into requirements.txt and requirements-dev.txt
	@[ -x .lock-venv/bin/uv ] || { python3 -m venv .lock-venv && .lock-venv/bin/python -m pip install -q uv==$(UV_VERSION); }
	$(UV) pyproject.toml --extra postgres --group build -o requirements.txt
	$(UV) --group dev -c requirements.txt -o requirements-dev.txt

# Catalogues without dates and line numbers: a difference shows texts only.

messages: dev ## collect the texts to translate into salesapp/translations
	$(BIN)/pybabel -q extract -F pyproject.toml -k N_ -k _l --add-location=file --sort-by-file --no-wrap \
		--project SalesApp --version 1 --copyright-holder "the SalesApp project" -o .venv/messages.pot salesapp templates plugins
	@for language in $(LANGUAGES); do \
		po="salesapp/translations/$$language/LC_MESSAGES/messages.po"; \
		if [ -e "$$po" ]; then action="update --no-fuzzy-matching --ignore-obsolete"; else action=init; fi; \
		mkdir -p "$$(dirname "$$po")"; \
		$(BIN)/pybabel -q $$action --no-wrap -i .venv/messages.pot -l "$$language" -o "$$po" || exit 1; \
		sed -e '/^"\(POT-Creation-Date\|PO-Revision-Date\|Last-Translator\|Generated-By\|Report-Msgid-Bugs-To\|Language-Team\): /d' \
			-e '/^# FIRST AUTHOR/d' -e '/^# Copyright (C)/d' "$$po" > "$$po.new" && mv "$$po.new" "$$po"; \
	done

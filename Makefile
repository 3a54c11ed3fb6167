# What can be done here. `make` alone says it.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
ENGINES := $(BIN)/python -m tests.services

help: ## say what can be done
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

run: ## start everything here, with a demonstration if there is nothing yet
	@tools/setup.sh run
	@exec $(BIN)/python tools/run.py

dev: ## the same, with a web server that reloads what you change
	@tools/setup.sh dev
	@exec $(BIN)/python tools/run.py --reload

test: ## everything on SQLite, and what an engine could change on PostgreSQL and Redis too
	@tools/setup.sh test
	@status=0; \
	$(ENGINES) $(PYTEST) -n 2 --dist worksteal --migrations -m engine || status=$$?; \
	$(PYTEST) -n 2 --dist worksteal || status=$$?; \
	exit $$status

test-all: ## everything on both engines, with many more random cases
	@tools/setup.sh test
	@status=0; export HYPOTHESIS_PROFILE=deep; \
	$(ENGINES) $(PYTEST) -n 2 --dist worksteal --migrations || status=$$?; \
	$(PYTEST) -n 2 --dist worksteal --migrations || status=$$?; \
	exit $$status

test-quick: ## what needs neither browser nor servers nor Java
	@tools/setup.sh dev
	@$(PYTEST) -n 2 --dist worksteal -m "not browser and not services and not kit"

check: ## format, lint, types, migrations, translations, architecture, locks
	@tools/setup.sh dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	@export COURGETTE_VAR=$$(mktemp -d); trap 'rm -rf $$COURGETTE_VAR' EXIT; set -ex; \
	$(BIN)/python manage.py makemigrations --check --dry-run; \
	$(BIN)/python manage.py check --fail-level WARNING; \
	$(PYTEST) tests/test_architecture.py tests/test_translations.py tests/test_locks.py

bench: ## measure, print a table, write var/bench.json
	@tools/setup.sh dev
	@$(BIN)/python -m bench

demo: ## load the demonstration into an empty database
	@tools/setup.sh run
	@$(BIN)/python manage.py release && $(BIN)/python manage.py demo --if-empty

messages: ## gather the strings to translate (needs gettext), and compile the translations
	@tools/setup.sh dev
	@$(BIN)/python manage.py makemessages --all --no-location --no-wrap --no-obsolete --ignore .venv --ignore var --ignore tests --ignore bench
	@$(BIN)/python -c "from pathlib import Path; from config.translations import compile_all; compile_all(Path('locale'))"

doctor: ## say what is wrong with this installation
	@$(BIN)/python manage.py doctor

verify: ## verify the sealed ledger and every kept document
	@$(BIN)/python manage.py verify_records

lock: ## choose the versions of what we depend on again
	@tools/setup.sh dev
	@$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --extra dev --constraint requirements.txt --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements-dev.txt

.PHONY: help run dev test test-all test-quick check bench demo messages doctor verify lock

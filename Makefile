# Everything a newcomer needs; `make help` lists it.
PORT ?= 8000
PY := .venv/bin/python
ROOMS := audit web staff programs patients plans scheduling dashboard iopportal

.DEFAULT_GOAL := help
.PHONY: help run dev test lint format bench requirements permissions env setup setup-dev

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: env ## set everything up and serve on http://localhost:8000 (PORT= changes it)
	@$(PY) manage.py serve --prepare --port $(PORT)

dev: env ## Django's reloading server, with DEBUG on
	@DEBUG=on $(PY) manage.py serve --prepare --only-prepare
	@DEBUG=on $(PY) manage.py runserver localhost:$(PORT)

test: setup-dev lint ## lint, the checks of a deployment, and all tests on SQLite and on PostgreSQL
	@scripts/check
	@scripts/tests $(PYTEST)

lint: setup-dev ## format, style, types, templates, security
	@$(PY) -m ruff format --check --quiet .
	@$(PY) -m ruff check --quiet .
	@git ls-files -co --exclude-standard 'templates/*.html' | xargs .venv/bin/djade --check --target-version 6.1
	@$(PY) -m bandit --quiet --severity-level medium --recursive $(ROOMS) --configfile pyproject.toml
	@. scripts/test-env && $(PY) -m mypy --no-error-summary $(ROOMS)

format: setup-dev ## put code and templates into shape
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
	@git ls-files -co --exclude-standard 'templates/*.html' | xargs .venv/bin/djade --target-version 6.1

bench: setup-dev ## compare the speed of the main pages and verbs with a bare request, in one run
	@. scripts/test-env && $(PY) -m scripts.bench

permissions: setup-dev ## write docs/permissions.md anew
	@. scripts/test-env && $(PY) manage.py write_permissions

requirements: setup-dev ## compile requirements*.txt anew, with hashes (needs uv)
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-emit-find-links requirements.in -o requirements.txt
	uv pip compile --universal --python-version 3.12 --generate-hashes --no-emit-index-url --no-emit-find-links requirements-dev.in -o requirements-dev.txt

env: setup
	@$(PY) scripts/first_env.py

setup:
	@scripts/setup

setup-dev:
	@scripts/setup dev

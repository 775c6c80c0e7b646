# The house's words: setup, audit, check, test, demo, bench, proof, openapi, docs, browser, screenshots. Each sets up what it needs.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
WORKERS ?= auto
SERVICE ?= osv

.PHONY: setup audit check test demo bench proof proof-full openapi docs browser screenshots

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing: install Python 3.11 or newer, or run make PYTHON=python3"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--editable ".[motor]" --group dev --group embedded
	touch $@

# Known advisories, bandit's rules, and a bill of materials in build/; SERVICE=pypi asks another database. In a venv of its own.
audit: setup
	test -x build/audit/venv/bin/python || $(PYTHON) -m venv build/audit/venv
	build/audit/venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	build/audit/venv/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group audit
	$(BIN)/ruff check --select S --ignore S101 hub modules contracts docs
	$(BIN)/python -m docs.audit --tools build/audit/venv/bin --service $(SERVICE)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.build --check

test: setup
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

demo: setup
	$(BIN)/hubctl demo

bench: setup
	$(BIN)/python -m benchmarks

proof: setup
	$(BIN)/python -m tests.faults

proof-full: setup
	$(BIN)/python -m tests.faults --full

openapi docs: setup
	$(BIN)/python -m docs.build

# The tests of the pages are skipped where there is no Chromium; this gets it on Debian, as root.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; }

screenshots: setup browser
	$(BIN)/python -m docs.screenshots

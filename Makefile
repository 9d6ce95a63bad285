# Two commands on a fresh machine: `make demo` diagnoses the bundled run, `make test` installs everything and tests it.
# Only Python >= 3.11, pip, make and git are needed. Both may be called again: what is done is not done twice.

PYTHON ?= python3
VENV ?= .venv
LOGS ?= examples/gate_left_out
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint clean

demo: $(VENV)/.core
	@echo "== diagnose run $(LOGS)"
	@$(BIN)/diagnose run "$(LOGS)" || [ $$? -eq 1 ]

test: $(VENV)/.all
	@echo "== pytest"
	@$(BIN)/python -m pytest -q -n auto

lint: $(VENV)/.all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is " + sys.version.split()[0] + "; try: make PYTHON=python3.12 demo")'
	@echo "== creating $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.core: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "== installing the core into $(VENV) (about 110 MiB on disk: no torch, no TensorBoard)"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/.all: pyproject.toml constraints.txt | $(VENV)/bin/python
	@echo "== installing everything into $(VENV), torch and the test tools among it (about 1.1 GiB on disk)"
	@$(PIP) install -c constraints.txt -e ".[all,dev]"
	@touch $@ $(VENV)/.core

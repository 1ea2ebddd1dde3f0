# Two commands set everything up: `make demo` and `make test`. Both need Python 3.11+ and nothing else.
PYTHON ?= python3
BIN := .venv/bin
# uv does not read pip's configuration, so folders of local wheels that pip knows are handed on to it.
# Where none of them holds torch, uv is told to take the CPU build (a plain `torch` pulls gigabytes of CUDA).
LINKS := $(shell $(PYTHON) -m pip config get global.find-links 2>/dev/null)
TORCH := $(if $(wildcard $(addsuffix /torch-2.13.0*,$(LINKS))),,--torch-backend cpu)
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt $(addprefix --find-links ,$(LINKS))

.PHONY: demo test lint bench clean

demo: .venv/core
	$(BIN)/grader demo

test: .venv/dev lint
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: .venv/dev
	$(BIN)/python -m tests.benchmarks

.venv/uv: constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	touch $@

.venv/core: .venv/uv pyproject.toml
	$(INSTALL) --editable .
	touch $@

.venv/dev: .venv/core
	$(INSTALL) $(TORCH) --editable '.[torch,docker,notebook,dev]'
	touch $@

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

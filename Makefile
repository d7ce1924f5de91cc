# From a fresh clone, with Python 3.11 or later and make alone.
#   make demo    sets everything up and evolves a controller for the double pole
#   make test    sets everything up and passes the tests

PYTHON ?= python3
WORKERS ?= 2
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
PYTEST := $(BIN)/python -m pytest --numprocesses $(WORKERS)
KERNEL_TESTS := tests/kernels tests/networks
INDEX_TESTS := tests/kernels $(wildcard tests/networks/test_[beho]*.py) $(wildcard tests/networks/test_lsm*.py) \
	tests/readouts/test_recursive.py
BENCHMARKS := $(filter-out benchmarks/_%,$(wildcard benchmarks/*.py))

.PHONY: demo lint test test-kernels test-slow faults bench wheel clean

demo: .venv/.demo
	$(BIN)/evorc run double_pole

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: .venv/.dev
	$(PYTEST) --ignore=tests/faults

test-kernels: .venv/.dev
	NUMBA_DISABLE_JIT=1 $(PYTEST) $(KERNEL_TESTS) --cov=evorc.kernels --cov=evorc.networks
	NUMBA_BOUNDSCHECK=1 $(PYTEST) $(INDEX_TESTS)

test-slow: .venv/.dev
	$(PYTEST) --ignore=tests/faults -m slow

faults: .venv/.dev
	$(PYTEST) tests/faults -m ""

bench: .venv/.bench
	set -e; for benchmark in $(BENCHMARKS); do $(BIN)/python $$benchmark; done
	$(BIN)/python benchmarks/_readme.py

wheel: .venv/bin/pip
	rm -rf dist
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir dist .

clean:
	rm -rf .venv dist .coverage .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find evorc scenarios tests benchmarks -name __pycache__ -prune -exec rm -rf {} +

.venv/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit("evorc needs Python 3.11 or later: make PYTHON=..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/.demo: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) --editable '.[plots]'
	touch $@

.venv/.dev: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) --editable '.[dev]'
	touch .venv/.demo $@

.venv/.bench: pyproject.toml constraints.txt | .venv/bin/pip
	$(PIP) --editable '.[bench,dev]'
	touch .venv/.demo .venv/.dev $@

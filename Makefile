# The front door. On a bare machine with Python 3.11 or later and make, each target prepares what it needs.

VENV  := .venv
BIN   := $(VENV)/bin
QUICK ?= --quick
ARGS  ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo serve sandbox test check style types arrows tidy bench format lock clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## */  make \1	/' | expand -t 16

setup: $(VENV)/.dev-stamp  ## everything that the other targets need (instant the second time)

demo: $(VENV)/.run-stamp  ## a day of third-party payment on a small synthetic nation; ARGS="--persons 50000"
	$(BIN)/cloison demo $(ARGS)

serve: $(VENV)/.run-stamp  ## HTTP for machines, and folders: files dropped in, results out
	$(BIN)/cloison serve $(ARGS)

sandbox: $(VENV)/.run-stamp  ## invented insurers and persons to integrate with, and clients with their keys (docs/quickstart.md)
	$(BIN)/cloison serve --sandbox $(ARGS)

test: $(VENV)/.dev-stamp  ## all tests; ARGS="-k nir -n 0" to choose
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: style types arrows tidy  ## lint, format, types, arrows, tidiness (make -k check: all of them, even after a fault)

style: $(VENV)/.dev-stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev-stamp
	$(BIN)/python -m pyright

arrows: $(VENV)/.dev-stamp
	$(BIN)/lint-imports --no-logo --no-cache

tidy: $(VENV)/.dev-stamp
	$(BIN)/python -m pytest -q tests/house

bench: $(VENV)/.dev-stamp  ## every figure beside its ceiling; QUICK= for the full length
	@set -e; for script in bench/[a-z]*.py; do echo "== $$script"; $(BIN)/python $$script $(QUICK) $(ARGS); done

format: $(VENV)/.dev-stamp  ## let ruff put the code in shape
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

clean:  ## forget the virtual environment and the caches
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis build dist

# ---- installation: pinned and hashed, from whichever index pip is configured for

$(BIN)/pip:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11 python; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  "$$python" -m venv $(VENV) && exit 0; \
	  echo "$$python has no venv module: install it (Debian and Ubuntu: apt install python3-venv)"; exit 1; \
	done; echo "Cloison needs Python 3.11 or later; name one with  make PYTHON=/path/to/python ..."; exit 1

$(VENV)/.run-stamp: requirements/lock.txt pyproject.toml | $(BIN)/pip
	@echo "Preparing $(VENV) from requirements/lock.txt (once, a minute or two)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/lock.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev-stamp: requirements/dev.txt pyproject.toml | $(BIN)/pip
	@echo "Preparing $(VENV) from requirements/dev.txt (once, a minute or two)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.run-stamp

# Locks are universal (Linux x86_64 and aarch64, Python 3.11 to 3.13) and name no index. `uv` is only needed here.
UV_COMPILE := uv pip compile --no-config --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock:  ## resolve the dependencies of pyproject.toml again
	$(UV_COMPILE) --extra dev pyproject.toml -o requirements/dev.txt $(ARGS)
	$(UV_COMPILE) --extra build -c requirements/dev.txt pyproject.toml -o requirements/lock.txt

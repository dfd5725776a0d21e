# One command for people and CI alike; each sets up what it needs first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test fast check format bench lock clean

setup: $(STAMP)

$(STAMP): requirements.txt pyproject.toml
	@sh lab/debian-packages.sh
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: setup            ## the main job on the practice network, from nothing to proven and down again
	@$(BIN)/python -m playbooks.demo

test: fast             ## every test: whole runs, killed ones too, and those on real routers included
	@$(BIN)/python -m pytest -m "runs and not lab" --numprocesses 3
	@$(BIN)/python -m pytest -m lab

fast: setup            ## the tests that need no router and make no whole run
	@$(BIN)/python -m pytest -m "not lab and not runs" --numprocesses 3

check: setup           ## style, types, the direction of imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup           ## figures beside two peers, never a test
	@$(BIN)/python -m bench

lock:                  ## pin every dependency with its hashes; needs uv
	uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --extra dev --python-version 3.11 --output-file requirements.txt pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis

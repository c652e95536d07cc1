# Moment Recorder: `make run` and `make test` do everything on a fresh machine.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install run test test-board campaign lint format bench lock image card clean

help:  ## show this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

install: $(STAMP)  ## make .venv with .venv/bin/moment and what it needs from the system

$(STAMP): pyproject.toml requirements.txt requirements-dev.txt scripts/system-packages
	@scripts/system-packages run
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: install  ## record a test pattern here and now; the keys of the terminal are the buttons
	@exec $(BIN)/moment demo

# Hundreds of our processes start in the tests: none of them compiles again what the one before it has compiled. Four
# run beside one another on two processors, as most tests wait: the processors are busy for half of the time.
test campaign: export PYTHONDONTWRITEBYTECODE =

test: install lint  ## run all tests (installs what they need)
	@scripts/system-packages test
	@scripts/gopro-sdk $(BIN)/python
	@$(BIN)/python -m pytest -q -n 4 --dist worksteal $(ARGS)

test-board: install card  ## boot the card's image in an emulator, press its buttons, pull its plug (half an hour, as root)
	@scripts/system-packages board
	@$(BIN)/python -m pytest -q -s -m board tests/board $(ARGS)

campaign: install  ## the long campaigns in full: kill -9 fifty times, thousands of random cases
	@scripts/system-packages test
	@MOMENT_CAMPAIGN=full $(BIN)/python -m pytest -q -n 2 --dist worksteal -m campaign --timeout 7200 $(ARGS)

lint: install  ## format, lint, types, imports
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports > .lint-imports.log || { cat .lint-imports.log; exit 1; }
	@rm -f .lint-imports.log

format: install  ## format the code
	@$(BIN)/ruff format --quiet .
	@$(BIN)/ruff check --quiet --fix .

bench: install  ## measure, side by side with bare tools
	@$(BIN)/moment bench

lock: install  ## pin every dependency anew, with hashes and without addresses
	@scripts/lock $(BIN)/python

image: install  ## the image for a card, in build/ (as root; from cold half an hour)
	@scripts/system-packages image
	@PYTHON=$(CURDIR)/$(BIN)/python image-build/image

card: install  ## the card alone, quickly and hardly compressed: build/card.img (as root)
	@scripts/system-packages image
	@SQUASHFS_LEVEL=3 PYTHON=$(CURDIR)/$(BIN)/python image-build/card

clean:  ## remove .venv and everything that was recorded under ./var
	@rm -rf $(VENV) var build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# PolicyDesk. `make demo` and `make test` do all their own set-up in .venv; a second run starts in seconds.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
# Two files of tests at a time: most of them wait for servers, browsers and processes they started.
SIDE_BY_SIDE := -n 2 --dist loadfile

.DEFAULT_GOAL := help
.PHONY: help setup demo test soak check format model clean

help: ## Show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit("PolicyDesk needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { echo "python3 cannot make a virtual environment; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing PolicyDesk into $(VENV): once, a few minutes"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-compile -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

setup: $(READY) ## Make the virtual environment

demo: $(READY) ## Ingest the sample policies and open the chat
	@$(BIN)/policydesk ingest policies/policies.yaml
	@$(BIN)/policydesk serve --open

test: $(READY) ## Run all tests
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)

soak: $(READY) ## Run the long tests at full count (crowds, kills, corruptions, mutations): about an hour
	@POLICYDESK_SOAK=1 $(BIN)/python -m pytest tests/front tests/ingest tests/servers

check: $(READY) ## Format, lint, types, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest $(SIDE_BY_SIDE)

format: $(READY) ## Format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

# POLICYQA names a Squad-format file to measure retrieval on; training goes without it.
POLICYQA ?=
model: $(READY) ## Train, export and measure the embedding model, the intent head and the assessor again (long: an hour or so on 2 cores)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[train]'
	@$(BIN)/python -m vectorstore.training.tune $(if $(POLICYQA),--policyqa $(POLICYQA))
	@$(BIN)/python -m bot.requests.train_intent
	@$(BIN)/python -m vectorstore.training.assessor.tune

clean: ## Remove the environment and the local library
	rm -rf $(VENV) var

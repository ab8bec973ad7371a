# `make demo` and `make test` set everything up on a machine with Python 3.10+ and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

help:  ## Show what can be made.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 23

demo: $(VENV)/.run  ## Train on data/dinosaurs.txt and print twenty new names.
	$(BIN)/rnn-names train data/dinosaurs.txt --output dinosaurs.npz
	$(BIN)/rnn-names sample --count 20 --model dinosaurs.npz

test: $(VENV)/.test lint  ## Run the whole suite, lint and types.
	$(BIN)/python -m pytest --numprocesses auto --cov --cov-report=term

lint: $(VENV)/.test  ## Check format, lint and types.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

torture: $(VENV)/.test  ## Kill and interrupt hundreds of runs, damage thousands of model files: some minutes.
	$(BIN)/python tests/torture/run.py

fuzz: .venv-fuzz/.done  ## Let atheris look for lists and model files that are not answered as promised.
	.venv-fuzz/bin/python tests/fuzz/run.py

bench:  ## Measure every speed that is promised, beside what it is compared with: keep the machine quiet.
	$(PYTHON) tests/benchmarks/run.py

parity: .venv-torch/.done  ## Compare loss, gradients and a loaded model with PyTorch.
	.venv-torch/bin/python -m pytest tests/network/test_pytorch.py \
		tests/docs/test_model_file_page.py tests/training/test_optimizers.py -rs

recipes:  ## Check the recipes for one stream of names on many processes.
	$(PYTHON) tests/benchmarks/recipes.py

install-check:  ## Install by pip, pipx and uv, on every Python found here, oldest and newest NumPy.
	PYTHON=$(PYTHON) tests/install_check.sh

quality: $(VENV)/.quality  ## Measure held-out loss against Kneser-Ney, and names beside the list's (an hour).
	$(BIN)/python tests/quality/run.py

short-lists: $(VENV)/.test  ## Measure what serves lists of 100 to 400 names best (an hour; it can be stopped and gone on with).
	$(BIN)/python tests/quality/short_lists.py

rare: $(VENV)/.test  ## Compare names under 66 rare conditions with exact probabilities (half an hour).
	$(BIN)/python tests/quality/rare.py

page-study: $(VENV)/.test  ## Measure the page in Chromium, and compare 20,000 names of each bundled model.
	$(BIN)/python tests/page_study/run.py

pictures: $(VENV)/.test  ## Make the pictures in docs/ anew: the drawings, and the page in Chromium.
	$(BIN)/python docs/drawings/draw.py
	$(BIN)/python tests/page_study/picture.py

models: $(VENV)/.run  ## Make the bundled models anew from the lists in data/.
	$(BIN)/python data/make_models.py

docs: $(VENV)/.docs  ## Run all that README and docs show, and write down what it prints (ten minutes).
	$(BIN)/python tests/support/documents.py

clean:  ## Remove the environments and what was made.
	rm -rf .venv .venv-* build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis

# The stamps name what is installed; a changed pyproject.toml installs anew.
$(VENV)/.run: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "rnn-names needs Python 3.10 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.test: $(VENV)/.run
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test]'
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[browser]' \
		|| echo 'No Playwright for this machine: the page will not be tested in a browser.'
	touch $@

$(VENV)/.docs: $(VENV)/.test
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,docs]'
	touch $@

$(VENV)/.quality: $(VENV)/.test
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[test,quality]'
	touch $@

.venv-fuzz/.done: pyproject.toml
	$(PYTHON) -m venv .venv-fuzz
	.venv-fuzz/bin/pip install --quiet --disable-pip-version-check --editable '.[fuzz]'
	touch $@

.venv-torch/.done: pyproject.toml
	$(PYTHON) -m venv .venv-torch
	.venv-torch/bin/pip install --quiet --disable-pip-version-check --editable '.[test,torch]'
	touch $@

.PHONY: help demo test lint torture fuzz bench parity recipes install-check clean quality short-lists rare page-study pictures models docs

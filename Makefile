# `make demo` and `make test` set everything up on a machine with Python 3.10+ and make. They call
# `python -m tests`, which does the same without make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help

help:  ## Show what can be made.
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 23

demo:  ## Train on data/dinosaurs.txt and print twenty new names.
	$(PYTHON) -m tests demo

test:  ## Run the whole suite, lint and types.
	$(PYTHON) -m tests

quick-tests:  ## Run the suite without its slow tests (of pages, rare conditions, processes).
	$(PYTHON) -m tests quick

coverage:  ## Run the suite, and count what it covers: at least 95 % of lines and branches.
	$(PYTHON) -m tests coverage

lint:  ## Check format, lint, types and workflows.
	$(PYTHON) -m tests lint

torture: $(VENV)/.test  ## Kill and interrupt hundreds of runs, damage thousands of model files: some minutes.
	$(BIN)/python tests/torture/run.py

fuzz: .venv-fuzz/.fuzz  ## Let atheris look for lists and model files that are not answered as promised.
	.venv-fuzz/bin/python tests/fuzz/run.py

bench:  ## Measure every speed that is promised, beside what it is compared with: keep the machine quiet.
	$(PYTHON) tests/benchmarks/run.py

parity: .venv-torch/.torch  ## Compare loss, gradients and a loaded model with PyTorch.
	.venv-torch/bin/python -m pytest tests/network/test_pytorch.py -rs

recipes:  ## Check the recipes for one stream of names on many processes.
	$(PYTHON) tests/benchmarks/recipes.py

release-check:  ## Build a release twice, check it, and install it by pip, pipx and uv, on every Python found here.
	PYTHON=$(PYTHON) tests/release_check.sh

npm: $(VENV)/.run  ## Build the package for npm into build/npm: the engine, and each bundled model.
	$(BIN)/python docs/npm/build.py

npm-check: $(VENV)/.test  ## Build it, and use it in projects: oldest and newest Node, TypeScript, a bundle.
	$(BIN)/python tests/npm/check.py

arm-check: $(VENV)/.run  ## Run the program and half of the suite on an emulated ARM processor.
	PYTHON=$(BIN)/python tests/arm_check.sh

quality: $(VENV)/.quality  ## Measure held-out loss against Kneser-Ney, and names beside the list's (an hour).
	$(BIN)/python tests/quality/run.py

short-lists: $(VENV)/.test  ## Measure what serves lists of 100 to 400 names best (an hour; it can be interrupted and continued).
	$(BIN)/python tests/quality/short_lists.py

ablation: $(VENV)/.quality  ## Measure what each mechanism of training and looking ahead brings (two hours; it can be interrupted and continued).
	$(BIN)/python tests/quality/ablation_ahead.py
	$(BIN)/python tests/quality/ablation.py

rare: $(VENV)/.test  ## Compare names under 88 rare conditions with exact probabilities (one to two hours).
	$(BIN)/python tests/quality/rare.py

missing: $(VENV)/.test  ## Look for names that looking ahead misses, under 40 conditions at random (ten minutes).
	$(BIN)/python tests/quality/missing.py

seeds: $(VENV)/.test  ## Compare 100,000 names of five models, under ten sets of options, on every kernel of BLAS (an hour).
	$(BIN)/python tests/quality/seeds.py

page-study: $(VENV)/.test build/node_modules/axe-core  ## Look at the page in Chromium and Firefox, measure it, how it learns, and 20,000 names of each bundled model.
	$(BIN)/python tests/page_study/looks.py
	$(BIN)/python tests/page_study/run.py
	$(BIN)/python tests/page_study/learning.py
	$(BIN)/python tests/page_study/firefox.py

pictures: $(VENV)/.test  ## Make the pictures in docs/ anew: the drawings, and the page in Chromium.
	$(BIN)/python docs/drawings/draw.py
	$(BIN)/python tests/page_study/picture.py

site: .venv-site/.site  ## Build the site into build/site, strictly.
	NO_MKDOCS_2_WARNING=1 .venv-site/bin/mkdocs build --quiet --clean --config-file docs/site/mkdocs.yml

site-publish: export PATH := $(CURDIR)/.venv-site/bin:$(PATH)
site-publish: .venv-site/.site  ## Push the site to the branch gh-pages: with TAG=v0.2.0 as that version, else as "dev".
	NO_MKDOCS_2_WARNING=1 mike deploy --config-file docs/site/mkdocs.yml --push \
		$(if $(TAG),--update-aliases $(TAG:v%=%) latest,dev)
	$(if $(TAG),mike set-default --config-file docs/site/mkdocs.yml --push latest)

site-check: site build/node_modules/axe-core  ## Build the site, and open every page of it in Chromium: errors, accessibility.
	.venv-site/bin/python tests/page_study/site_check.py

models: $(VENV)/.run  ## Make the base and the bundled models anew from the lists in data/.
	$(BIN)/python data/make_models.py

docs: $(VENV)/.docs  ## Run all that README and docs show, and write down what it prints (ten minutes).
	$(BIN)/python docs/update.py

clean:  ## Remove the environments and what was made.
	rm -rf .venv .venv-* build dist .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis

# A stamp names what is installed; a changed pyproject.toml installs anew.
STAMPS := $(addprefix $(VENV)/.,run test docs quality) .venv-fuzz/.fuzz .venv-site/.site .venv-torch/.torch
$(STAMPS): pyproject.toml
	$(PYTHON) -m tests setup $(patsubst .%,%,$(notdir $@))

build/node_modules/axe-core:
	npm install --silent --no-save --prefix build axe-core@4

.PHONY: help demo test quick-tests coverage lint torture fuzz bench parity recipes release-check npm npm-check arm-check clean quality short-lists ablation rare missing seeds page-study pictures models docs site site-check site-publish

# Two commands are enough: `make run` and `make test`.

SHELL := /bin/bash
PYTHON ?= $(firstword $(wildcard $(addsuffix /python3.11,$(subst :, ,$(PATH)))) python3)
VENV := .venv
BIN := $(VENV)/bin
DATA ?= ../shared/data
# uv does not read pip's configuration; a machine that keeps packages in a folder says so there.
FIND_LINKS = $$($(BIN)/pip config get global.find-links 2>/dev/null || true)

.PHONY: run test check check-static bench docs local lock clean

run: $(VENV)/.ready
	@$(BIN)/copilot serve

test: $(VENV)/.ready-test
	@$(BIN)/python -m pytest -n auto --dist loadfile

check: check-static
	@$(BIN)/python -m pytest -q -n auto --dist loadfile -m "not slow and not browser"

check-static: $(VENV)/.ready-test
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.ready-test
	@$(BIN)/python -m benchmarks $(DATA)

# Embedding models on this machine. torch goes first, by pip: that takes a build without CUDA where one is at hand.
local: $(VENV)/.ready
	@echo "Installing sentence-transformers ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check "torch==2.13.0"
	@if [ -x $(BIN)/uv ] && UV_FIND_LINKS=$(FIND_LINKS) $(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python \
	  -c requirements.txt "sentence-transformers==6.2.0" $(MODELS); then :; \
	  else $(BIN)/python -m pip install -q --disable-pip-version-check -c requirements.txt "sentence-transformers==6.2.0" $(MODELS); fi

# The parts of the documentation that come from the code.
docs: $(VENV)/.ready-test
	@$(BIN)/python docs/generate.py

# The requirements files, from pyproject.toml; without the addresses that they were looked up at.
lock: $(VENV)/.made
	@UV_FIND_LINKS=$(FIND_LINKS) $(BIN)/uv pip compile -q --universal --python-version 3.11 --no-emit-index-url \
	  --no-emit-find-links --custom-compile-command "make lock" pyproject.toml -o requirements.txt
	@UV_FIND_LINKS=$(FIND_LINKS) $(BIN)/uv pip compile -q --universal --python-version 3.11 --no-emit-index-url \
	  --no-emit-find-links --custom-compile-command "make lock" --extra test -c requirements.txt pyproject.toml -o requirements-test.txt

clean:
	rm -rf $(VENV) build dist

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(0 if (3, 11) <= sys.version_info[:2] < (3, 13) else "Python 3.11 or 3.12 is needed; this is %d.%d. Install it and run: make PYTHON=/path/to/python3.11 run" % sys.version_info[:2])'
	@echo "Making $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv 2>/dev/null || echo "uv is not to be had; pip does it, more slowly."
	@touch $@

# Compiled now rather than at the first start, which is several seconds faster for it.
define install
	@echo "Installing $(1) ..."
	@if [ -x $(BIN)/uv ] && UV_FIND_LINKS=$(FIND_LINKS) $(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python -r $(1); then :; \
	  else $(BIN)/python -m pip install -q --disable-pip-version-check -r $(1); fi
	@if [ -x $(BIN)/uv ] && $(BIN)/uv pip install -q --python $(BIN)/python --no-deps -e .; then :; \
	  else $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -e .; fi
	@$(BIN)/python -m compileall -q copilot benchmarks
endef

$(VENV)/.ready: requirements.txt pyproject.toml | $(VENV)/.made
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.ready-test: requirements-test.txt pyproject.toml | $(VENV)/.made
	$(call install,requirements-test.txt)
	@touch $@ $(VENV)/.ready

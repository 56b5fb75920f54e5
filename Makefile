# Two commands do everything: `make run` (the suite against the reference terminal) and `make test` (our own tests).
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
TOOLS := $(VENV)/.tools
WORKERS ?= 2
# Many of our own tests wait for real time; the others compute meanwhile.
TEST_WORKERS ?= 4

.PHONY: run test checks peers collected repeat prove bench clean

run: $(STAMP)
	tools/peers --for run
	$(BIN)/carbonbench run -n $(WORKERS)

# Tests start many programs: none of them compiles the house again, whatever the environment says. What is left of a
# worker's share while it has a long test is taken by the others.
test: export PYTHONDONTWRITEBYTECODE =
test: $(TOOLS)
	$(MAKE) -j 3 --output-sync=target peers checks collected
	$(BIN)/pytest -n $(TEST_WORKERS) --dist worksteal

# What takes time to install and what takes time to compute, side by side.
peers: $(TOOLS)
	tools/peers

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

$(STAMP): pyproject.toml constraints.txt
	tools/python $(PYTHON)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python tools/install
	touch $(STAMP)

$(TOOLS): $(STAMP)
	$(BIN)/python tools/install --dev
	touch $(TOOLS)

clean:
	rm -rf $(VENV) out

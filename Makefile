# The five commands. Each does the setup it needs; see CONTRIBUTING.md.
.DEFAULT_GOAL := help
.PHONY: help setup run test nightly check bench lock format docs

help:
	@echo "make setup   the virtual environment and the web page"
	@echo "make run     the server with demo data on http://127.0.0.1:8000"
	@echo "make test    everything that is checked before a change lands"
	@echo "make check   lint, types, import contracts, sizes"
	@echo "make bench   the tracked benchmarks in one table"

setup:
	@tools/setup

# Without a log line per request, so that what the first start prints stays in sight.
run: setup
	@TASKYARD_LOG_REQUESTS=$${TASKYARD_LOG_REQUESTS:-false} exec .venv/bin/taskyard serve --demo $(ARGS)

test:
	@tools/setup --dev
	@tools/system_packages
	@.venv/bin/python -m pytest -n $(or $(WORKERS),2) --dist loadfile $(ARGS)

# Hundreds of kills and simulated worlds: hours rather than minutes.
nightly:
	@tools/setup --dev
	@tools/system_packages
	@TASKYARD_TEST_KILLS=$${TASKYARD_TEST_KILLS:-160} TASKYARD_SIMULATION_SEEDS=$${TASKYARD_SIMULATION_SEEDS:-500} \
		.venv/bin/python -m pytest --timeout 0 tests/crash tests/simulation $(ARGS)

check:
	@tools/setup --dev
	@tools/check

bench:
	@tools/setup --dev
	@tools/system_packages tools/debian-packages.txt tools/bench-packages.txt
	@.venv/bin/python -m tools.bench $(ARGS)

lock:
	@tools/setup --dev
	@tools/lock $(ARGS)

format:
	@.venv/bin/ruff check --fix --quiet .; .venv/bin/ruff format --quiet .

docs:
	@tools/setup --dev
	@.venv/bin/python -m tools.generated_pages

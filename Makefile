# Every target sets up what it needs in .venv and uses it again when nothing changed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help setup demo run ui build test lint docs bench bench-stream clean spark-up spark-down test-spark stream-up stream-down stream triggers test-stream test-worlds

export A360_DATA_DIR := $(abspath $(or $(A360_DATA_DIR),data))
export DBT_PROFILES_DIR := $(CURDIR)/profiles
export DO_NOT_TRACK := 1

VENV := .venv
BIN := $(CURDIR)/$(VENV)/bin
READY := $(VENV)/.ready
SPARK_READY := $(VENV)/.ready-spark
SIZE ?= 20000
TEST_PROCESSES ?= 2
# The first supported interpreter that is there; PYTHON=/path/to/python overrides.
PYTHON ?= $(or $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$name && break; done),python3)

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'
	@echo "  Data lies in $(A360_DATA_DIR) (set A360_DATA_DIR to change it)."

$(READY): requirements.lock pyproject.toml orchestration/setup_environment.py
	@$(PYTHON) orchestration/setup_environment.py $(VENV)
	@touch $@

setup: $(READY) ## Install everything into .venv
	@$(BIN)/python -m orchestration.setup_packages

demo: setup ## Make the demo world and run the whole street on it (SIZE=20000 customers)
	@$(BIN)/python -m orchestration.cli demo --size $(SIZE)

run: setup ## Run the whole street on your own data, or on EXAMPLE=online_retail
	@$(BIN)/python -m orchestration.cli run $(if $(EXAMPLE),--example $(EXAMPLE))

ui: setup ## Open Dagster on localhost
	@$(BIN)/python -m orchestration.cli ui

build: setup $(if $(filter spark,$(TARGET)),$(SPARK_READY)) ## Plain dbt build, if anything is new (FORCE=1: in any case; TARGET=spark: on a cluster)
	@$(if $(filter spark,$(TARGET)),$(BIN)/python -m orchestration.spark_landing)
	@$(if $(TARGET),cd dbt_project && $(BIN)/dbt build --target $(TARGET) --vars "$$($(BIN)/python -m orchestration.variables)",$(BIN)/python -m orchestration.plain_build $(if $(FORCE),--force))

# Spark is half a gigabyte: installed when a target asks for it.
$(SPARK_READY): $(READY) requirements-spark.lock
	@$(PYTHON) orchestration/setup_environment.py $(VENV) spark
	@touch $@

spark-up: setup $(SPARK_READY) ## Start a Spark cluster on this machine and wait until it answers
	@$(BIN)/python -m orchestration.spark_cluster up

spark-down: setup ## End the cluster that spark-up started
	@$(BIN)/python -m orchestration.spark_cluster down

test-spark: setup $(SPARK_READY) ## Build a small world on both engines and compare every row
	@$(BIN)/python -m pytest -m spark tests/spark

stream-up: setup ## Start a Redis for events on this machine and wait until it answers
	@$(BIN)/python -m orchestration.stream.redis_server up

stream: setup ## Land the stream of events in micro-batches (SECONDS=10) until Ctrl-C
	@$(BIN)/python -m orchestration.cli stream $(if $(SECONDS),--seconds $(SECONDS))

stream-down: setup ## End the Redis that stream-up started; its events stay
	@$(BIN)/python -m orchestration.stream.redis_server down

triggers: setup ## Turn what the stream lands into the trigger audience until Ctrl-C
	@$(BIN)/python -m orchestration.cli triggers

test-stream: setup ## Test the stream on a real Redis
	@$(BIN)/python -m pytest -m redis tests/stream

test-worlds: setup ## Load random worlds and a real shop delivery by delivery, and compare with a rebuild
	@$(BIN)/python -m pytest -m worlds --numprocesses $(TEST_PROCESSES) --dist loadscope tests/integration

test: lint ## Lint, then run every test that needs no server and no quarter of an hour
	@$(BIN)/python -m pytest --numprocesses $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

lint: setup ## Check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/python -m orchestration.lint_sql

docs: setup ## Write the dbt documentation as one HTML page
	@cd dbt_project && $(BIN)/dbt docs generate --static --vars "$$($(BIN)/python -m orchestration.variables)"
	@echo "Open dbt_project/target/static_index.html"

bench: setup ## Measure one size against its references (SIZE=20k, 200k or 1m)
	@$(BIN)/python -m benchmarks --size $(SIZE)

bench-stream: setup ## Measure event to file and to trigger audience at 200 events a second, then a burst
	@$(BIN)/python -m benchmarks.stream

clean: ## Remove everything that can be made again, except the data folder
	@rm -rf $(VENV) dbt_project/target dbt_project/logs dbt_project/dbt_packages .mypy_cache .ruff_cache .pytest_cache .sqlfluff_cache.json *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "The data stays in $(A360_DATA_DIR); its ops.duckdb cannot be made again."

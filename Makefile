# Two commands are all that a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
VLLM ?= .venv-vllm
MODEL = models/SmolLM2-135M-Instruct
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo test test-slow test-vllm lint ui clean

demo: $(VENV)/.ready $(MODEL)/.ready  ## the whole path on the shipped sample: dataset, model, scores, report
	@$(BIN)/crabtk run --preset demo
	@mkdir -p out && DAGSTER_HOME="$(CURDIR)/dagster_home" $(BIN)/dagster asset materialize -m assets --select '*' \
		--config-json '{"execution": {"config": {"in_process": {}}}}' > out/dagster.log 2>&1 || { tail -n 30 out/dagster.log; exit 1; }
	@echo "The same assets stand in Dagster: make ui"

test: $(VENV)/.ready  ## the test suite that guards every commit
	$(BIN)/pytest -n 2 --dist worksteal -q

test-slow: $(VENV)/.ready $(MODEL)/.ready  ## what guards a promise but takes longer: crashes, the real model, Dagster
	@# Threads that wait sleep: two processes at once would else keep each other off the cores.
	OMP_WAIT_POLICY=passive CRABTK_SMOLLM2="$(CURDIR)/$(MODEL)" $(BIN)/pytest -n 2 --dist loadgroup -q -m slow

test-vllm: $(VLLM)/.ready $(MODEL)/.ready  ## vLLM's CPU build, in an environment of its own; about 4 GB
	CRABTK_SMOLLM2="$(CURDIR)/$(MODEL)" $(VLLM)/bin/pytest -q -m "slow or not slow" plugins/crabtk-vllm/tests

lint: $(VENV)/.ready  ## style, types, directions of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

ui: $(VENV)/.ready $(MODEL)/.ready  ## Dagster's web server on port 3000
	DAGSTER_HOME="$(CURDIR)/dagster_home" $(BIN)/dagster-webserver -m assets -p 3000

$(VENV)/.ready: pyproject.toml constraints.txt $(wildcard plugins/*/pyproject.toml)
	@echo "Setting up $(VENV) (once) …"
	$(PYTHON) -m venv $(VENV)
	@# torch first and alone: what is installed later must not choose another build of it.
	$(BIN)/pip install -q -c constraints.txt torch
	$(BIN)/pip install -q -c constraints.txt -e ".[dagster,hub,dev]" \
		-e "plugins/crabtk-transformers[gguf]" -e "plugins/crabtk-trl[qlora]" -e plugins/crabtk-ifeval -e plugins/crabtk-ifbench \
		-e plugins/crabtk-multi-if -e plugins/crabtk-followbench -e plugins/crabtk-alpaca-eval \
		-e plugins/crabtk-openai -e plugins/crabtk-vllm -e plugins/crabtk-sglang -e "plugins/crabtk-ray[engine]"
	@touch $@

# vLLM pins versions that others do not; its CPU build asks for packages that have no CPU build, hence --no-deps.
$(VLLM)/.ready: plugins/crabtk-vllm/constraints-cpu.txt
	@echo "Setting up $(VLLM) (once) …"
	$(PYTHON) -m venv $(VLLM)
	$(VLLM)/bin/pip install -q "$$(grep '^torch==' $<)"
	$(VLLM)/bin/pip install -q --no-deps -r $<
	$(VLLM)/bin/pip install -q --no-deps -e . -e plugins/crabtk-vllm
	@touch $@

$(MODEL)/.ready: tools/fetch_demo_model.py | $(VENV)/.ready
	$(BIN)/python tools/fetch_demo_model.py $(MODEL)
	@touch $@

clean:  ## what runs leave behind; not the environment and the model
	rm -rf out .crabtk dagster_home/storage dagster_home/history dagster_home/schedules dagster_home/.logs_queue

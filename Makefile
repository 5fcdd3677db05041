# fleetpulse: `make run` and `make test` need Python 3.11 or newer and nothing else.

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; \
	done)
PORT := $(or $(FLEETPULSE_PORT),8501)
PY := .venv/bin/python
CODE = $(wildcard dashboard.py) \
	$(sort $(dir $(wildcard $(addsuffix /*.py,fleetpulse etl warehouse reports uploads api pages bench tests))))
BENCHES = load many_files growth queries online stores uploads reports page_change viewers visible
# What the coverage of etl and warehouse is measured by.
CORE = tests/etl tests/warehouse $(sort $(wildcard tests/test_*.py))
# Of two cores; a third one works where the others wait for a server or a browser.
WORKERS ?= 3
WITH_CHROMIUM = FLEETPULSE_CHROMIUM=$$(sh tools/chromium.sh) && export FLEETPULSE_CHROMIUM &&

export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_NO_INPUT = 1
export PIP_RETRIES ?= 10

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help run test lint image bench torture cluster demo clean constraints

help: ## Say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/run.stamp ## Load ./incoming (demo data) or FLEETPULSE_INCOMING, watch it, serve the dashboard
	@echo 'Loading what is new.'
	@$(PY) etl/load.py || [ $$? -eq 75 ] # 75: another loader is at it, so the watcher will wait
	@$(PY) -m fleetpulse serve --port $(PORT)

ifeq ($(strip $(FLEETPULSE_INCOMING)),)
run: incoming
endif

demo: incoming ## Make demo data in ./incoming (an ./incoming that is there stays as it is)

incoming: | .venv/run.stamp
	@rm -rf incoming.partial
	$(PY) etl/demo.py --out incoming.partial
	@mv incoming.partial incoming

test: lint ## Lint, types and every test, in a real Chromium too
	@mkdir -p build
	@sh tools/redis.sh
ifeq ($(strip $(ARGS)),)
	@$(PY) -m pytest -n $(WORKERS) --dist loadfile $(CORE) --junitxml=build/junit-core.xml --cov --cov-report=term
	@$(WITH_CHROMIUM) $(PY) -m pytest -n $(WORKERS) --dist loadfile $(CORE:%=--ignore=%) --junitxml=build/junit.xml
else
	@$(WITH_CHROMIUM) $(PY) -m pytest $(ARGS)
endif

lint: .venv/test.stamp ## Ruff, hadolint, sqlfluff and mypy
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/hadolint Dockerfile
	.venv/bin/sqlfluff lint warehouse
	$(PY) -m mypy $(CODE)

image: ## Take the Dockerfile's steps in a clean folder and prove the result, without Docker
	sh tools/prove_image.sh

torture: .venv/test.stamp ## Kill, race and flood the loader, and look at every page in every mode, for a night
	@$(WITH_CHROMIUM) $(PY) -m pytest -m torture --timeout 3600 -n $(WORKERS) $(ARGS)

cluster: .venv/test.stamp ## Run the suite of the cluster on a real Spark: a master, two workers (JDK 17)
	@mkdir -p build
	sh tools/spark.sh $(PY)
	FLEETPULSE_SPARK=build/spark $(PY) -m pytest tests/etl/test_cluster.py \
		tests/etl/test_cluster_bucket.py tests/warehouse/test_marts_on_engines.py --timeout 1200 $(ARGS)

bench: .venv/bench.stamp ## Measure side by side (one of them: make bench BENCHES=load ARGS=--help)
	@$(WITH_CHROMIUM) for name in $(BENCHES); do \
		echo "$(PY) bench/$$name.py $(ARGS)"; $(PY) bench/$$name.py $(ARGS) || exit 1; \
	done

clean: ## Remove .venv, build and caches; data and incoming stay
	rm -rf .venv build .hypothesis .ruff_cache incoming.partial
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

constraints: ## Pin every dependency anew, on the oldest Python that we support
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo 'Pins that fit every Python come from the oldest: make constraints PYTHON=python3.11'; exit 1; }
	$(PYTHON) -m venv --clear build/constraints
	build/constraints/bin/python -m pip install -e '.[test,bench,delta,redis,s3]'
	@{ echo '# Every version that fleetpulse is tested with, on Python 3.11 and newer.'; \
	echo '# Refresh: change the direct ones in pyproject.toml, then `make constraints PYTHON=python3.11`.'; \
	build/constraints/bin/python -m pip freeze --exclude-editable; } > build/constraints.txt
	@! grep -nE '@|://' build/constraints.txt
	mv build/constraints.txt constraints.txt
	rm -rf build/constraints

# What is installed: a stamp for each set of extras, older than the files that say what it holds.
.venv/run.stamp: EXTRAS =
.venv/test.stamp: EXTRAS = [test]
.venv/bench.stamp: EXTRAS = [test,bench]
.venv/%.stamp: pyproject.toml constraints.txt | .venv/bin/pip
	$(PY) -m pip install --no-compile -c constraints.txt -e '.$(EXTRAS)' # Python compiles what it runs
	@touch $@

.venv/bin/pip:
	@[ -n '$(PYTHON)' ] || \
		{ echo 'fleetpulse needs Python 3.11 or newer. Found: '"$$(python3 --version 2>/dev/null || echo none)"; \
		echo 'Install one, or name it: make run PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "fleetpulse needs Python 3.11 or newer: $(PYTHON) is $$($(PYTHON) --version 2>&1)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo '$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv'; exit 1; }
	$(PYTHON) -m venv --clear .venv

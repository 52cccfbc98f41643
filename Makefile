# Everything that a person does here, by name. `make help` lists it.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PORT ?= 8000
SIZE ?= 12000
PYTHON ?= $(shell command -v /usr/bin/python3 || command -v python3)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
VENV := .venv
BIN := $(VENV)/bin
DEBIAN := postgresql-15 postgresql-15-postgis-3 python3-venv
DEBIAN_PRUEBAS := chromium fonts-dejavu-core gdal-bin
DEBIAN_QGIS := python3-qgis
PYTEST := $(BIN)/python -m pytest

.PHONY: help setup demo test lint types layers unit integration browser qgis aceptacion bench lock clean

help: ## List what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(VENV)/.listo ## Install what running needs: PostGIS and the virtual environment

# Only what is missing is installed, so that a second run asks nothing of the network.
define instalar_debian
	faltan=$$(for p in $(1); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done)
	if [ -n "$$faltan" ]; then
		echo "Instalando de Debian:" $$faltan
		$(SUDO) apt-get update -qq
		DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$faltan >/dev/null
	fi
endef

$(VENV)/.listo: requirements.lock pyproject.toml
	@$(call instalar_debian,$(DEBIAN))
	[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	echo "Instalando las bibliotecas de Python (requirements.lock)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.listo-pruebas: $(VENV)/.listo requirements-dev.lock
	@$(call instalar_debian,$(DEBIAN_PRUEBAS))
	echo "Instalando las herramientas de prueba (requirements-dev.lock)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

demo: $(VENV)/.listo ## A synthetic Calama from nothing to a served portal (PORT=8000 SIZE=12000)
	@exec $(BIN)/observatorio demo --port $(PORT) --size $(SIZE)

test: lint types layers unit integration browser ## Everything that must hold: lint, types, layers, tests on real PostGIS, browser

lint: $(VENV)/.listo-pruebas ## Style and likely mistakes
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.listo-pruebas ## Type annotations
	@$(BIN)/mypy

layers: $(VENV)/.listo-pruebas ## The rooms of the house: who may import whom
	@$(BIN)/lint-imports --no-cache

unit: $(VENV)/.listo-pruebas ## Tests without a database
	@$(PYTEST) tests/unit -n 2

integration: $(VENV)/.listo-pruebas ## Tests on real PostGIS
	@# A file goes to one worker whole, so that what its tests share is made once; in the order of their names, so that
	# the longest ones are not left for the end.
	$(PYTEST) tests/integration -n 2 --dist loadfile --no-loadscope-reorder

browser: $(VENV)/.listo-pruebas ## Tests in real Chromium
	@$(PYTEST) tests/browser

qgis: $(VENV)/.listo-pruebas ## QGIS, headless, over every collection as each role (installs QGIS: 1 GB)
	@$(call instalar_debian,$(DEBIAN_QGIS))
	$(PYTEST) tests/integration/ogc/qgis_todas_las_capas.py -s

aceptacion: $(VENV)/.listo-pruebas ## The slow proofs: kills, hostile files, large loads, a wheel
	@$(PYTEST) tests/aceptacion -m aceptacion

bench: $(VENV)/.listo-pruebas ## Measurements beside those of peers, in a table
	@$(PYTEST) tests/benchmarks -m bench -s -q

lock: ## Pin every dependency again, with hashes and without addresses
	@$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/pip install --quiet pip-tools
	opciones="--quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --resolver=backtracking"
	$(VENV)-lock/bin/pip-compile $$opciones --all-build-deps -o requirements.lock pyproject.toml
	$(VENV)-lock/bin/pip-compile $$opciones --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml
	rm -rf $(VENV)-lock

clean: ## Remove the virtual environment and caches; data stay
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist

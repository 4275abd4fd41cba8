# The commands of this project. What they do lies in small files under tools/.
PY := .venv/bin/python
ENDS_WITH_MAKE := exec setpriv --pdeathsig TERM --
export DAY
unexport PYTHONDONTWRITEBYTECODE  # what one start compiles the next one reads
export SCHOOL_REGISTER ?= $(realpath $(wildcard ../shared/data/schools.csv))
export PLAN_CHECKER ?= $(realpath $(wildcard ../shared/planner/verify.py))
.PHONY: help setup setup-tests run test test-everything check fix a11y coverage mutants trust rehearse bench lock translations pythons pictures
.NOTPARALLEL:

help:
	@echo "make run           set everything up, then http://localhost:8000 with demo data (PORT=8001 for another port)"
	@echo "make test          set everything up, then every check and the tests of a landing, in about eight minutes"
	@echo "make test-everything    the whole suite in parts, about an hour; goes on where it stopped; PART='sqlite days'"
	@echo "make test DAY=2028-02-29    the same on another day; \`python -m tools.many_days 60\` loads the demo on sixty"
	@echo "make check         the fast loop, about a minute     make fix   put the code into its format"
	@echo "make a11y          every page in every script, width and colour: axe-core and the Nu HTML checker (half an hour)"
	@echo "make coverage      the tests once more, measured: a figure for each room, every branch of every rule"
	@echo "make mutants       changes the rules of a room, and lists what no test notices; ROOM=visits, or seven rooms in turn"
	@echo "make trust         the promises of docs/trust.md, and of each: good, failed or not yet shown"
	@echo "make rehearse      the scaled-out set-up on loopback, from an empty folder to a certificate, backup and restore"
	@echo "make bench         the goals of speed at ten years of a national centre, written to docs/speed.md; BENCH=--postgres"
	@echo "make setup         only the environment in .venv     make lock  requirements/*.in to their locks"
	@echo "make pythons       the tests that need no server on each Python of this machine: 3.11 to 3.14"
	@echo "make pictures      the pictures of the README, taken of the demo on a fixed day"
	@echo "make translations  the catalogues from the code and the templates"

setup:
	@sh tools/python.sh tools/environment.py run

setup-tests:
	@sh tools/python.sh tools/environment.py run test

run: setup
	@$(ENDS_WITH_MAKE) $(PY) -m tools.serve

test: setup-tests
	@$(PY) -m tools.system
	@$(ENDS_WITH_MAKE) $(PY) -m tools.checks test

test-everything: setup-tests
	@DAY=2028-02-29 $(PY) -m tools.system
	@$(ENDS_WITH_MAKE) $(PY) -m tools.everything $(PART)

check: setup-tests
	@$(ENDS_WITH_MAKE) $(PY) -m tools.checks fast

a11y: setup-tests
	@$(PY) -m tools.system
	@$(ENDS_WITH_MAKE) $(PY) -m tools.accessibility

coverage: setup-tests
	@$(PY) -m tools.system
	@$(ENDS_WITH_MAKE) $(PY) -m tools.branches

mutants: setup-tests
	@$(ENDS_WITH_MAKE) $(PY) -m tools.mutants $(ROOM)

trust: setup-tests
	@$(PY) -m tools.system
	@$(ENDS_WITH_MAKE) $(PY) -m tools.trust

rehearse: setup-tests
	@$(PY) -m tools.system
	@$(ENDS_WITH_MAKE) $(PY) -m tools.rehearse

bench: setup-tests
	@$(PY) -m tools.system
	@$(ENDS_WITH_MAKE) $(PY) -m tools.bench $(BENCH)

fix: setup-tests
	@$(PY) -m ruff check --fix --quiet .
	@$(PY) -m ruff format --quiet .

lock:
	@sh tools/python.sh -m tools.lock

pythons: setup-tests
	@$(ENDS_WITH_MAKE) $(PY) -m tools.pythons

translations: setup-tests
	@$(PY) -m tools.translations update

pictures: setup-tests
	@$(PY) -m tools.system
	@$(ENDS_WITH_MAKE) $(PY) -m tools.pictures

# Two commands matter: `make demo` and `make test`. Each brings what a bare Debian machine lacks. `make help` lists the rest.

UV_VERSION := 0.13.8
UV := .tools/uv-$(UV_VERSION)/bin/uv
BIN := .venv/bin
PYTHON := $(BIN)/python
JOBS ?= 2
ARGS ?=
NAME ?=

READY := .venv/.ready
PANGO := .venv/.pango
BROWSER := .venv/.browser
POSTGRES := .venv/.postgres
NO_CLUSTER := d=/etc/postgresql-common/createcluster.d; mkdir -p $$d && echo create_main_cluster = false >$$d/phiward.conf
comma := ,
APT := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core

# A project's environment is its own: an active virtualenv or a parent's uv settings must not redirect it.
unexport VIRTUAL_ENV UV_PROJECT_ENVIRONMENT PYTHONPATH PYTHONHOME

# Trust whom the machine trusts: a company's own certificate authority stands in the system's store, not in uv's.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS ?= true
endif

.DELETE_ON_ERROR:
.PHONY: help demo test drill bench lint format docs new-rule new-kind wheel clean

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

demo: $(READY) $(PANGO)  ## scan an embedded AWS over several nights, write HTML and PDF; ARGS="--nights 14 --out DIR"
	@$(BIN)/phiward demo $(ARGS)

test: $(PANGO) $(BROWSER) $(POSTGRES) lint  ## everything that must hold before a commit is shared; ARGS="-k kms"
	@$(PYTHON) -m scanner.generate --check
	@$(BIN)/pytest -q -n $(JOBS) --no-loadscope-reorder $(ARGS)

drill: $(PANGO) $(BROWSER) $(POSTGRES)  ## the long tests at their full dose
	@PHIWARD_DRILL=1 $(BIN)/pytest -q -n $(JOBS) --no-loadscope-reorder -m drill --timeout=3600 $(ARGS)

bench: $(READY)  ## measure scans of 1,200 and 12,000 resources, write docs/performance.md; ARGS="--scale 1 --profile scan.svg"
	@$(PYTHON) -m bench.scan $(or $(ARGS),--write)

lint: $(READY)  ## style, types, floors, lock file; changes nothing
	@env -u UV_DEFAULT_INDEX -u UV_INDEX_URL $(UV) lock --quiet --check --offline --no-config
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(READY)  ## lay out the code and mend what can be mended safely
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

docs: $(READY)  ## rule pages, coverage matrix and IAM policy, from the declarations
	@$(PYTHON) -m scanner.generate

new-rule: $(READY)  ## a new rule with its examples: make new-rule NAME=kms_key_rotation
	@test -n "$(NAME)" || { echo 'make new-rule: say which: make new-rule NAME=kms_key_rotation' >&2; exit 2; }
	@$(PYTHON) -m scanner.generate rule $(NAME)

new-kind: $(READY)  ## a new kind of resource: make new-kind NAME=AWS::KMS::Key
	@test -n "$(NAME)" || { echo 'make new-kind: say which: make new-kind NAME=AWS::KMS::Key' >&2; exit 2; }
	@$(PYTHON) -m scanner.generate kind $(NAME)

wheel: $(READY)  ## dist/phiward-*.whl
	@$(UV) build --quiet --wheel

clean:  ## remove what make brought and built; databases and reports stay
	rm -rf .venv .tools dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- bootstrap ---------------------------------------------------------------------------------

$(UV):
	@python3 -m pip --version >/dev/null 2>&1 || { echo 'phiward: python3 with pip is missing; as an administrator: apt-get install python3-pip' >&2; exit 2; }
	@echo 'phiward: installing uv $(UV_VERSION) into .tools' >&2
	@python3 -m pip install --quiet --root-user-action=ignore --disable-pip-version-check --upgrade --target $(abspath $(dir $@)..) uv==$(UV_VERSION)

# --frozen: exactly what the lock says, also behind a company's mirror; `lint` checks that lock and pyproject.toml agree.
$(READY): uv.lock pyproject.toml | $(UV)
	@$(UV) sync --quiet --frozen --all-extras --all-groups --compile-bytecode
	@touch $@

# $(call debian,WHAT,TEST,PACKAGES,BEFORE): unless TEST holds, install Debian packages, as root or by sudo, after BEFORE;
# where neither is possible, say which and leave.
define debian
	@if ! $(2) >/dev/null 2>&1; then \
		if ! command -v apt-get >/dev/null; then root=none; \
		elif [ "$$(id -u)" = 0 ]; then root=; \
		elif sudo -n true 2>/dev/null; then root='sudo -n'; \
		else root=none; fi; \
		if [ "$$root" = none ]; then \
			echo 'phiward: $(1) is missing; as an administrator: apt-get update && apt-get install -y --no-install-recommends $(3)' >&2; exit 2; \
		fi; \
		echo 'phiward: installing $(1) by apt' >&2; \
		$$root apt-get update -qq >/dev/null && \
		$$root sh -c '$(or $(4),true)' && \
		$$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(3) >/dev/null && \
		$(2) >/dev/null || { echo 'phiward: $(1) could not be installed (the lines above say why): apt-get install -y --no-install-recommends $(3)' >&2; exit 2; }; \
	fi
	@touch $@
endef

# WeasyPrint draws the PDF with Pango, which is a package of the system.
$(PANGO): $(READY)
	$(call debian,Pango$(comma) which draws the PDF$(comma),$(PYTHON) -c 'import weasyprint',$(APT))

# The tests open the HTML report in a browser, which Playwright drives by a program that needs libatomic.
$(BROWSER): $(READY)
	$(call debian,Chromium$(comma) in which the HTML report is tested$(comma),sh -c 'command -v chromium && $(PYTHON) -m playwright --version',chromium libatomic1)

# The tests of the store start a server of their own: Debian's scripts are told to make no cluster and start none.
$(POSTGRES): $(READY)
	$(call debian,PostgreSQL$(comma) on which the store is tested$(comma),$(PYTHON) -m tests.postgres,postgresql,$(NO_CLUSTER))

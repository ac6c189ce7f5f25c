# Two commands do all set-up on a fresh machine: `make demo` and `make test`. `make clean` removes what they left.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
HOME_DIR := $(or $(DEPLOY4ME_HOME),.deploy4me)
NODE := node_modules/.bin/node
SOURCES := $(shell find cli components catalogue connections oauth guard programs driver sandbox engine bench test index.ts -name node_modules -prune -o \( -name '*.ts' -o -name '*.yaml' \) -print 2>/dev/null)

.PHONY: help demo test test-aws campaign lint bench setup engine image packages strangers fuzzer moto clean

help:
	@echo 'make demo      set everything up and deploy a wiki to the embedded sandbox'
	@echo 'make test      set everything up and run the test suite; everything, also what passed before: make test AFRESH=1'
	@echo 'make test-aws  run the end-to-end suite on AWS (see test/end-to-end/clouds/)'
	@echo 'make campaign  run whole deployments against every fault at every request; for hours (see docs/guard.md)'
	@echo 'make bench     measure against a peer (see bench/README.md)'
	@echo 'make lint      linter, import direction, formatter'
	@echo 'make clean     remove everything the above left on this machine'

demo:
	@setup/requirements
	@$(MAKE) -j4 setup
	@./deploy4me demo

test:
	@setup/requirements
	@$(MAKE) -j4 setup strangers fuzzer moto
	@setup/step tools "Debian packages of the tests" setup/packages test/end-to-end/packages.txt
	@$(NODE) test/run.mjs

# The end-to-end suite as it is for the first cloud, on the second.
test-aws:
	@setup/requirements
	@$(MAKE) -j4 setup moto
	@setup/step tools "Debian packages of the tests" setup/packages test/end-to-end/packages.txt
	@PATH="$(CURDIR)/node_modules/.bin:$$PATH" DEPLOY4ME_END_TO_END_CLOUD=aws jest --config jest.end-to-end.config.js

campaign:
	@setup/requirements
	@$(MAKE) -j2 engine build image fuzzer
	@$(NODE) test/runner/at-length.mjs
	@$(NODE) dist/test/campaign/main.js
	@$(NODE) dist/test/campaign/killed/main.js

bench:
	@setup/requirements
	@$(MAKE) -j4 setup
	@setup/step tools "Debian packages of the benchmarks" setup/packages bench/packages.txt
	@$(NODE) dist/bench/main.js
	@$(NODE) dist/bench/sandbox/main.js
	@$(NODE) dist/bench/guard/main.js
	@$(NODE) dist/bench/driver/main.js

lint: node_modules/.package-lock.json
	@npm run --silent lint

# Independent steps side by side: the engine's build is the longest, so it starts first.
setup: engine build image

engine:
	@setup/step engine "Pulumi CLI, language host and plugins" node engine/install.mjs

build: dist/.tsbuildinfo

node_modules/.package-lock.json: package.json package-lock.json
	@setup/step npm "Node 24 and the npm dependencies" npm ci --no-audit --no-fund
	@touch $@

dist/.tsbuildinfo: node_modules/.package-lock.json tsconfig.json $(SOURCES)
	@setup/step compile "compiling TypeScript" npm run --silent build
	@touch $@

packages:
	@setup/step packages "Debian packages of this machine" setup/packages sandbox/hosts/packages.txt

image: packages build
	@setup/step image "file system of the sandbox's machines" $(NODE) dist/cli/main.js sandbox image

strangers: packages
	@setup/step strangers "clients of the tests, from their registries" setup/strangers

# Before apt is asked again, the machines' packages are there.
fuzzer: packages
	@setup/step fuzzer "schemathesis, which draws requests from a description" setup/fuzzer

moto: packages
	@setup/step moto "moto, which plays AWS" setup/moto

clean:
	@setup/clean

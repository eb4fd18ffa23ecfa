# Merhaba's commands. `make run` goes from a bare machine to a chat in three addresses; `make test` is every test there
# is. What they need is fetched by .ci/tools and .ci/browser; nothing here installs anything outside the user's cache,
# except Debian packages where root runs it.
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -euo pipefail -c
.PHONY: help run build tools pages relay test soak bench lint size shots fmt
MAKEFLAGS += --no-print-directory

LISTEN ?= 127.0.0.1:8787
DATA ?= target/demo

help: ## what can be asked for
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 14

run: ## build everything, start the demo, print the addresses to open
	@STEPS=7 $(MAKE) build
	@STEPS=7 .ci/demo $(LISTEN) $(DATA)

build: ## target/release/merhaba: one file with both pages inside
	@export STEPS="$${STEPS:-6}"
	@.ci/tools && STEP=5 .ci/pages && STEP=6 .ci/relay

tools: ## only fetch what building needs
	@.ci/tools

test: ## every test there is, in a real browser too
	@.ci/test

soak: ## every proof of a promise in its long form; the figures go into RELIABILITY.md
	@.ci/soak

bench: ## the relay and two floors under load, side by side; MERHABA_BENCH=quick for a look in passing
	@.ci/bench

lint: ## formatter, lints, ages and licences of what we depend on
	@.ci/lint

size: ## what a visitor and an agent download, and whether it is within the budget
	@.ci/size

shots: ## screenshots of every state of the pages, in target/shots, to be looked at
	@.ci/shots

fmt: ## format every crate
	@cargo fmt --all

# `make demo` runs the quickstart, `make test` checks everything; both install what is missing first.

VENV := .venv
PYTHON ?= python3
PINS := tests/python
HOST := $(shell rustc -vV | sed -n "s/^host: //p" | tr a-z- A-Z_)
COMMA := ,
FEATURES := embedded,cluster-async,connection-manager
export REDGREASE_PYTHON ?= $(abspath $(VENV)/bin/python3)
# what the engine installs for tests and examples does not change with the index, either
export PIP_CONSTRAINT ?= $(abspath $(PINS)/constraints.txt)

.PHONY: editor demo test quick checks setup lint unit docs separation compatibility corpus migrated native-nightly ranges pins packages dashboards dist dist-try book clean campaign

# from a clone to the first answer, saying at each step what is done and how long it took
demo:
	@./demo.sh $(MAKE)

test: setup lint unit docs separation
	tests/checks.sh cheap

# what takes less than two minutes where everything is built: after every change
quick: setup
	cargo fmt --all --check
	cargo test -p redgrease-core --features check --lib
	cargo test -p redgrease-macros --lib
	cargo test -p redgrease-engine --lib --test architecture
	cargo test -p redgrease-engine --test operation

# what rust-analyzer shows of Python inside Rust; RUST_ANALYZER names the program
RUST_ANALYZER ?= $(or $(shell rustup which rust-analyzer 2>/dev/null),rust-analyzer)
editor: setup
	@$(RUST_ANALYZER) --version >/dev/null 2>&1 || { echo "make editor: $(RUST_ANALYZER) is not here:" \
		"rustup component add rust-analyzer, or cargo install ra_ap_rust-analyzer --version 0.0.328 --locked" >&2; exit 1; }
	$(PYTHON) tests/editor/try.py $(RUST_ANALYZER) target/editor

# what needs more tools than the tests: cargo-deny, the oldest Rust; and each feature by itself
checks:
	tests/checks.sh

setup: $(VENV)/.ready
	@./setup.sh programs

# a changed list of packages makes the environment anew
$(VENV)/.ready: setup.sh $(PINS)/packages.txt
	@./setup.sh venv $(VENV) $(PYTHON) $(PINS)/packages.txt
	@touch $@

# what `make lint` looks at Python with
$(VENV)/.tools: $(VENV)/.ready $(PINS)/tools.txt
	@./setup.sh tools $(VENV) $(PINS)/tools.txt
	@touch $@

lint: $(VENV)/.tools
	cd redgrease-engine/python && $(abspath $(VENV))/bin/ruff check . && $(abspath $(VENV))/bin/mypy
	cargo fmt --all --check
	cargo clippy -p redgrease-core --all-targets --features check -- -D warnings
	cargo clippy -p redgrease-core --all-targets --features cluster-async,connection-manager -- -D warnings
	cargo clippy -p redgrease-macros -p redgrease-engine --all-targets -- -D warnings
	cargo clippy -p redgrease --all-targets --features $(FEATURES) -- -D warnings
	cargo clippy -p hygiene-2021 -p hygiene-2024 -- -D warnings
	cargo clippy -p redgrease --bin redgrease --test cli --test docs --test check --test moved --test migrated --features cli -- -D warnings

# package by package, so that no test passes only because cargo has joined the features of all; a test that hangs is named;
# two programs at a time, but for the one that looks at how long functions take
unit: export CARGO_TARGET_$(HOST)_RUNNER = $(PYTHON) $(abspath tests/limit.py)
unit:
	$(PYTHON) tests/limit.py --check
	$(PYTHON) tests/together.py --check
	$(PYTHON) tests/together.py -p redgrease-core --features check
	$(PYTHON) tests/together.py -p redgrease-core --features cluster-async,connection-manager
	cargo test -p redgrease-macros
	$(PYTHON) tests/together.py --alone latency -p redgrease-engine
	$(PYTHON) tests/together.py -p redgrease --features $(FEATURES)
	$(PYTHON) tests/together.py -p redgrease --features cli --bin redgrease --test cli --test docs --test check --test moved --test migrated
	cargo test -p redgrease --features cli --doc -- check

docs:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --all-features

# a program that uses redgrease carries no Python parser but with the engine, which compiles functions; the macros no Redis client
separation:
	@if cargo tree -p redgrease -e normal,no-proc-macro --features $(subst embedded$(COMMA),,$(FEATURES)) | grep rustpython; then \
		echo 'the Python parser has got into the programs of users (see above)'; exit 1; fi
	@if cargo tree -p redgrease-macros -e normal | grep -E ' (redis|tokio) v'; then \
		echo 'a Redis client has got into the macro build (see above)'; exit 1; fi

# the engine with other servers, from Redis 6.2 to the newest Valkey, which are fetched; on Debian
compatibility: setup
	redgrease-engine/compatibility.sh

# every file of every Python's library, not some of them as in `make test`
corpus:
	REDGREASE_CORPUS=all cargo test -p redgrease-core --features check --test library

# all scripts of the repository through `redgrease migrate` and rustc, not one in eight as in `make test`
migrated:
	REDGREASE_MIGRATE=all cargo test -p redgrease --features cli --test migrated -- --nocapture

# a million outcomes of random functions, in the evaluator and in every Python of the machine
native-nightly:
	REDGREASE_RANDOM=1000000 REDGREASE_SEED=$$(date +%s) REDGREASE_ALL_PYTHONS=1 \
		cargo test --release -p redgrease-core --features check --test native -- random

# both ends of every accepted range: the oldest and the newest cloudpickle, greenlet, redis-py and Rust crates
ranges:
	tests/ranges.sh

# the newest Python packages and their hashes, into the files that pin them
pins:
	$(PINS)/pin.sh

# the dashboard's queries against a real Prometheus (Debian: the package prometheus)
dashboards: setup
	cargo build --features cli
	dashboards/check.py target/debug/redgrease

# a release in target/dist: tool, module, Debian package, checksums; and the package tried in a fresh Debian root,
# which needs root and debootstrap
dist:
	./dist.sh build

dist-try: dist
	./dist.sh try $(abspath target/dist-root)

# the packages of the four crates, each built from what is in it
packages:
	cargo package --workspace --exclude 'hygiene-*' --exclude respan

# the guide as a book, in target/book; needs mdbook
book:
	mdbook build

clean:
	cargo clean
	rm -rf $(VENV)

# faults of all kinds under mixed load, for as long as one says, and for so many runs over shards; a seed repeats it:
# make campaign SECONDS=600 RUNS=1000 SEED=7
SECONDS ?= 600
RUNS ?= 1000
SEED ?=
campaign: setup
	CAMPAIGN_SECONDS=$(SECONDS) CAMPAIGN_RUNS=$(RUNS) $(if $(SEED),CAMPAIGN_SEED=$(SEED)) cargo test -p redgrease-engine --test faults --test cluster -- --nocapture campaign whatever_happens

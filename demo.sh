#!/bin/sh
# From a clone to the first answer: see `make demo`. Its argument is the program `make`.
set -eu

start=$(date +%s)
# say TEXT : a line with the time since the start
say() {
    now=$(($(date +%s) - start))
    printf '\n[%d:%02d] %s\n' $((now / 60)) $((now % 60)) "$1"
}

say 'demo: in three steps, in this directory but for what a system package brings:
       1  programs: a Redis server, unless there is one; a Python environment in .venv
       2  build: the library, the engine and the quickstart, into target (the first time
          some minutes: two to three on two cores)
       3  run: the quickstart, with a private server on a free port of 127.0.0.1'

say 'demo 1/3: programs'
"$1" --no-print-directory setup

say 'demo 2/3: build'
cargo build --release --features embedded --example quickstart

say 'demo 3/3: run'
"${CARGO_TARGET_DIR:-target}/release/examples/quickstart"
say 'demo: done; README.md says how to go on, examples/README.md what else can be run'

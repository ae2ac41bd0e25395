#!/bin/sh
# Pins the newest versions of what the *.in files beside this one ask for, with their hashes: `make pins`.
set -eu

cd "$(dirname "$0")"
uv=../../target/ranges/uv
[ -x "$uv/bin/uv" ] || { python3 -m venv "$uv" && "$uv/bin/pip" install --quiet --disable-pip-version-check uv; }

# pin NAME OLDEST-PYTHON OPTION...
pin() {
    name=$1
    oldest=$2
    shift 2
    "$uv/bin/uv" pip compile --quiet --universal --upgrade --python-version "$oldest" --no-annotate \
        --custom-compile-command 'make pins' "$@" "$name.in" --output-file "$name.txt"
}

pin packages 3.7 --generate-hashes
pin tools 3.10 --generate-hashes
pin constraints 3.7 --no-deps

#!/bin/sh
# Writes the corpus of the tests for the target $2 into the folder $1, one file for each text.
set -eu
tests=$(cd "$(dirname "$0")/../redgrease-core/tests" && pwd)
fuzz=$(cd "$(dirname "$0")" && pwd)
if [ "$2" = native ]; then
    # Whole functions, and each expression as one.
    sed 's/^----$/%%/' "$tests/native/functions.txt"
    sed '/^#/d; s/^/%%\ndef f(x):\n    return /' "$tests/native/expressions.txt"
else
    cat "$tests"/corpus/*.txt "$fuzz/gears.txt"
fi |
    awk -v folder="$1" 'BEGIN { RS = "\n%%\n" } { file = folder "/seed-" NR; printf "%c%s\n", 48 + NR % 64, $0 > file; close(file) }'

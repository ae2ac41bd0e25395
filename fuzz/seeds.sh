#!/bin/sh
# Writes the corpus of the tests into the folder $1, one file for each text.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cat "$here"/../redgrease-core/tests/corpus/*.txt "$here"/gears.txt |
    awk -v folder="$1" 'BEGIN { RS = "\n%%\n" } { file = folder "/seed-" NR; printf "%c%s\n", 48 + NR % 64, $0 > file; close(file) }'

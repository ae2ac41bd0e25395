#!/bin/sh
# Builds the target with the coverage that libFuzzer needs, by a stable compiler, and runs it for
# $1 seconds: what `cargo fuzz run --sanitizer none script` does.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$here/corpus/script" "$here/artifacts/script"
"$here/seeds.sh" "$here/corpus/script"
target=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions -Coverflow-checks -Ccodegen-units=1"
cargo build --manifest-path "$here/Cargo.toml" --release --target "$target" --bin script
exec "$here/target/$target/release/script" -artifact_prefix="$here/artifacts/script/" \
    -dict="$here/python.dict" -max_len=600 -max_total_time="${1:-300}" -print_final_stats=1 \
    "$here/corpus/script"

#!/bin/sh
# Builds the target $2, or `script`, with the coverage that libFuzzer needs, by a stable compiler, and runs it for
# $1 seconds: what `cargo fuzz run --sanitizer none script` does.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
name=${2:-script}
mkdir -p "$here/corpus/$name" "$here/artifacts/$name"
"$here/seeds.sh" "$here/corpus/$name" "$name"
target=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions -Coverflow-checks -Ccodegen-units=1"
cargo build --manifest-path "$here/Cargo.toml" --release --target "$target" --bin "$name"
exec "$here/target/$target/release/$name" -artifact_prefix="$here/artifacts/$name/" \
    -dict="$here/python.dict" -max_len=600 -max_total_time="${1:-300}" -print_final_stats=1 \
    "$here/corpus/$name"

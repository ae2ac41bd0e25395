#!/bin/sh
# What the tests do not see: `make checks`. It works where the tools are, and names the one that is missing.
#
#   tests/checks.sh [deny|msrv|features|cheap ...]
#
# deny: licences, sources and known faults of the dependencies; needs cargo-deny and its list of faults.
# msrv: everything compiles with the oldest Rust that Cargo.toml promises; needs that toolchain. Without it, clippy's
# incompatible_msrv still knows what the standard library had then, in `make lint`.
# features: every crate compiles with each of its features alone, and without any.
# cheap: what of this takes no time, where its tools are: `make test` does it. The oldest and newest crates are tried by
# `make ranges`.
set -eu

cd "$(dirname "$0")/.."
status=0

missing() {
    echo "checks: $1 is not here: $2" >&2
    status=1
}

deny() {
    if command -v cargo-deny >/dev/null; then
        echo "== cargo deny: licenses bans sources"
        cargo deny --all-features check licenses bans sources || status=1
        [ "${1:-}" = cheap ] && return
        echo "== cargo deny: advisories"
        cargo deny --all-features check advisories || {
            status=1
            echo "checks: there is a known fault above, or the list of faults could not be fetched" >&2
        }
    else
        missing cargo-deny "cargo install --locked cargo-deny"
    fi
}

msrv() {
    oldest=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
    if rustup run "$oldest" cargo --version >/dev/null 2>&1; then
        echo "== Rust $oldest"
        rustup run "$oldest" cargo check --quiet --workspace --all-targets --all-features --target-dir target/msrv || status=1
    else
        missing "Rust $oldest" "rustup toolchain install --profile minimal $oldest"
    fi
}

features() {
    for crate in redgrease-core redgrease-macros redgrease-engine redgrease; do
        manifest=Cargo.toml
        [ $crate = redgrease ] || manifest=$crate/Cargo.toml
        names=$(sed -n '/^\[features\]/,/^\[dependencies\]/s/^\([a-z-]*\) = .*/\1/p' $manifest)
        for feature in '' $names; do
            echo "== $crate with ${feature:-no features}"
            cargo check --quiet -p $crate --no-default-features --features "$feature" || status=1
        done
    done
}

for what in ${*:-deny msrv features}; do
    case $what in
    deny) deny ;;
    msrv) msrv ;;
    features) features ;;
    cheap)
        if command -v cargo-deny >/dev/null; then deny cheap; else echo "checks: no cargo-deny here; make checks says more"; fi
        ;;
    *)
        echo "$0 knows no $what; there are: deny msrv features cheap" >&2
        exit 2
        ;;
    esac
done
exit $status

#!/bin/sh
# Tries both ends of every range of versions that is accepted: `make ranges`. `make test` uses pinned versions, so that what
# others publish is met here.
#
#   tests/ranges.sh [oldest|newest|crates ...]
#
# oldest, newest: the tests of the engine, on every Python of this machine, and of `cmd`, with the oldest and the newest packages
# that tests/python/packages.in accepts; greenlet and redis-py on the Python of PYTHON, python3 unless it is set.
# crates: whether everything compiles with the oldest and with the newest crates that Cargo.toml accepts.
set -eu

cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
ranges="$PWD/target/ranges"
mkdir -p "$ranges"
unset PIP_CONSTRAINT

uv() {
    if [ ! -x "$ranges/uv/bin/uv" ]; then
        "$python" -m venv "$ranges/uv"
        "$ranges/uv/bin/pip" install --quiet --disable-pip-version-check uv
    fi
    "$ranges/uv/bin/uv" --quiet "$@"
}

# packages NAME RESOLUTION CLOUDPICKLE: the tests of what uses Python packages, and other Pythons with CLOUDPICKLE
packages() {
    environment="$ranges/$1"
    "$python" -m venv --clear "$environment"
    uv pip install --python "$environment/bin/python3" --resolution "$2" --only-binary :all: --upgrade \
        --requirement tests/python/packages.in
    echo "== $1 Python packages:" $("$environment/bin/pip" freeze --disable-pip-version-check)
    export REDGREASE_PYTHON="$environment/bin/python3" REDGREASE_TEST_CLOUDPICKLE="$3"
    cargo test -p redgrease-engine
    cargo test -p redgrease-core --test cmd_redis_py
}

# crates NAME OPTION...: everything compiles with the crates that `cargo OPTION... update` chooses, in a copy of the project
crates() {
    echo "== $1 crates"
    shift
    copy="$ranges/copy"
    rm -rf "$copy"
    mkdir "$copy"
    git ls-files -z | xargs -0 cp --parents --target-directory "$copy"
    # What is unstable is the option, not what it chooses.
    (cd "$copy" && RUSTC_BOOTSTRAP=1 cargo "$@" update --quiet)
    cargo check --quiet --workspace --all-targets --all-features --manifest-path "$copy/Cargo.toml" --target-dir "$ranges/crates"
}

for what in ${*:-oldest newest crates}; do
    case $what in
    oldest) packages oldest lowest-direct "$(sed -n 's/^\(cloudpickle\)>=\([0-9.]*\),.*/\1==\2/p' tests/python/packages.in)" ;;
    newest) packages newest highest "$(grep ^cloudpickle tests/python/packages.in)" ;;
    crates)
        crates oldest -Z direct-minimal-versions
        crates newest
        ;;
    *)
        echo "$0 knows no $what; there are: oldest newest crates" >&2
        exit 1
        ;;
    esac
done

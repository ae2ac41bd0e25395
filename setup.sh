#!/bin/sh
# Installs what the demo and the tests need and this machine does not have: see the Makefile.
#   setup.sh programs                            redis-server, cargo
#   setup.sh venv DIR PYTHON PINS                a Python environment for the workers, with what the file PINS lists
#   setup.sh tools DIR PINS                      what it is linted with, into that environment
set -eu

# install PACKAGE... : with apt, when we may
install() {
    if ! command -v apt-get >/dev/null; then
        echo "setup: please install $* with this system's package manager, then try again" >&2
        exit 1
    fi
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        if ! sudo -n true 2>/dev/null; then
            echo "setup: $* missing; please run: sudo apt-get install $*" >&2
            exit 1
        fi
        as_root=sudo
    fi
    echo "setup: installing $*"
    $as_root apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

programs() {
    if ! command -v cargo >/dev/null; then
        echo "setup: cargo is missing; install Rust with rustup, then try again" >&2
        exit 1
    fi
    if [ -z "${REDIS_SERVER:-}" ] && ! command -v redis-server >/dev/null && ! command -v valkey-server >/dev/null; then
        install redis-server
    fi
    for component in fmt clippy; do
        if ! cargo "$component" --version >/dev/null 2>&1; then
            [ "$component" = fmt ] && component=rustfmt
            if ! command -v rustup >/dev/null; then
                echo "setup: $component is missing; install it with this system's Rust" >&2
                exit 1
            fi
            rustup component add "$component"
        fi
    done
}

venv() {
    dir=$1
    python=$2
    pins=$3
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 7))' 2>/dev/null; then
        install python3
    fi
    if ! "$python" -c 'import venv, ensurepip' 2>/dev/null; then
        install python3-venv
    fi
    # one that is elsewhere belongs to somebody else, and would be emptied
    if [ -L "$dir" ]; then
        echo "setup: $dir is a link to $(readlink "$dir"), which is left as it is; remove the link, or update what it leads to" >&2
        exit 1
    fi
    echo "setup: Python environment in $dir"
    "$python" -m venv --clear "$dir"
    "$dir/bin/python3" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$pins"
}

tools() {
    dir=$1
    pins=$2
    if ! "$dir/bin/python3" -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
        echo "setup: linting needs Python 3.10 or newer; make the environment anew with PYTHON=python3.10 make setup" >&2
        exit 1
    fi
    echo "setup: tools for Python in $dir"
    "$dir/bin/python3" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement "$pins"
}

"$@"

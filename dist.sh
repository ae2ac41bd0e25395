#!/bin/sh
# Builds a release into target/dist: the tool, the module file, a Debian package, checksums. See `make dist`.
#   dist.sh build            builds all of it; on Debian or Ubuntu, for this architecture
#   dist.sh try ROOT         installs the package in a fresh Debian root, which debootstrap makes, and tries it
set -eu

here=$(cd "$(dirname "$0")" && pwd)
cd "$here"
target=${CARGO_TARGET_DIR:-target}
dist=$target/dist
version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
arch=$(dpkg --print-architecture)
package=redgrease-engine_${version}_$arch.deb

# the newest version of glibc that a file asks for
glibc() {
    objdump -T "$@" | grep -o 'GLIBC_[0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1
}

build() {
    cargo build --release -p redgrease-engine
    cargo build --release -p redgrease --bin redgrease --features cli
    rm -rf "$dist"
    mkdir -p "$dist"
    install -m 755 "$target/release/redgrease" "$dist/redgrease"
    install -m 755 "$target/release/libredgrease_engine.so" "$dist/libredgrease_engine.so"
    strip --strip-unneeded "$dist/libredgrease_engine.so"
    glibc=$(glibc "$dist/redgrease" "$dist/libredgrease_engine.so")
    root=$(mktemp -d)
    trap 'rm -rf "$root"' EXIT
    chmod 755 "$root"
    install -D -m 755 "$dist/libredgrease_engine.so" "$root/usr/lib/redis/modules/libredgrease_engine.so"
    install -D -m 755 "$dist/redgrease" "$root/usr/bin/redgrease"
    strip --strip-unneeded "$root/usr/bin/redgrease"
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
    sed -e "s/@version@/$version/" -e "s/@arch@/$arch/" -e "s/@glibc@/$glibc/" -e "s/@size@/$size/" \
        packaging/control > "$root/DEBIAN/control"
    install -m 755 packaging/postinst packaging/prerm packaging/postrm "$root/DEBIAN/"
    echo /etc/redis/redgrease.conf > "$root/DEBIAN/conffiles"
    dpkg-deb --root-owner-group --build "$root" "$dist/$package" >/dev/null
    cp packaging/Containerfile "$dist/Containerfile"
    (cd "$dist" && sha256sum redgrease libredgrease_engine.so "$package" > SHA256SUMS)
    echo "needs glibc $glibc or newer" | tee "$dist/NEEDS"
    ls -l "$dist"
}

try() {
    root=$1
    [ -e "$root/bin" ] || debootstrap --variant=minbase --include=ca-certificates bookworm "$root" >/dev/null
    cp "$dist/$package" "$root/root/"
    # services are not started in a root that is no running system
    printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    install -m 755 packaging/try.sh "$root/root/try.sh"
    chroot "$root" /root/try.sh "$package"
}

"$@"

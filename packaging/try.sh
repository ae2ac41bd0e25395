#!/bin/sh
# In a fresh Debian root: installs the package, loads the engine as redis.conf says, calls a function, takes the package
# away again and looks what is left. See dist.sh.
set -eu

package=/root/$1
port=7917
export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin

# apt says something only when it fails
quietly() {
    "$@" >/root/apt.log 2>&1 || { tail -20 /root/apt.log; exit 1; }
}

# all files but those that every installation changes
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path '/root/*.*' -o -path /var/cache \
        -o -path /var/log -o -path /var/lib/apt -o -path /var/lib/dpkg \) -prune -o -print | sort
}

serves() {
    su redis -s /bin/sh -c "redis-server /etc/redis/redis.conf --port $port --supervised no --daemonize yes --pidfile /run/redis/try.pid"
    until redis-cli -p $port PING 2>/dev/null | grep -q PONG; do sleep 0.1; done
}

stops() {
    redis-cli -p $port SHUTDOWN "$1" || true
    while [ -e /run/redis/try.pid ]; do sleep 0.1; done
}

quietly apt-get update
quietly apt-get install -y --no-install-recommends redis-server python3 python3-venv
files > /root/before.txt
quietly apt-get install -y --no-install-recommends "$package"
dpkg --verify redgrease-engine
echo "$(find /usr/share/man/man1 -name 'redgrease*.1.gz' | wc -l) manual pages"
[ -n "$(find /usr/share -path '*bash-completion*' -name redgrease)" ]
echo 'include /etc/redis/redgrease.conf' >> /etc/redis/redis.conf

# the server of Debian, as its unit runs it, but for systemd
mkdir -p /run/redis && chown redis:redis /run/redis
trap 'redis-cli -p $port SHUTDOWN NOSAVE >/dev/null 2>&1 || true' EXIT
serves
redgrease -p $port health
printf "GB('CommandReader').map(lambda call: 'Hello ' + call[1]).register(trigger='greet')\n" > /root/greet.py
redgrease -p $port load /root/greet.py
[ "$(redgrease -p $port trigger greet you)" = 'Hello you' ]
redgrease -p $port ls
# a package that is a requirement goes where the server may write
redgrease -p $port run -r idna -e "GB('ShardsIDReader').map(lambda _: __import__('idna').__name__).run()" | grep -qx idna
stops SAVE
# and is there again
serves
[ "$(redgrease -p $port trigger greet again)" = 'Hello again' ]
stops NOSAVE
trap - EXIT
rm -f /var/lib/redis/dump.rdb

quietly apt-get purge -y redgrease-engine
files > /root/after.txt
if ! diff /root/before.txt /root/after.txt; then
    echo 'the package leaves something behind, see above' >&2
    exit 1
fi
echo 'the package was installed, tried and removed; nothing is left of it'

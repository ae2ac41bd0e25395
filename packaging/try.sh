#!/bin/sh
# In a fresh Debian root: installs the package, loads the engine as redis.conf says, calls a function. See dist.sh.
set -eu

package=/root/$1
export DEBIAN_FRONTEND=noninteractive PATH=/usr/sbin:/usr/bin:/sbin:/bin
grep -qs localhost /etc/hosts || echo "127.0.0.1 localhost" >> /etc/hosts
apt-get update -qq
apt-get install -y -qq --no-install-recommends redis-server "$package" >/root/apt.log 2>&1 || { tail -20 /root/apt.log; exit 1; }
dpkg --verify redgrease-engine
echo 'include /etc/redis/redgrease.conf' >> /etc/redis/redis.conf
# the server of the package, as its unit runs it, but for systemd
mkdir -p /run/redis && chown redis:redis /run/redis
port=7917
su redis -s /bin/sh -c "redis-server /etc/redis/redis.conf --port $port --supervised no --daemonize yes --pidfile /run/redis/try.pid"
until redis-cli -p $port PING 2>/dev/null | grep -q PONG; do sleep 0.1; done
trap 'redis-cli -p $port SHUTDOWN NOSAVE' EXIT
redgrease -p $port health
printf "GB('CommandReader').map(lambda call: 'Hello ' + call[1]).register(trigger='greet')\n" > /root/greet.py
redgrease -p $port load /root/greet.py
[ "$(redgrease -p $port trigger greet you)" = 'Hello you' ]
redgrease -p $port ls
man_pages=$(ls /usr/share/man/man1/redgrease*.1.gz 2>/dev/null | wc -l)
echo "$man_pages manual pages"
redis-cli -p $port SHUTDOWN NOSAVE || true
trap - EXIT
apt-get purge -y -qq redgrease-engine >/root/apt.log 2>&1
[ ! -e /opt/redgrease ] && [ ! -e /usr/lib/redis/modules/libredgrease_engine.so ]
echo 'the package was installed, tried and removed'

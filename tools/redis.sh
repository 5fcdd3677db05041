#!/bin/sh
# Puts a redis-server on the PATH for the tests: Debian's own package, installed now if we are root
# and none is there. Where that may not be, says so and exits 0: the tests of Redis are skipped.
set -eu

command -v redis-server >/dev/null && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    # Nothing is started as a service: the tests start a server of their own.
    apt-get update >&2 && apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends \
        redis-server >&2 && command -v redis-server >/dev/null && exit 0
fi
echo "No redis-server here and it may not be installed: the tests of Redis are skipped." >&2

#!/bin/sh
# Prints the path of a Chromium or Chrome for the tests: FLEETPULSE_CHROMIUM if set, else the first
# on the PATH, else Debian's own package, installed now if we are root. Exits 1 when there is none.
set -eu

find_browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return 0
    done
    return 1
}

install_browser() {
    [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null || return 1
    export DEBIAN_FRONTEND=noninteractive
    apt-get update >&2
    apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends chromium fonts-noto-color-emoji >&2
}

if [ -n "${FLEETPULSE_CHROMIUM:-}" ]; then
    echo "$FLEETPULSE_CHROMIUM"
elif ! find_browser && ! { install_browser && find_browser; }; then
    echo "The tests need Chromium or Chrome: put one on the PATH (Debian: apt install chromium)" >&2
    echo "or set FLEETPULSE_CHROMIUM to its path." >&2
    exit 1
fi

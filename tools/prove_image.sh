#!/bin/sh
# Where no Docker engine runs: takes the Dockerfile's steps in a clean folder and proves the result.
# Only what .dockerignore lets through is copied; the service runs as another user when we are root,
# over code that it cannot write. Exits 0 when a file dropped into incoming is served by the API.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
image=$(mktemp -d)
port=${FLEETPULSE_PORT:-8599}
trap 'kill $children 2>/dev/null || true; wait; chmod -R u+w "$image"; rm -rf "$image"' EXIT
children=

mkdir -p "$image/app" "$image/srv/incoming" "$image/srv/data" "$image/tmp"
(cd "$root" && git ls-files -co --exclude-standard -- pyproject.toml constraints.txt dashboard.py \
    .streamlit api etl fleetpulse pages reports uploads warehouse tools | tar -cf - -T -) | tar -xf - -C "$image/app"
cd "$image/app"
sh tools/install.sh "$image/venv"
chmod -R a+rX,a-w "$image/app" "$image/venv"
chmod a+rx "$image" "$image/srv"

as=
if [ "$(id -u)" -eq 0 ]; then
    chown -R 10001:10001 "$image/srv" "$image/tmp"
    as="setpriv --reuid=10001 --regid=10001 --clear-groups"
fi
export PYTHONDONTWRITEBYTECODE=1 HOME="$image/tmp" TMPDIR="$image/tmp" FLEETPULSE_PORT="$port"
export FLEETPULSE_INCOMING="$image/srv/incoming" FLEETPULSE_DATA="$image/srv/data"
$as "$image/venv/bin/python" etl/watch.py & children=$!
$as "$image/venv/bin/streamlit" run dashboard.py --server.port="$port" & children="$children $!"

await() {
    for _ in $(seq 120); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.5
    done
    echo "prove_image: failed: $*" >&2
    return 1
}
served() {
    "$image/venv/bin/python" -c '
import sys, urllib.request as u
path = "/api/v1/metrics/report_days?format=csv"
sys.exit(b"2026-02-15" not in u.urlopen(f"http://127.0.0.1:{sys.argv[1]}{path}").read())' "$port"
}
await "$image/venv/bin/python" tools/healthy.py
echo 'healthy: the watcher published, the API answers'
printf 'timestamp,id,type,status\n2026-02-15T10:00:00Z,a1,sensor,online\n' > "$image/srv/incoming/x.csv"
await served
echo 'a file dropped into incoming is served by the API'

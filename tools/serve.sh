#!/bin/sh
# Serves the dashboard and loads new files meanwhile: sh tools/serve.sh PYTHON PORT
# Whatever ends it (the dashboard's end, Ctrl-C, TERM, a closed terminal) ends both.
set -u
grace_seconds=10
children=

# Sends a signal to those that still run; fails when none does.
tell() {
    told=1
    for child in $children; do
        kill -s "$1" "$child" 2>/dev/null && told=0
    done
    return $told
}

# A load that takes longer than the grace is cut off: the next one starts again and loses nothing.
stop() {
    trap '' INT HUP TERM
    tell TERM
    tenths=$((grace_seconds * 10))
    while [ "$tenths" -gt 0 ] && tell 0; do
        sleep 0.1
        tenths=$((tenths - 1))
    done
    tell KILL
    wait
}

trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' HUP TERM

"$1" etl/watch.py &
children=$!
"$1" -m streamlit run dashboard.py --server.port "$2" &
children="$children $!"
wait $!

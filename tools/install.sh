#!/bin/sh
# Installs what fleetpulse needs to run, with the Redis client, into a new environment: install.sh DIR
set -eu
python3 -m venv "$1"
"$1/bin/python" - > "$1/requirements.txt" <<'PY'
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
print(*project["dependencies"], *project["optional-dependencies"]["redis"], sep="\n")
PY
"$1/bin/python" -m pip install --no-cache-dir --disable-pip-version-check -q \
    -c constraints.txt -r "$1/requirements.txt"

#!/bin/sh
# Installs what fleetpulse needs to run, with the clients of Redis and S3, into a new environment: install.sh DIR
set -eu
python3 -m venv "$1"
"$1/bin/python" - > "$1/requirements.txt" <<'PY'
import tomllib

with open("pyproject.toml", "rb") as file:
    project = tomllib.load(file)["project"]
extras = project["optional-dependencies"]
print(*project["dependencies"], *extras["redis"], *extras["s3"], sep="\n")
PY
"$1/bin/python" -m pip install --no-cache-dir --disable-pip-version-check -q \
    -c constraints.txt -r "$1/requirements.txt"

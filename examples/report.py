#!/usr/bin/env python3
"""Trigger a report, wait for it, save it: a client with nothing but Python's standard library.

    python examples/report.py http://localhost:8501 store_uptime method=poll > uptime.csv

The server's FLEETPULSE_API_TOKEN, if it has one, is taken from this client's environment too.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from typing import IO
from urllib.error import HTTPError
from urllib.parse import urljoin
from urllib.request import Request, urlopen


def main(server: str, metric: str, *assignments: str) -> None:
    params = dict(assignment.split("=", 1) for assignment in assignments)
    asked = json.dumps({"metric": metric, "params": params}).encode()
    report = json.load(call(server, "/api/v1/reports", asked))
    while report["status"] == "running":
        time.sleep(0.2)
        report = json.load(call(server, report["links"]["self"]))
    if report["status"] == "failed":
        sys.exit(report["reason"])
    shutil.copyfileobj(call(server, report["links"]["csv"]), sys.stdout.buffer)


def call(server: str, path: str, body: bytes | None = None) -> IO[bytes]:
    """GET, or POST with a body; ends the program with the server's own words if it refuses."""
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("FLEETPULSE_API_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    try:
        answer: IO[bytes] = urlopen(Request(urljoin(server, path), body, headers))
    except HTTPError as refused:
        sys.exit(json.load(refused)["error"]["message"])
    return answer


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

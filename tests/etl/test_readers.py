"""Readers never wait, never fail and never see half of a load, while loads publish."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.etl.loading import folders, load_once

READER = Path(__file__).with_name("reader.py")


def files(number: int) -> dict[str, str]:
    """One load: two files of rows that are all different, some of them bad."""
    rows = [f"2017-05-09T10:00:{n:02}Z,{n % 7}-{number},t,s\n" for n in range(20)]
    header = "timestamp,id,type,status\n"
    return {
        f"{number}-a.csv": header + "".join(rows[:12]) + "bad\n",
        f"{number}-b.csv": header + "".join(rows[12:]),
    }


@pytest.mark.parametrize("loads", [12, pytest.param(300, marks=pytest.mark.torture)])
def test_readers_during_publishes(tmp_path: Path, loads: int) -> None:
    settings = folders(tmp_path)
    readers = [
        subprocess.Popen(
            [sys.executable, READER, settings.data, way],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for way in ("pages", "anyone")
    ]
    for number in range(loads):
        assert load_once(settings, files(number)).rows_loaded == 20
    results = [reader.communicate() for reader in readers]
    for told, wrong in results:
        assert wrong == ""
        seen = json.loads(told)
        assert len(seen) > loads // 4
        assert set(map(int, seen)) <= set(range(1, loads + 1))

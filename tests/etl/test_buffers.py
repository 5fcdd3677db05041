"""Large files: what DuckDB's parallel reader gives up on, and line ends that only Python splits."""

from __future__ import annotations

import time
from pathlib import Path, PurePosixPath

import pytest

from etl.read import source
from etl.read.dialect import detect
from etl.read.header import read_header
from etl.read.rewrite import rewrite
from etl.read.scan import scan
from tests.etl.loading import answer, current, folders, load_once

ROWS = 600_000


def test_a_file_that_the_parallel_reader_cannot_take_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Buffers of any length that its pieces of 8 MB do not fill provoke what its issue 24237 tells.
    odd = source.READ_LINES.replace("parallel =", "buffer_size = 8000001, parallel =")
    monkeypatch.setattr(source, "READ_LINES", odd)
    lines = (f"2026-02-15T10:00:00Z,{n:08x},sensor,online\n" for n in range(ROWS))
    settings = folders(tmp_path)
    summary = load_once(
        settings, {"health_reports.csv": "timestamp,id,type,status\n" + "".join(lines)}
    )
    assert (summary.loaded, summary.rows_loaded, summary.rows_rejected) == (1, ROWS, 0)
    with current(settings) as connection:
        seen = answer(connection, "select count(*), max(line) from health_reports")
    assert seen[1] == [str(ROWS), str(ROWS + 1)]


@pytest.mark.parametrize("quote", ["", '"'])
def test_carriage_returns_cost_by_the_line(tmp_path: Path, quote: str) -> None:
    """Of five times the lines: five times the time, and not twenty-five times."""
    seconds = []
    for count in (20_000, 100_000):
        name = tmp_path / f"{count}.csv"
        row = f"2026-02-15T10:00:00Z,{quote}d{quote},sensor,online\r"
        name.write_text("timestamp,id,type,status\r" + row * count, newline="")
        found = scan(name)
        dialect = detect(
            PurePosixPath(name.name), read_header(PurePosixPath(name.name), found.head)
        )
        began = time.perf_counter()
        copy = rewrite(name, tmp_path / "copy.csv", dialect)
        seconds.append(time.perf_counter() - began)
        assert copy.lines == count + 1
    assert seconds[1] < 12 * seconds[0] + 0.1

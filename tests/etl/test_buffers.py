"""A file on which DuckDB's parallel reader gives up is read by one thread and not rejected."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.read import source
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

"""Where a file is taken makes no difference: one process, a pool, in tasks of any size."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from etl import engines
from etl.engines import here
from etl.engines.processes import Processes
from etl.plan import File, Load
from etl.progress import Progress
from etl.run import load
from etl.take import Taken
from tests.etl.loading import answer, current, folders, lay, load_once
from tests.etl.test_batches import files, told
from tests.etl.world import FIRST, SECOND, assert_sound
from warehouse import Settings

WORLD = {**files(), **{name: text.encode() for name, text in {**FIRST, **SECOND}.items()}}
AGAIN = {f"again/{name.rsplit('/', 1)[-1]}": text for name, text in WORLD.items()}


def test_a_pool_gives_what_one_process_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = Settings(tmp_path / "alone" / "incoming", tmp_path / "alone" / "data")
    load_once(alone, WORLD | AGAIN)

    monkeypatch.setattr(engines, "ODD_BYTES", 0)
    pooled = Settings(tmp_path / "pooled" / "incoming", tmp_path / "pooled" / "data")
    used: list[int] = []
    take = Processes.take

    def noted(self: Processes, load: Load, files: Sequence[File], *others: Any) -> Iterator[Taken]:
        used.append(len(files))
        return take(self, load, files, *others)

    monkeypatch.setattr(Processes, "take", noted)
    load_once(pooled, WORLD | AGAIN)
    assert used
    assert told(pooled) == told(alone)


def test_the_first_path_founds_a_table_also_where_its_bytes_came_from_another_customer(
    tmp_path: Path,
) -> None:
    rows = b"at,x\n2026-01-01 10:00:00,1\n"
    texts = {
        "customers/a/1.csv": rows,
        "customers/b/1.csv": rows,
        "customers/b/2.csv": b"name,price\ntea,1\n",
        "customers/b/3.csv": b"at,x\nsoon,1\n",
    }
    settings = Settings(tmp_path / "incoming", tmp_path / "data")
    load_once(settings, texts)
    with current(settings) as connection:
        found = answer(connection, "select path, status from files order by path")[1:]
        table = answer(connection, "from customer_tables where customer_id = 'b'")[1:]
    assert [status for _, status in found] == ["loaded", "loaded", "rejected", "rejected"]
    assert table[0][1:3] == ["[at, x]", "at"]


def test_what_is_no_name_of_a_time_column_costs_its_own_files(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "incoming", tmp_path / "data")
    lay(settings.incoming, {"customers/b/1.csv": b"x\n1\n", "customers/a/1.csv": b"y\n1\n"})
    os.mkfifo(settings.incoming / "customers" / "a" / "_time_column")
    summary = load_once(settings, {})
    assert (summary.loaded, summary.rejected) == (1, 1)


def test_tasks_of_one_file_give_what_one_task_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Settings(tmp_path / "whole" / "incoming", tmp_path / "whole" / "data")
    load_once(whole, WORLD | AGAIN)
    monkeypatch.setattr(here, "MOST_LINES", 0)
    split = Settings(tmp_path / "split" / "incoming", tmp_path / "split" / "data")
    load_once(split, WORLD | AGAIN)
    assert told(split) == told(whole)


def test_an_attempt_that_still_writes_at_the_end_is_in_nobodys_way(tmp_path: Path) -> None:
    settings, said, over = folders(tmp_path), Said(), threading.Event()
    late = settings.staging / "00000-deadbeef"

    def write() -> None:
        for number in count():
            if over.is_set():
                return
            with suppress(OSError):
                late.mkdir(parents=True, exist_ok=True)
                (late / f"{number}.parquet").touch()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for files in (FIRST, SECOND):
            lay(settings.incoming, files)
            assert load(settings, said).published
    finally:
        over.set()
        writer.join()
    stays = f"{late} cannot be removed now: the next load tries again"
    assert {line for line in said.lines if "removed" in line} <= {stays}
    load(settings)
    assert not settings.staging.exists()
    assert_sound(settings)


class Said(Progress):
    """Keeps what a run says."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def say(self, what: str) -> None:
        self.lines.append(what)

"""Where a file is taken makes no difference: one process, a pool, in tasks of any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from etl import engines
from etl.engines import here
from etl.engines.processes import Processes
from etl.plan import File, Load
from etl.take import Taken
from tests.etl.loading import load_once
from tests.etl.test_batches import files, told
from tests.etl.world import FIRST, SECOND
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


def test_tasks_of_one_file_give_what_one_task_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Settings(tmp_path / "whole" / "incoming", tmp_path / "whole" / "data")
    load_once(whole, WORLD | AGAIN)
    monkeypatch.setattr(here, "MOST_LINES", 0)
    split = Settings(tmp_path / "split" / "incoming", tmp_path / "split" / "data")
    load_once(split, WORLD | AGAIN)
    assert told(split) == told(whole)

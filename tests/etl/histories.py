"""Random histories of loads, each held against a rebuild without any checkpoint."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from etl import checkpoints, compact, parts, verify
from etl.run import load, take_back
from tests.etl.loading import current, folders, load_once
from warehouse import Settings

BEGIN = dt.datetime(2018, 1, 1)

History = Callable[[random.Random], Iterator[tuple[str, str]]]


def at_any_time(draw: random.Random, first: int, last: int) -> dt.datetime:
    """An instant between two days, often the same one, or the last one of its day."""
    second = draw.choice([0, 0, 3600, 43200, 86399, draw.randint(0, 86399)])
    return BEGIN + dt.timedelta(days=draw.randint(first, last), seconds=second)


@contextmanager
def soon() -> Iterator[None]:
    """Checkpoints after a few rows, and few that are kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "TAIL_ROWS", 3)
        patch.setattr(checkpoints, "GROWTH", 2)
        patch.setattr(checkpoints, "KEPT", 3)
        yield


def copied(root: Path, to: Path) -> Settings:
    """Incoming and data below `root` again, to be changed."""
    shutil.copytree(root, to, symlinks=True)
    settings = folders(to)
    load(settings)  # the folder is another, so that the warehouse is made anew
    return settings


def assert_as_rebuilt(
    root: Path, monkeypatch: pytest.MonkeyPatch, history: History, seed: int
) -> None:
    """verify makes every mart anew from the lake, here without any checkpoint."""
    draw = random.Random(seed)
    monkeypatch.setattr(parts, "MANY", draw.choice([2, 8]))
    settings = folders(root)
    for path, text in history(draw):
        if text:
            load_once(settings, {path: text})
        else:
            take_back(settings, [path], "drawn")
        if draw.random() < 0.2:
            assert compact.main(["--data", str(settings.data)]) == 0
    with monkeypatch.context() as at_once:
        at_once.setattr(checkpoints, "TAIL_ROWS", 10**9)
        assert verify.main(["--data", str(settings.data)]) == 0, seed


def checkpoint_days(settings: Settings) -> list[int]:
    with current(settings) as connection:
        rows = connection.execute("select day_number from checkpoints order by step").fetchall()
    return [row[0] for row in rows]


def parts_of(settings: Settings) -> dict[Path, bytes]:
    with current(settings) as connection:
        rows = connection.execute("select path from mart_parts").fetchall()
    return {settings.data / path: (settings.data / path).read_bytes() for (path,) in rows}

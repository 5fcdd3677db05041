"""Stores are computed from checkpoints on, and any history of loads gives the same numbers."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl import checkpoints
from tests.etl.histories import BEGIN, assert_as_rebuilt, at_any_time

STORES = ("a", "b", "c", "d", "e", "f")
ZONES = ("America/Chicago", "Asia/Kolkata", "Europe/Berlin", "Pacific/Kiritimati")
CLOCKS = ("00:00:00", "09:00:00", "17:30:00", "22:00:00", "23:00:00", "23:59:00", "24:00:00")


@pytest.fixture(autouse=True, scope="module")
def soon() -> Iterator[None]:
    """Checkpoints after a few polls, and few that are kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "TAIL_ROWS", 3)
        patch.setattr(checkpoints, "GROWTH", 2)
        patch.setattr(checkpoints, "KEPT", 3)
        yield


def polls(draw: random.Random, first: int, last: int) -> str:
    """Some polls, often an hour or two apart, at the ends of days, or long after the one before."""
    lines = []
    at = at_any_time(draw, first, last)
    for _ in range(draw.randint(1, 14)):
        minutes = draw.choice([0, 30, 59, 60, 61, 119, 120, 121, 1440])
        at = (
            at + dt.timedelta(minutes=minutes)
            if draw.random() < 0.6
            else at_any_time(draw, first, last)
        )
        at = min(at, BEGIN + dt.timedelta(days=last, hours=23))
        status = draw.choice(["active", "active", "inactive"])
        lines.append(f"{draw.choice(STORES)},{status},{at}\n")
    return "store_id,status,timestamp_utc\n" + "".join(lines)


def hours(draw: random.Random) -> str:
    """The week of some stores, or that they are closed."""
    lines = []
    for store in draw.sample(STORES, draw.randint(1, 2)):
        for weekday in draw.sample(range(7), draw.randint(1, 7)):
            span = (
                "," if draw.random() < 0.1 else f"{draw.choice(CLOCKS[:-1])},{draw.choice(CLOCKS)}"
            )
            lines.append(f"{store},{weekday},{span}\n")
    return "store_id,day,start_time_local,end_time_local\n" + "".join(lines)


def zones(draw: random.Random) -> str:
    """The zones of some stores."""
    some = draw.sample(STORES, draw.randint(1, 2))
    lines = (f"{store},{draw.choice(ZONES)}\n" for store in some)
    return "store_id,timezone_str\n" + "".join(lines)


def history(draw: random.Random) -> Iterator[tuple[str, str]]:
    """What arrives, mostly in order, or is taken back: a path and its text, or none."""
    days, top = draw.choice([5, 15, 40, 420]), 0
    there: list[str] = []
    for number in range(draw.randint(3, 8)):
        kind = draw.choice(["polls"] * 4 + ["hours", "zones", "taken back"])
        if kind == "taken back" and there:
            yield there.pop(draw.randrange(len(there))), ""
            continue
        there.append(f"{number}.csv")
        if kind in ("hours", "zones"):
            yield there[-1], hours(draw) if kind == "hours" else zones(draw)
            continue
        first = min(top, days - 1) if draw.random() < 0.7 else 0
        last = min(days, first + draw.randint(1, 6)) if first else days
        top = max(top, last)
        yield there[-1], polls(draw, first, last)


@pytest.mark.parametrize("seed", range(4))
def test_any_history_gives_the_marts_of_one_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    assert_as_rebuilt(tmp_path, monkeypatch, history, seed)


@pytest.mark.torture
@pytest.mark.parametrize("batch", range(40))
def test_many_more_histories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    """1,000 in all."""
    for turn in range(25):
        seed = random.randrange(2**32)
        assert_as_rebuilt(tmp_path / str(turn), monkeypatch, history, seed)

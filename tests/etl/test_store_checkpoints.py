"""Stores are computed from checkpoints on, and any history of loads gives the same numbers."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.run import take_back
from tests.etl.histories import BEGIN, at_any_time, checkpoint_days, copied, parts_of, soon
from tests.etl.loading import current, folders, load_once
from tests.etl.world import assert_sound
from warehouse import Settings

STORES = ("a", "b", "c", "d", "e", "f")
ZONES = ("America/Chicago", "Asia/Kolkata", "Europe/Berlin", "Pacific/Kiritimati")
CLOCKS = ("00:00:00", "09:00:00", "17:30:00", "22:00:00", "23:00:00", "23:59:00", "24:00:00")


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    with soon():
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


HOURS = "store_id,day,start_time_local,end_time_local\n"
WEEK = "".join(f"{store},{day},09:00,17:00\n" for store in STORES[:4] for day in range(7))


@pytest.fixture(scope="module")
def twenty_days(few: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty days of polls, loaded one after the other, and the hours of most stores before."""
    root = tmp_path_factory.mktemp("stores")
    load_once(folders(root), {"hours.csv": HOURS + WEEK})
    for day in range(20):
        load_once(folders(root), {f"{day}.csv": of_day(day)})
    return root


@pytest.fixture
def settled(twenty_days: Path, tmp_path: Path) -> Settings:
    return copied(twenty_days, tmp_path / "copy")


def of_day(day: int, stores: str = "abcdef") -> str:
    at = BEGIN + dt.timedelta(days=day)
    status = {hour: "inactive" if (day + hour) % 7 == 0 else "active" for hour in (14, 15, 16)}
    lines = (
        f"{store},{status[hour]},{at:%Y-%m-%d} {hour}:30:00\n"
        for store in stores
        for hour in status
    )
    return "store_id,status,timestamp_utc\n" + "".join(lines)


def remade(settings: Settings) -> list[str]:
    with current(settings) as connection:
        rows = connection.execute("select store_id from stores_remade order by all").fetchall()
    return [store for (store,) in rows]


def kept_parts(settings: Settings, before: dict[Path, bytes], mart: str) -> bool:
    """Are the parts that a mart had still there, as they were?"""
    after = parts_of(settings)
    return all(after.get(path) == text for path, text in before.items() if mart in str(path))


def test_what_is_settled_is_not_written_again(settled: Settings) -> None:
    before = parts_of(settled)
    assert len(checkpoint_days(settled)) == 3
    load_once(settled, {"20.csv": of_day(20)})
    for mart in ("store_polls", "store_open_spans", "store_open_status"):
        assert kept_parts(settled, before, mart)
    assert_sound(settled)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hours.csv", HOURS + "a,0,10:00,22:00\n"),
        ("zones.csv", "store_id,timezone_str\na,Asia/Kolkata\n"),
        ("polls.csv", of_day(19, "g")),
        ("of-a-new-store.csv", HOURS + "g,0,10:00,22:00\n"),
    ],
)
def test_hours_zones_and_new_stores_touch_one_store(
    settled: Settings, name: str, text: str
) -> None:
    before, days = parts_of(settled), checkpoint_days(settled)
    load_once(settled, {f"more/{name}": text})
    assert checkpoint_days(settled) == days
    assert len(remade(settled)) == 1
    assert kept_parts(settled, before, "store_polls")
    assert_sound(settled)
    load_once(settled, {"20.csv": of_day(20)})
    take_back(settled, [f"more/{name}"], "wrong")
    assert_sound(settled)


def test_a_late_poll_of_a_store_that_was_remade(settled: Settings) -> None:
    oldest, middle, _ = checkpoint_days(settled)
    load_once(settled, {"more/hours.csv": HOURS + "a,0,10:00,22:00\n"})
    late = BEGIN + dt.timedelta(days=middle - 17_532 + 1)  # day 17,532 is 1 January 2018
    text = f"store_id,status,timestamp_utc\na,inactive,{late}\n"
    load_once(settled, {"more/late.csv": text})
    assert checkpoint_days(settled)[:2] == [oldest, middle]
    assert remade(settled) == ["a"]
    assert_sound(settled)


def test_new_hours_of_many_stores_begin_anew(settled: Settings) -> None:
    load_once(settled, {"more/hours.csv": HOURS + WEEK.replace("17:00", "18:00")})
    assert remade(settled) == []
    assert_sound(settled)


def test_harmed_state_is_made_anew(settled: Settings) -> None:
    for path in parts_of(settled):
        if "store_last" in str(path):
            path.write_bytes(path.read_bytes()[:-20] + b"x" * 20)
    load_once(settled, {"20.csv": of_day(20)})
    assert_sound(settled)

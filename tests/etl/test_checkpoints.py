"""Connectivity is computed from checkpoints on, and any history of loads gives the same numbers."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl import parts, publish, verify
from tests.etl.histories import BEGIN, at_any_time, checkpoint_days, copied, parts_of, soon
from tests.etl.loading import folders, lay, load_once
from tests.etl.world import assert_sound, run
from warehouse import Settings


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    with soon():
        yield


def events(draw: random.Random, first: int, last: int) -> str:
    """Some events of four devices on four servers, often at the same or the last instants of
    days."""
    lines = []
    for _ in range(draw.randint(1, 14)):
        at = at_any_time(draw, first, last)
        who = f"d{draw.randint(1, 4)},u{draw.randint(1, 3)},s{draw.randint(1, 4)}"
        lines.append(f"{at},{who},{draw.choice(['True', 'False'])}\n")
    return "".join(lines)


def servers(draw: random.Random, days: int) -> str:
    """Lives of some of the servers, some without an end."""
    lines = []
    for number in draw.sample(range(1, 5), draw.randint(1, 4)):
        end = BEGIN + dt.timedelta(days=draw.randint(0, days + 2), hours=draw.choice([0, 12]))
        lines.append(f"s{number},2017-01-01 00:00:00,{draw.choice(['', end])}\n")
    return "".join(lines)


def history(draw: random.Random) -> Iterator[tuple[str, str]]:
    """What arrives, mostly in order, or is taken back: a path and its text, or none."""
    days, top = draw.choice([5, 15, 40]), 0
    there: list[str] = []
    for number in range(draw.randint(3, 7)):
        kind = draw.choice(["events", "events", "events", "servers", "taken back"])
        if kind == "taken back" and there:
            yield there.pop(draw.randrange(len(there))), ""
            continue
        first = min(top, days - 1) if draw.random() < 0.7 else 0
        last = min(days, first + draw.randint(1, 6)) if first else days
        top = max(top, last)
        name = "servers" if kind == "servers" else "connectivity_events"
        there.append(f"{name}/{number}.csv")
        yield there[-1], servers(draw, days) if name == "servers" else events(draw, first, last)


@pytest.fixture(scope="module")
def twenty_days(few: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty days of events, loaded one after the other."""
    root = tmp_path_factory.mktemp("settled")
    for day in range(20):
        load_once(folders(root), {f"connectivity_events/{day}.csv": of_day(day)})
    return root


@pytest.fixture
def settled(twenty_days: Path, tmp_path: Path) -> Settings:
    return copied(twenty_days, tmp_path / "copy")


def of_day(day: int) -> str:
    date = (BEGIN + dt.timedelta(days=day)).date()
    return "".join(
        f"{date} {hour:02}:00:00,d{hour},u1,s1,{hour % 2 == 0}\n" for hour in range(10, 16)
    )


def test_what_is_settled_is_not_written_again(settled: Settings) -> None:
    before = parts_of(settled)
    assert len(checkpoint_days(settled)) == 3
    load_once(settled, {"connectivity_events/20.csv": of_day(20)})
    after = parts_of(settled)
    assert {path: after[path] for path in before if path in after}.items() <= before.items()
    assert any("online_intervals" in str(path) for path in before.keys() & after.keys())
    assert_sound(settled)


def test_small_parts_are_joined_where_no_checkpoint_lies_between(
    settled: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "MANY", 2)
    for day in range(20, 26):
        load_once(settled, {f"connectivity_events/{day}.csv": of_day(day)})
    listed = [path for path in parts_of(settled) if path.parent.name == "online_intervals"]
    assert len(listed) <= len(checkpoint_days(settled))
    assert any(path.stem.endswith("_joined") for path in listed)
    assert_sound(settled)


def test_a_late_event_goes_back_no_farther_than_it_must(settled: Settings) -> None:
    oldest, middle, _ = checkpoint_days(settled)
    late = dt.date(1970, 1, 1) + dt.timedelta(days=middle + 1)
    load_once(settled, {"connectivity_events/late.csv": f"{late} 12:30:00,d9,u2,s1,True\n"})
    assert checkpoint_days(settled)[:2] == [oldest, middle]
    assert_sound(settled)
    ancient = "2017-12-01 12:30:00,d9,u2,s1,True\n"
    load_once(settled, {"connectivity_events/ancient.csv": ancient})
    assert oldest not in checkpoint_days(settled)
    assert_sound(settled)


@pytest.mark.parametrize("mart", ["online_last_events", "online_intervals", "online_server_pairs"])
def test_a_harmed_part_is_named_and_made_anew(
    settled: Settings, capsys: pytest.CaptureFixture[str], mart: str
) -> None:
    harmed = max(path for path in parts_of(settled) if mart in str(path))
    harmed.write_bytes(harmed.read_bytes()[:-20] + b"x" * 20)
    assert verify.main(["--data", str(settled.data)]) == 1
    name = harmed.relative_to(settled.data).as_posix()
    assert f"{name}, a part of a mart, was changed" in capsys.readouterr().out
    assert verify.main(["--data", str(settled.data), "--repair"]) == 0
    assert_sound(settled)


@pytest.mark.parametrize("mart", ["online_last_events", "online_intervals", "online_spans"])
@pytest.mark.parametrize("more", [("connectivity_events/20.csv", of_day(20)), None])
def test_a_load_makes_a_lost_part_anew(
    settled: Settings, mart: str, more: tuple[str, str] | None
) -> None:
    for path in parts_of(settled):
        if mart in str(path):
            path.unlink()
    if more:
        lay(settled.incoming, dict([more]))
    assert run(settled) == 0
    assert_sound(settled)


def test_a_broken_generation_stops_nothing(settled: Settings) -> None:
    """An interrupted run and a kept generation that a power cut broke."""
    publish.generations(settled)[0].write_bytes(b"x" * 5000)
    settled.staging.mkdir()
    load_once(settled, {"connectivity_events/20.csv": of_day(20)})
    publish.generations(settled)[-1].write_bytes(b"x" * 5000)
    settled.staging.mkdir()
    load_once(settled, {"connectivity_events/21.csv": of_day(21)})
    assert verify.main(["--data", str(settled.data)]) == 0


def test_a_part_of_the_same_name_leaves_what_was_linked_before(tmp_path: Path) -> None:
    root = tmp_path / "marts" / "000001"
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    one.write_bytes(b"one")
    two.write_bytes(b"two")
    with duckdb.connect() as connection:
        connection.execute(parts.SCHEMA)
        for file in (one, two):
            parts.adopt(connection, tmp_path, root, "spans", 7, [file])
    assert one.read_bytes() == b"one"
    assert (root / "spans" / "000007-00000.parquet").read_bytes() == b"two"

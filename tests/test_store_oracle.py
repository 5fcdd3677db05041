"""The SQL against METRICS.md section 3 as `store_oracle` reads it, on random small worlds around
clock changes: split, overlapping and night spans, hours and zones replaced by newer files, polls at
one instant that disagree, ties, and any instant to ask for.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime

import duckdb
import pytest

from tests.store_oracle import (
    DAY,
    HOUR,
    MICROSECOND,
    WEEK,
    Loads,
    Store,
    expected_row,
    lengths,
    micros,
    nearest,
    open_spans,
    read,
)

LoadCsvs = Callable[[Loads], duckdb.DuckDBPyConnection]

# Days around which clocks changed, by an hour, half an hour, two hours or a whole day, at midnight
# or not, in either direction.
CHANGES = {
    "America/Chicago": ("2023-03-12", "2023-11-05"),
    "America/Havana": ("2023-03-12", "2023-11-05"),
    "America/Goose_Bay": ("2010-03-14", "2010-11-07"),
    "America/Sao_Paulo": ("2018-02-18", "2018-11-04"),
    "Africa/Casablanca": ("2023-03-19", "2023-04-23"),
    "Antarctica/Troll": ("2023-03-26", "2023-10-29"),
    "Asia/Beirut": ("2022-03-27", "2022-10-30"),
    "Asia/Kathmandu": ("2023-06-01",),
    "Atlantic/Azores": ("2023-03-26", "2023-10-29"),
    "Australia/Lord_Howe": ("2023-04-02", "2023-10-01"),
    "Pacific/Apia": ("2011-12-30", "2011-09-24"),
    "Pacific/Chatham": ("2023-04-02", "2023-09-24"),
}
CLOCKS = (
    "0:00", "00:00:00", "0:30", "1:00", "1:30", "2:00", "02:30:00", "3:00", "9:15", "12:00",
    "17:45:30", "22:00", "23:00", "23:30", "23:59:00", "23:59:59", "24:00",
)  # fmt: skip


def random_world(seed: int) -> Loads:
    dice = random.Random(seed)
    zone, days = dice.choice(sorted(CHANGES.items()))
    start = datetime.fromisoformat(dice.choice(days)) - dice.randint(0, 4) * DAY
    zones = [zone, zone, dice.choice(sorted(CHANGES))]
    stores = [str(8_139_926_242_460_185_000 + number) for number in range(12)]
    loads = [random_load(dice, stores, zones, start)]
    if dice.random() < 0.7:
        loads.append(random_load(dice, dice.sample(stores, 5), zones, start))
    return loads


def random_load(
    dice: random.Random, stores: Sequence[str], zones: Sequence[str], start: datetime
) -> dict[str, str]:
    polls = [
        f"{store},{dice.choice(['active', 'inactive', 'Active', 'INACTIVE'])},{instant} UTC"
        for store in stores
        for instant in random_instants(dice, start)
        for _ in range(dice.choice([1, 1, 1, 1, 2]))
    ]
    dice.shuffle(polls)
    hours = [f"{store},{span}" for store in stores for span in random_hours(dice)]
    places = [f"{store},{dice.choice(zones)}" for store in stores if dice.random() < 0.8]
    return {
        "polls.csv": table(
            "store_id,status,timestamp_utc", polls or [f"{stores[0]},active,{start}"]
        ),
        "a/hours.csv": table("store_id,day,start_time_local,end_time_local", hours),
        "b/hours.csv": table("store_id,day,start_time_local,end_time_local", hours[:2]),
        "zones.csv": table("store_id,timezone_str", places),
    }


def table(header: str, rows: Iterable[str]) -> str:
    return "\n".join([header, *rows]) + "\n"


def random_instants(dice: random.Random, start: datetime) -> Iterable[datetime]:
    """None, a few or a steady row of polls; on a grid (ties and disagreements) or anywhere."""
    kind = dice.randrange(4)
    for number in range(dice.randint(1, 25) if kind else 0):
        if kind == 1:
            yield start + number * HOUR + dice.randrange(10**6) * MICROSECOND
        elif kind == 2:
            yield start + dice.randrange(9 * 24 * 4) * HOUR / 4
        else:
            yield start + dice.randrange(9 * 24 * 3_600_000_000) * MICROSECOND


def random_hours(dice: random.Random) -> Iterable[str]:
    if dice.random() < 0.2:
        return
    for weekday in range(7):
        for _ in range(dice.choice([0, 1, 1, 1, 2, 3])):
            start = dice.choice([clock for clock in CLOCKS if clock != "24:00"])
            yield f"{weekday},{start},{dice.choice(CLOCKS)}"


def random_as_ofs(dice: random.Random, stores: Mapping[str, Store]) -> list[datetime]:
    polls = sorted({poll for store in stores.values() for poll in store.polls})
    first, newest = polls[0], polls[-1]
    spans = [
        span
        for store in stores.values()
        for span in open_spans(store, first, newest + WEEK)
        if first <= span[0]
    ]
    edges = [edge for span in spans for edge in span]
    anywhere = first + dice.randrange(micros(newest + WEEK - first)) * MICROSECOND
    return [
        first,
        newest,
        newest + WEEK,
        dice.choice(polls),
        dice.choice(polls) + HOUR,
        dice.choice(edges),
        anywhere,
    ]


def timestamp(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)


@pytest.mark.parametrize("seed", range(12))
def test_store_uptime_is_what_metrics_md_says(load_csvs: LoadCsvs, seed: int) -> None:
    loads = random_world(seed)
    connection = load_csvs(loads)
    stores = read(loads)
    for as_of in random_as_ofs(random.Random(seed), stores):
        for method in ("nearest", "poll"):
            rows = connection.execute(
                "from store_uptime(as_of := $as_of, method := $method)",
                {"as_of": timestamp(as_of), "method": method},
            ).fetchall()
            assert rows == [
                expected_row(store_id, store, as_of, method)
                for store_id, store in sorted(stores.items())
            ]


@pytest.mark.parametrize("seed", range(12, 16))
def test_store_timeline_shows_the_open_hours_and_adds_up(load_csvs: LoadCsvs, seed: int) -> None:
    loads = random_world(seed)
    connection = load_csvs(loads)
    stores = read(loads)
    newest = max(poll for store in stores.values() for poll in store.polls)
    for store_id, store in stores.items():
        rows = connection.execute(
            "from store_timeline($store, $first_at, $last_at)",
            {"store": store_id, "first_at": timestamp(newest - WEEK), "last_at": timestamp(newest)},
        ).fetchall()
        spans = open_spans(store, newest - WEEK, newest)
        assert [row[1:3] for row in rows if row[0] == "open"] == [
            (timestamp(begin), timestamp(end)) for begin, end in spans
        ]
        assert [row[1] for row in rows if row[0] == "poll"] == sorted(
            timestamp(poll) for poll in store.polls if newest - WEEK <= poll <= newest
        )
        for status, length in lengths(store, spans, nearest).items():
            hours = sum(row[4] for row in rows if row[0] == "status" and row[3] == status)
            assert hours == pytest.approx(float(length / micros(HOUR)))

"""The connectivity SQL against `Oracle` on random small streams, full of ties, duplicates, late
files, owner changes, unknown servers and destructions at any time.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from tests.online_oracle import DAY, Loads, Oracle, date_of, size_of

LoadCsvs = Callable[[Loads], duckdb.DuckDBPyConnection]

SEEDS = range(28)


def compare(load_csvs: LoadCsvs, loads: Loads) -> None:
    """Assert that every connectivity metric over these loads gives what the oracle gives."""
    oracle = Oracle(loads)
    first, last = oracle.first_day - 3, oracle.last_day + 32
    span = f"date '{date_of(first)}', date '{date_of(last)}'"
    connection = load_csvs(loads)

    def rows(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    for window in (1, 2, 7, 28, 33, 90):
        expected = oracle.online_devices(first, last, window)
        assert rows(f"from online_devices({span}, window_days := {window})") == expected
    for window in (1, 2, 28, 90):
        day = (first + last) // 2
        users = rows(f"from online_users(date '{date_of(day)}', window_days := {window})")
        fleets = sorted(oracle.online_users(day, window).items(), key=lambda u: (-u[1], u[0]))
        assert users == [(user, n, size_of(n)) for user, n in fleets]
    for device in {event.device for event in oracle.events}:
        assert rows(f"from device_online('{device}')") == oracle.device_online(device)
    assert rows(f"from repair_audit({span})") == oracle.repair_audit()
    assert rows(f"from online_weekly({span})") == oracle.online_weekly()
    assert rows(f"from online_hours({span})") == oracle.online_hours(first, last)
    middle = (oracle.first_day + oracle.last_day) // 2
    part = f"date '{date_of(middle)}', date '{date_of(middle + 1)}'"
    assert rows(f"from online_hours({part})") == oracle.online_hours(middle, middle + 1)
    assert rows("from online_servers()") == oracle.online_servers()


def stream(seed: int) -> Loads:
    """A few loads of a few devices, with every kind of trouble on a coarse grid of instants."""
    dice = random.Random(seed)
    days = dice.choice([2, 4, 10, 40, 100])
    instants = [
        dt.datetime(2018, 2, 20) + dt.timedelta(days=dice.randrange(days), microseconds=within)
        for within in dice.choices([0, 0, 1, DAY // 2, DAY - 1, dice.randrange(DAY)], k=days + 8)
    ]
    devices = [f"d{n}" for n in range(dice.choice([1, 2, 5, 14]))]
    owners = {device: dice.choice("abc") for device in devices}
    servers = dice.sample(["10", "9", "s3", "s4", "s5", "s6", "s7"], k=dice.choice([2, 3, 4, 7]))
    loyal = dice.choice([0, 0, 0.5, 0.9])
    changes_owner = dice.choice([0, 0.1, 0.5, 0.9])

    def event() -> str:
        device = dice.choice(devices)
        if dice.random() < changes_owner:
            owners[device] = dice.choice("abc")
        server = servers[0] if dice.random() < loyal else dice.choice([*servers, "unknown"])
        connected = dice.random() < 0.6
        return f"{dice.choice(instants)},{device},{owners[device]},{server},{connected}"

    def server(name: str) -> str:
        death = dice.choice([*instants, dt.datetime(2019, 1, 1)]) if dice.random() < 0.7 else ""
        return f"{name},2018-01-01 00:00:00.5,{death}"

    loads: list[dict[str, str]] = []
    for number in range(dice.choice([1, 1, 2, 3])):
        files: dict[str, str] = {}
        for folder in dice.sample(["a", "b", "late"], k=dice.choice([1, 2])):
            events = [event() for _ in range(dice.choice([1, 4, 12, 40]))]
            events += dice.sample(events, k=len(events) // 10)
            files[f"{folder}{number}/connectivity_events.csv"] = "\n".join(events) + "\n"
            if dice.random() < 0.6:
                known = [server(name) for name in dice.choices(servers, k=3)]
                files[f"{folder}{number}/servers.csv"] = "\n".join(known) + "\n"
        loads.append(files)
    return loads


@pytest.mark.parametrize("seed", SEEDS)
def test_every_metric_is_what_metrics_md_says(load_csvs: LoadCsvs, seed: int) -> None:
    compare(load_csvs, stream(seed))

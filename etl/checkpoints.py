"""The days up to which marts are settled, and how far apart they lie.

A checkpoint is made when the days since the newest one hold many rows. After a first load, or a
long way back, older ones are made too, each some times as far back as the one after it, so that
late rows cost what lies after them and not what there is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import duckdb

TAIL_ROWS = 50_000  # rows that lie after the newest checkpoint at least
GROWTH = 8
KEPT = 12

SCHEMA = "create table checkpoints (dataset varchar, step bigint, day_number bigint)"


class Checkpoint(NamedTuple):
    """The end of a day, by its number from 1970-01-01; `step` counts those of all datasets."""

    step: int
    day_number: int


START = Checkpoint(0, -1_000_000)  # before every day of the calendar


def go_back(connection: duckdb.DuckDBPyConnection, dataset: str, first: int) -> Checkpoint:
    """The newest checkpoint before a day, START without one; those after it are forgotten."""
    earlier = [one for one in of(connection, dataset) if one.day_number < first]
    found = earlier[-1] if earlier else START
    connection.execute(
        "delete from checkpoints where dataset = ? and step > ?", [dataset, found.step]
    )
    return found


def newest(connection: duckdb.DuckDBPyConnection, dataset: str) -> Checkpoint:
    """The newest checkpoint, START without one."""
    return [START, *of(connection, dataset)][-1]


def of(connection: duckdb.DuckDBPyConnection, dataset: str) -> list[Checkpoint]:
    """The checkpoints of a dataset, oldest first."""
    rows = connection.execute(
        "select step, day_number from checkpoints where dataset = ? order by step", [dataset]
    )
    return [Checkpoint(*row) for row in rows.fetchall()]


def due(rows: Mapping[int, int]) -> list[int]:
    """The days to make checkpoints of, oldest first, where `rows` gives how many each day holds
    since the newest one: none while these are few."""
    if sum(rows.values()) <= 2 * TAIL_ROWS:
        return []
    found, after, wanted = [], 0, max(TAIL_ROWS, 1)
    for day_number in sorted(rows, reverse=True):
        if after >= wanted:
            found.append(day_number)
            wanted = after * GROWTH
        after += rows[day_number]
    return sorted(found)


def add(connection: duckdb.DuckDBPyConnection, dataset: str, day_number: int) -> Checkpoint:
    """Make a checkpoint of a day."""
    row = connection.execute(
        "select max(step) + 1 from (select step from checkpoints union all "
        "select step from mart_parts union all select 0)"
    ).fetchone()
    assert row is not None
    connection.execute("insert into checkpoints values (?, ?, ?)", [dataset, row[0], day_number])
    return Checkpoint(row[0], day_number)


def remove(connection: duckdb.DuckDBPyConnection, step: int) -> None:
    """Forget one."""
    connection.execute("delete from checkpoints where step = ?", [step])


def forget(connection: duckdb.DuckDBPyConnection, dataset: str) -> list[int]:
    """Forget those that are more than KEPT, the older the sooner; returns their steps."""
    found = of(connection, dataset)
    forgotten = []
    while len(found) > KEPT:
        newest = found[-1].day_number + 1
        gaps = [
            ((later.day_number - earlier.day_number) / (newest - one.day_number), one.step)
            for earlier, one, later in zip(found, found[1:], found[2:], strict=False)
        ]
        _, step = min(gaps)
        forgotten.append(step)
        found = [one for one in found if one.step != step]
    connection.execute("delete from checkpoints where step = any(?)", [forgotten])
    return forgotten

"""Where each local day lies in UTC: the one step from local opening hours to UTC that needs the
IANA rules. `store_open_spans.sql` does the rest with integers.

A mart made by Python: one row per time zone and local day.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb

READS = ("store_zones",)
RECOMPUTE = "whole"
COLUMNS = {
    "zone": "varchar",
    "weekday": "integer",
    "midnight_us": "bigint",
    "before_us": "bigint",
    "after_us": "bigint",
    "change_us": "bigint",
}

_EPOCH = datetime(1970, 1, 1)
_SECOND = timedelta(seconds=1)
_DAY_SECONDS = 86_400
_MICROSECONDS = 1_000_000

# The days whose neighbours Python can still name.
_OLDEST_DAY = (datetime.min - _EPOCH).days + 3
_NEWEST_DAY = (datetime.max - _EPOCH).days - 6


class LocalDay(NamedTuple):
    """A local calendar day together with the next one, since a span may run over midnight.

    `midnight_us` is the local midnight read as if it were UTC. The clock is `before_us` ahead of
    UTC until the instant `change_us`, and `after_us` from then on; without a change the two are
    equal. No zone has ever changed its clock twice within three days.
    """

    zone: str
    weekday: int
    midnight_us: int
    before_us: int
    after_us: int
    change_us: int


def build(con: duckdb.DuckDBPyConnection) -> list[LocalDay]:
    """The local days of every row of `store_zones` (zone, first_day, last_day); see COLUMNS."""
    return [
        day
        for zone, first_day, last_day in con.table("store_zones").fetchall()
        for day in local_days(zone, first_day, last_day)
    ]


def inputs(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int, int]]:
    """The zones and days that `build` goes by."""
    return sorted(con.table("store_zones").fetchall())


def local_days(zone: str, first_day: int, last_day: int) -> Iterator[LocalDay]:
    """The local days from `first_day` to `last_day` included, numbered from 1970-01-01, as far as
    the years 1 to 9999 go.

    Raises ZoneInfoNotFoundError for a name that IANA does not know.
    """
    clock = ZoneInfo(zone)
    for number in range(max(first_day, _OLDEST_DAY), min(last_day, _NEWEST_DAY) + 1):
        midnight = _EPOCH + timedelta(days=number)
        before = _ahead(midnight.replace(tzinfo=clock))
        after = _ahead((midnight + timedelta(days=2)).replace(tzinfo=clock, fold=1))
        yield LocalDay(
            zone=zone,
            weekday=midnight.weekday(),
            midnight_us=number * _DAY_SECONDS * _MICROSECONDS,
            before_us=before * _MICROSECONDS,
            after_us=after * _MICROSECONDS,
            change_us=_change(clock, number * _DAY_SECONDS, before, after) * _MICROSECONDS,
        )


def _ahead(local: datetime) -> int:
    """Seconds that the clock is ahead of UTC. A local time that happens twice counts as the first,
    a skipped one as before the change; with fold=1 as the second and as after the change."""
    return (local.replace(tzinfo=UTC) - local) // _SECOND


def _change(clock: ZoneInfo, midnight: int, before: int, after: int) -> int:
    """The first second (UTC, since 1970) in the two days from local `midnight` on at which the
    clock is no longer `before` ahead; the earliest possible one if it always is."""
    first = midnight - max(before, after)
    last = midnight + 2 * _DAY_SECONDS - min(before, after)
    if before == after:
        return first
    seconds = range(first, last)
    return first + bisect_left(
        seconds, True, key=lambda second: _ahead(datetime.fromtimestamp(second, clock)) != before
    )

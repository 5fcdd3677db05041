"""UTC spans laid out on days of a clock: which day, from which hour to which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

SECOND = dt.timedelta(seconds=1)
HOUR = dt.timedelta(hours=1)


def local(instant: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """A UTC instant without an offset as the clock of the zone shows it."""
    return instant.replace(tzinfo=dt.UTC).astimezone(zone)


def hour_of_day(shown: dt.datetime) -> float:
    """What the clock shows, in hours from 0 to 24."""
    return (dt.datetime.combine(dt.date.min, shown.time()) - dt.datetime.min) / HOUR


def by_day(
    start: dt.datetime, end: dt.datetime, zone: ZoneInfo
) -> Iterator[tuple[dt.date, float, float]]:
    """The days that a span of UTC instants touches, each with its first and last hour.

    Where the clock is put back an hour is covered twice; where it is put forward one is left out.
    """
    while start < end:
        shown = local(start, zone)
        stop = min(_day_end(shown), _clock_change(start, end, zone))
        first = hour_of_day(shown)
        yield shown.date(), first, first + (stop - start) / HOUR
        start = stop


def _day_end(shown: dt.datetime) -> dt.datetime:
    """When the local day ends, as a UTC instant without an offset."""
    midnight = dt.datetime.combine(shown.date() + dt.timedelta(1), dt.time(), shown.tzinfo)
    return midnight.astimezone(dt.UTC).replace(tzinfo=None)


def _clock_change(start: dt.datetime, end: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first change of the clock after `start`, to the second, or `end` if that comes first."""
    day = min(end, start + dt.timedelta(1))  # no clock changes twice in a day
    before = local(start, zone).utcoffset()
    if local(day, zone).utcoffset() == before:
        return day if day < end else end
    early, late = start, day
    while late - early > SECOND:
        middle = early + (late - early) / 2
        if local(middle, zone).utcoffset() == before:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)

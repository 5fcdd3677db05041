"""METRICS.md section 3 as it is written: slowly, store by store and moment by moment."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

Loads = Sequence[Mapping[str, str]]
Span = tuple[datetime, datetime]

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MICROSECOND = timedelta(microseconds=1)
STATUSES = ("up", "down", "unknown")


@dataclass
class Store:
    polls: dict[datetime, bool] = field(default_factory=dict)
    hours: list[tuple[int, str, str]] = field(default_factory=list)
    zone: str = "America/Chicago"


def read(loads: Loads) -> dict[str, Store]:
    """Every store with a poll, hours or a zone; newer files replace hours and zones."""
    stores: dict[str, Store] = {}
    for files in loads:
        for _, text in sorted(files.items()):
            renewed: set[str] = set()
            for row in csv.DictReader(text.splitlines()):
                store = stores.setdefault(row["store_id"], Store())
                if "status" in row:
                    instant = datetime.fromisoformat(row["timestamp_utc"].removesuffix(" UTC"))
                    instant = instant.replace(tzinfo=UTC)
                    active = row["status"].lower() == "active"
                    store.polls[instant] = active and store.polls.get(instant, True)
                elif "timezone_str" in row:
                    store.zone = row["timezone_str"]
                else:
                    if row["store_id"] not in renewed:
                        store.hours = []
                    renewed.add(row["store_id"])
                    store.hours.append(
                        (int(row["day"]), row["start_time_local"], row["end_time_local"])
                    )
    return stores


@cache
def occurrences(zone: str, local: datetime) -> list[datetime]:
    """The instants at which the local clock shows that time; the moment of the change if never."""
    clock = ZoneInfo(zone)
    readings = [local.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1)]
    shown = [i for i in readings if i.astimezone(clock).replace(tzinfo=None, fold=0) == local]
    if shown:
        return [min(shown), max(shown)]
    instant = min(readings)
    for step in (HOUR, timedelta(minutes=1), timedelta(seconds=1)):
        while (instant + step).astimezone(clock).replace(tzinfo=None) < local:
            instant += step
    return [instant + timedelta(seconds=1)] * 2


def seconds(clock: str) -> int:
    parts = [int(part) for part in clock.split(":")] + [0]
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


def open_spans(store: Store, begin: datetime, end: datetime) -> list[Span]:
    """When the store is open between two instants, merged."""
    if not store.hours:
        return [(begin, end)]
    spans = []
    day = begin.replace(tzinfo=None, hour=0, minute=0, second=0, microsecond=0) - 3 * DAY
    while day < end.replace(tzinfo=None) + 3 * DAY:
        for weekday, start, finish in store.hours:
            if weekday != day.weekday():
                continue
            opens = occurrences(store.zone, day + timedelta(seconds=seconds(start)))[0]
            if finish == "24:00" or finish.startswith("23:59"):
                closes = occurrences(store.zone, day + DAY)[0]
            else:
                runs_over = seconds(finish) <= seconds(start)
                closing = day + runs_over * DAY + timedelta(seconds=seconds(finish))
                closes = occurrences(store.zone, closing)[1]
            spans.append((max(opens, begin), min(closes, end)))
        day += DAY
    return merged(span for span in spans if span[0] < span[1])


def merged(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def nearest(polls: Mapping[int, bool], moment: Fraction) -> str:
    """The status of the nearest poll within an hour; of the earlier one in a tie."""
    if not polls:
        return "unknown"
    distance, poll = min((abs(moment - poll), poll) for poll in polls)
    return "unknown" if distance > micros(HOUR) else "up" if polls[poll] else "down"


def certain(polls: Mapping[int, bool], moment: Fraction) -> str:
    """The only status that the polls allow at a moment, else unknown."""
    before = [poll for poll in polls if poll <= moment]
    after = [poll for poll in polls if poll > moment]
    if before and after and polls[max(before)] != polls[min(after)]:
        return "unknown"
    return nearest(polls, moment)


def micros(length: timedelta) -> int:
    return length // MICROSECOND


def instant_us(instant: datetime) -> int:
    return micros(instant - datetime(1970, 1, 1, tzinfo=UTC))


def lengths(
    store: Store,
    spans: Iterable[Span],
    status_at: Callable[[Mapping[int, bool], Fraction], str],
) -> dict[str, Fraction]:
    """Microseconds of each status within `spans`, cut wherever the status might change."""
    polls = {instant_us(poll): active for poll, active in store.polls.items()}
    known = sorted(polls)
    cuts = {Fraction(poll + shift) for poll in known for shift in (-micros(HOUR), 0, micros(HOUR))}
    cuts |= {Fraction(a + b, 2) for a, b in pairwise(known)}
    total = dict.fromkeys(STATUSES, Fraction(0))
    for begin, end in spans:
        edges = [Fraction(instant_us(begin)), Fraction(instant_us(end))]
        edges = sorted({*edges, *(cut for cut in cuts if edges[0] < cut < edges[1])})
        for left, right in pairwise(edges):
            total[status_at(polls, (left + right) / 2)] += right - left
    return total


def polled(
    store: Store, spans: Sequence[Span], after: datetime, until: datetime
) -> dict[str, Fraction]:
    """An hour for each poll after `after`, up to and including `until`, while the store is open."""
    total = dict.fromkeys(STATUSES, Fraction(0))
    for poll, active in store.polls.items():
        if after < poll <= until and any(begin <= poll < end for begin, end in spans):
            total["up" if active else "down"] += micros(HOUR)
    return total


def expected_row(store_id: str, store: Store, as_of: datetime, method: str) -> tuple[Any, ...]:
    """A row of store_uptime, in the order of its columns."""
    by_window = []
    for window, unit in ((HOUR, timedelta(minutes=1)), (DAY, HOUR), (WEEK, HOUR)):
        if method == "nearest":
            total = lengths(store, open_spans(store, as_of - window, as_of), nearest)
        else:
            spans = open_spans(store, as_of - window, as_of + MICROSECOND)
            total = polled(store, spans, as_of - window, as_of)
        by_window.append({status: float(total[status] / micros(unit)) for status in STATUSES})
    amounts = [window[status] for status in STATUSES for window in by_window]
    sure = lengths(store, open_spans(store, as_of - WEEK, as_of), certain)
    open_us = sum(sure.values())
    low, high = (
        (float(100 * sure["up"] / open_us), float(100 * (open_us - sure["down"]) / open_us))
        if open_us
        else (None, None)
    )
    return (store_id, *amounts, low, high)

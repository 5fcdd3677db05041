"""METRICS.md section 2 written out in plain and slow Python, to hold the SQL against.

`Oracle` reads the same CSV files as the loader and follows the words of that page: no windows,
no running totals, one device and one day after the other. Each metric is a method that gives the
rows of the table macro of that name.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pytest

Loads = Sequence[Mapping[str, str]]
"""The runs of the loader, each with the text of its new files by name."""

DAY = 86_400_000_000
EPOCH = dt.datetime(1970, 1, 1)
SIZES = {"1-2": 2, "3-9": 9, "10-99": 99, "100-999": 999, "1000+": 10**9}
OFFLINE_IGNORED = "events ignored"
UNKNOWN_SERVER = "events on unknown servers"


class Event(NamedTuple):
    """One row of connectivity_events, in the order in which a device's events are read."""

    at: int
    source_id: str
    line: int
    device: str
    user: str
    server: str
    connected: bool


class Interval(NamedTuple):
    """What one online event opened; compares by start, then source id, then line."""

    event: Event
    end: int
    rule: str
    cut_off: bool

    @property
    def us(self) -> int:
        return self.end - self.event.at

    @property
    def days(self) -> range:
        """The days that it touches for any length."""
        first = self.event.at // DAY
        return range(first, max(first, (self.end - 1) // DAY) + 1)


class Oracle:
    """Answers every connectivity metric for a sequence of loads of headerless files."""

    def __init__(self, loads: Loads) -> None:
        self.events: list[Event] = []
        self.servers: dict[str, tuple[int, int | None]] = {}
        seen: set[str] = set()
        for load in loads:
            for path, text in sorted(load.items()):
                source_id = hashlib.sha256(text.encode()).hexdigest()
                if source_id not in seen:
                    seen.add(source_id)
                    self._read(path, source_id, text)
        self.events.sort()
        self.end = max(e.at for e in self.events)
        self.first_day = self.events[0].at // DAY
        self.last_day = self.end // DAY
        self.ignored: list[Event] = []
        self.intervals: dict[str, list[Interval]] = defaultdict(list)
        by_device: dict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            by_device[event.device].append(event)
        for events in by_device.values():
            self._repair(events)

    def _read(self, path: str, source_id: str, text: str) -> None:
        for line, row in enumerate(text.splitlines(), start=1):
            fields = row.split(",")
            if path.endswith("servers.csv"):
                self.servers[fields[0]] = (_us(fields[1]), _us(fields[2]) if fields[2] else None)
            else:
                at, device, user, server, connected = fields
                self.events.append(
                    Event(_us(at), source_id, line, device, user, server, connected == "True")
                )

    def _repair(self, events: list[Event]) -> None:
        before: Event | None = None
        for event, following in zip(events, [*events[1:], None], strict=True):
            if event.connected:
                self.intervals[event.device].append(self._interval(event, following))
            elif before is None or not before.connected or before.server != event.server:
                self.ignored.append(event)
            before = event

    def _interval(self, event: Event, following: Event | None) -> Interval:
        destroyed = self.servers.get(event.server, (0, None))[1]
        death = self.end if destroyed is None else destroyed
        if following is None:
            rule, end = "none", death
        elif following.connected and following.server == event.server:
            rule, end = "online, same server", following.at
        elif following.connected:
            rule, end = "online, other server", min(death, following.at)
        elif following.server == event.server:
            rule, end = "offline, same server", following.at
        else:
            rule, end = "offline, other server", death
        end = min(end, self.end)
        asks_server = rule in ("none", "online, other server", "offline, other server")
        cut_off = asks_server and destroyed is not None and destroyed == min(end, destroyed)
        return Interval(event, max(end, event.at), rule, cut_off)

    def owners(self, day: int, window: int) -> dict[str, str]:
        """The owner of each device online in the window that ends on that day."""
        asked = set(range(day - window + 1, day + 1))
        owners = {}
        for device, intervals in self.intervals.items():
            online = [i for i in intervals if asked.intersection(i.days)]
            if online:
                owners[device] = max(online).event.user
        return owners

    def online_users(self, day: int, window: int) -> Counter[str]:
        return Counter(self.owners(day, window).values())

    def online_devices(self, first: int, last: int, window: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for day in range(first, last + 1):
            devices = dict.fromkeys(SIZES, 0)
            for fleet in self.online_users(day, window).values():
                devices[size_of(fleet)] += fleet
            complete = self.first_day <= day - window + 1 and day <= self.last_day
            rows += [(date_of(day), size, n, complete) for size, n in devices.items()]
        return rows

    def repair_audit(self) -> list[tuple[Any, ...]]:
        events: Counter[tuple[int, str]] = Counter()
        lengths: Counter[tuple[int, str]] = Counter()
        for interval in (i for each in self.intervals.values() for i in each):
            day = interval.event.at // DAY
            events[day, interval.rule] += 1
            lengths[day, interval.rule] += interval.us
            if interval.event.server not in self.servers:
                lengths[day, UNKNOWN_SERVER] += interval.us
        events.update((e.at // DAY, OFFLINE_IGNORED) for e in self.ignored)
        events.update(
            (e.at // DAY, UNKNOWN_SERVER) for e in self.events if e.server not in self.servers
        )
        return [
            (date_of(day), rule, n, _hours(lengths[day, rule]))
            for (day, rule), n in sorted(events.items())
        ]

    def device_online(self, device: str) -> list[tuple[Any, ...]]:
        return [
            (
                _time(i.event.at),
                _time(i.end),
                i.event.user,
                i.event.server,
                i.rule,
                i.cut_off,
                _hours(i.us),
            )
            for i in sorted(self.intervals[device])
        ]

    def online_weekly(self) -> list[tuple[Any, ...]]:
        online: dict[int, set[str]] = defaultdict(set)
        for device, intervals in self.intervals.items():
            for week in {_week(day) for i in intervals for day in i.days}:
                online[week].add(device)
        ever: set[str] = set()
        rows: list[tuple[Any, ...]] = []
        for week in range(_week(self.first_day), _week(self.last_day) + 1):
            now, before = online[week], online[week - 1]
            monday = week * 7 - 3
            rows.append(
                (
                    date_of(monday),
                    len(now),
                    len(now - ever),
                    len((now - before) & ever),
                    len(before - now),
                    self.first_day < monday and monday + 6 < self.last_day,
                )
            )
            ever |= now
        return rows

    def online_hours(self, first: int, last: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for day in range(first, last + 1):
            lengths = sorted(
                _union_us([i for i in intervals if day in i.days], day)
                for intervals in self.intervals.values()
                if any(day in i.days for i in intervals)
            )
            n = len(lengths)
            middle = (lengths[(n - 1) // 2] + lengths[n // 2]) / 2 if n else None
            rows.append(
                (
                    date_of(day),
                    n,
                    _hours(sum(lengths)),
                    _hours(sum(lengths) / n) if n else None,
                    None if middle is None else _hours(middle),
                    self.first_day < day < self.last_day,
                )
            )
        return rows

    def online_servers(self) -> list[tuple[Any, ...]]:
        carried: dict[str, list[Interval]] = defaultdict(list)
        for interval in (i for each in self.intervals.values() for i in each):
            carried[interval.event.server].append(interval)
        rows = []
        for server in {*self.servers, *carried}:
            created, destroyed = self.servers.get(server, (None, None))
            intervals = carried[server]
            rows.append(
                (
                    server,
                    server in self.servers,
                    None if created is None else _time(created),
                    None if destroyed is None else _time(destroyed),
                    len({i.event.device for i in intervals}),
                    len(intervals),
                    sum(i.cut_off for i in intervals),
                    _hours(sum(i.us for i in intervals)),
                )
            )
        return sorted(rows, key=lambda row: (-row[4], row[0]))


def size_of(fleet: int) -> str:
    return next(size for size, largest in SIZES.items() if fleet <= largest)


def _union_us(intervals: list[Interval], day: int) -> int:
    """Microseconds of the day that the intervals cover together."""
    covered, reach = 0, day * DAY
    for interval in sorted(intervals):
        start, end = max(interval.event.at, reach), min(interval.end, (day + 1) * DAY)
        covered += max(0, end - start)
        reach = max(reach, end)
    return covered


def _us(text: str) -> int:
    return (dt.datetime.fromisoformat(text) - EPOCH) // dt.timedelta(microseconds=1)


def _time(us: int) -> dt.datetime:
    return EPOCH + dt.timedelta(microseconds=us)


def date_of(day: int) -> dt.date:
    return _time(day * DAY).date()


def _week(day: int) -> int:
    return (day + 3) // 7


def _hours(us: float) -> Any:
    return pytest.approx(us / 3.6e9, abs=1e-9)

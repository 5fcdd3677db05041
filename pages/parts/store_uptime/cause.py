"""What made a store's number: on which of its days it was down, and how many polls said so."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pages.parts import words
from pages.parts.store_uptime import clock

Piece = Mapping[str, Any]
DAYS = 3  # at most, that a sentence names


def hours_by_day(pieces: Iterable[Piece], status: str, zone: ZoneInfo) -> dict[dt.date, float]:
    """The hours of that status on each of the store's own days."""
    hours: dict[dt.date, float] = defaultdict(float)
    for piece in pieces:
        if piece["kind"] == "status" and piece["status"] == status:
            for day, first, last in clock.by_day(piece["from_at"], piece["to_at"], zone):
                hours[day] += last - first
    return dict(hours)


def told(pieces: Sequence[Piece], zone: ZoneInfo) -> str:
    """`most of it on Thu 29 Oct and Mon 2 Nov; 4 of 21 polls found it down`.

    `pieces` are those that count. Empty for a store that was never down.
    """
    down = hours_by_day(pieces, "down", zone)
    polls = [piece["status"] for piece in pieces if piece["kind"] == "poll"]
    found = polls.count("inactive")
    if not down and not found:
        return ""
    said = []
    if down:
        said.append(when(down))
    of = words.counted(len(polls), "poll")
    said.append(f"{words.count(found)} of {of} found it down")
    return "; ".join(said)


def when(down: Mapping[dt.date, float]) -> str:
    """The fewest days that hold more than half of it, in their order."""
    total, held, days = sum(down.values()), 0.0, []
    for day in sorted(down, key=lambda day: (-down[day], day)):
        days.append(day)
        held += down[day]
        if held > total / 2:
            break
    all_of_it = len(days) == len(down)
    days.sort()
    if len(days) > DAYS:
        return f"spread over {words.counted(len(down), 'day')}"
    named = " and ".join(filter(None, (", ".join(_named(days[:-1])), *_named(days[-1:]))))
    return f"{'all' if all_of_it else 'most'} of it on {named}"


def _named(days: list[dt.date]) -> list[str]:
    return [words.short_day(day) for day in days]

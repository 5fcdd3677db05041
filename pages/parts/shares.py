"""Shares, their differences and hours, as people say them."""

from __future__ import annotations

import datetime as dt

from pages.parts import words

NOTHING = "–"


def percent(value: float | None) -> str:
    """A share in percent: `91.4 %`; `100 %` and `0 %` only where it is exactly that."""
    if value is None:
        return NOTHING
    if 0 < value < 0.05:
        return "< 0.1 %"
    if 99.95 <= value < 100:
        return "> 99.9 %"
    return f"{value:.1f}".removesuffix(".0") + " %"


def percent_range(low: float | None, high: float | None) -> str:
    """Two shares in percent: `88 to 97.5 %`, or one where both look alike."""
    first, last = percent(low), percent(high)
    return last if first == last else f"{first.removesuffix(' %')} to {last}"


def points(difference: float) -> str:
    """A difference of two shares: `+0.3 points`, `−2 points`, `±0 points`."""
    text = f"{abs(difference):.1f}".removesuffix(".0")
    if text == "0":
        return "±0 points"
    sign = "+" if difference > 0 else words.MINUS
    return f"{sign}{text} {'point' if text == '1' else 'points'}"


def difference(number: int) -> str:
    """A difference of two counts: `+1,200`, `−3`, `±0`."""
    if not number:
        return "±0"
    return f"{'+' if number > 0 else words.MINUS}{words.count(abs(number))}"


def hours(value: float) -> str:
    """A time in hours: `84 h`, `6 h 40 min`, `12 min`, `30 s`, `0 h`."""
    seconds = round(value * 3600)
    if 0 < seconds < 60:
        return f"{seconds} s"
    whole, minutes = divmod(round(seconds / 60), 60)
    parts = [f"{words.count(whole)} h"] * bool(whole) + [f"{minutes} min"] * bool(minutes)
    return " ".join(parts) or "0 h"


def span(length: dt.timedelta) -> str:
    """A span of time in its two largest units: `59 days 23 h`, `3 h 20 min`, `0 s`."""
    seconds = length.total_seconds()
    days, rest = divmod(seconds, 86_400)
    if not days:
        return words.duration(rest) if rest % 1 or rest >= 60 else f"{rest:.0f} s"
    whole = int(rest // 3600)
    return words.counted(int(days), "day") + (f" {whole} h" if whole else "")

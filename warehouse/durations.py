"""Lengths of time as people say them."""

from __future__ import annotations

_UNITS = ((86_400, "day"), (3_600, "h"), (60, "min"))


def exact(seconds: float) -> str:
    """In all units, to the microsecond: `2 days 3 h 0 min 4.5 s`."""
    parts: list[str] = []
    rest = abs(round(seconds, 6))
    for length, unit in _UNITS:
        count, rest = divmod(rest, length)
        if count or parts:
            parts.append(_many(int(count), unit))
    parts.append(f"{round(rest, 6):g} s")
    return ("-" if seconds < 0 else "") + " ".join(parts)


def rounded(seconds: float) -> str:
    """In the two largest units: `0.4 s`, `3 min 20 s`, `36 h`, `3 days 4 h`.

    Rounded to the smaller unit, which is left out where it is zero; days count from two on.
    """
    if seconds < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3_600:
        return two(f"{whole // 60} min", whole % 60, "s")
    if whole < 2 * 86_400:
        hour, minute = divmod(round(whole / 60), 60)
        return two(f"{hour} h", minute, "min")
    days, hour = divmod(round(whole / 3_600), 24)
    return two(_many(days, "day"), hour, "h")


def two(larger: str, rest: int, unit: str) -> str:
    """A length in two units, the smaller of which may be zero."""
    return f"{larger} {rest} {unit}" if rest else larger


def _many(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'s' if unit == 'day' and count != 1 else ''}"

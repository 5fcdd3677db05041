"""Shares in percent and their differences, as people say them."""

from __future__ import annotations

from pages.parts import words
from pages.parts.words import MINUS, PERCENT


def of(part: int, whole: int) -> str:
    """A part of a whole: `12.5 %`; a dash where there is no whole."""
    return percent(100 * part / whole if whole else None)


def percent(value: float | None) -> str:
    """A share in percent: `91.4 %`; `100 %` and `0 %` only where it is exactly that."""
    if value is None:
        return words.NOTHING
    if 0 < value < 0.05:
        return f"< 0.1{PERCENT}"
    if 99.95 <= value < 100:
        return f"> 99.9{PERCENT}"
    return f"{value:.1f}".removesuffix(".0") + PERCENT


def rounded_of(part: int, whole: int) -> float | None:
    """A part of a whole for a column of numbers; None where there is no whole."""
    return rounded(100 * part / whole if whole else None)


def rounded(value: float | None) -> float | None:
    """A share in percent for a column of numbers: 100 and 0 only where it is exactly that."""
    if value is None:
        return None
    if 0 < value < 0.05:
        return 0.1
    return 99.9 if 99.95 <= value < 100 else round(value, 1)


def limit(value: float) -> str:
    """A limit as it was given: `90 %`, `97.25 %`."""
    return f"{value:g}{PERCENT}"


def percent_range(low: float | None, high: float | None) -> str:
    """Two shares in percent: `88 to 97.5 %`, or one where both look alike."""
    first, last = percent(low), percent(high)
    return last if first == last else f"{first.removesuffix(PERCENT)} to {last}"


def points(difference: float) -> str:
    """A difference of two shares: `+0.3 points`, `−2 points`, `±0 points`."""
    text = f"{abs(difference):.1f}".removesuffix(".0")
    if text == "0":
        return "±0 points"
    sign = "+" if difference > 0 else MINUS
    return f"{sign}{text} {'point' if text == '1' else 'points'}"

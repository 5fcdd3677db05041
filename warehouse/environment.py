"""Numbers that the environment sets."""

from __future__ import annotations

import os


def number(name: str, usual: float, least: float) -> float:
    """An environment variable's number, `usual` where it is not set. Raises ValueError."""
    text = os.environ.get(name)
    if not text:
        return usual
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not least <= found <= 1e15:
        raise ValueError(f"{name} is {text!r}, expected a number from {least:g} on")
    return found

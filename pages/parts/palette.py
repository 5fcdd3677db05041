"""The same thing in the same colour on every page.

Okabe and Ito's colours, which people with any kind of colour vision tell apart, on light and on
dark; what has no place of its own takes the next spare one, in alphabetical order.
"""

from __future__ import annotations

from collections.abc import Iterable

MAIN = "#0072B2"
CHOSEN = "#E69F00"
QUIET = "#8A9099"

STATUS = {
    "online": "#009E73",
    "up": "#009E73",
    "degraded": "#E69F00",
    "error": "#D55E00",
    "down": "#D55E00",
    "offline": "#8A9099",
    "unknown": "#8A9099",
}
_SPARE = ("#56B4E9", "#CC79A7", "#0072B2", "#F0E442")


def statuses(names: Iterable[str]) -> dict[str, str]:
    """A colour for each status, in the order in which they are stacked and listed."""
    found = set(names)
    others = sorted(found - STATUS.keys())
    spare = {name: _SPARE[place % len(_SPARE)] for place, name in enumerate(others)}
    return {name: colour for name, colour in STATUS.items() if name in found} | spare

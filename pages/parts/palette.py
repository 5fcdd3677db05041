"""The same thing in the same colour on every page.

Okabe and Ito's colours, which people with any kind of colour vision tell apart, on light and on
dark; what has no place of its own takes the next spare one, in alphabetical order.
"""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

MAIN = "#0072B2"
CHOSEN = "#E69F00"
QUIET = "#8A9099"
PROJECTION = "#CC79A7"
NO_DATA = "#7A7F87"  # bands of days without data, with their name on them
WEEK_BEFORE = "#56B4E9"

COMPARED = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")  # the first chosen, the second …

STATUS = {
    "online": "#009E73",
    "up": "#009E73",
    "degraded": "#E69F00",
    "error": "#D55E00",
    "down": "#D55E00",
    "offline": "#8A9099",
    "unknown": "#C3C8CE",
}
FLEET_SIZE = {  # those of the mart fleet_sizes, an ordered ramp, light to dark
    "1-2": "#B3DDF5",
    "3-9": "#56B4E9",
    "10-99": "#2585C4",
    "100-999": "#0B5A94",
    "1000+": "#083A63",
}
FLEET_SIZE_IN_THE_DARK = {  # the same ramp from dark to light, so that the last one can be seen
    "1-2": "#2B6C9F",
    "3-9": "#3F8FCB",
    "10-99": "#64B1E4",
    "100-999": "#9AD0F3",
    "1000+": "#D6EEFB",
}
RULE = {
    "online, same server": "#56B4E9",
    "online, other server": "#0072B2",
    "offline, other server": "#D55E00",
    "events ignored": "#8A9099",
    "offline, same server": "#009E73",
    "none": "#F0E442",
}
CHANGE = {"New": "#009E73", "Returned": "#56B4E9", "Lost": "#D55E00"}
_SPARE = ("#56B4E9", "#CC79A7", "#0072B2", "#F0E442")


def fleet_sizes() -> dict[str, str]:
    """The ramp of FLEET_SIZE that stands out from the visitor's background."""
    return FLEET_SIZE_IN_THE_DARK if st.context.theme.type == "dark" else FLEET_SIZE


def statuses(names: Iterable[str]) -> dict[str, str]:
    """A colour for each status, in the order in which they are stacked and listed."""
    found = set(names)
    others = sorted(found - STATUS.keys())
    spare = {name: _SPARE[place % len(_SPARE)] for place, name in enumerate(others)}
    return {name: colour for name, colour in STATUS.items() if name in found} | spare

"""What the store uptime page is asked for, its controls, and the stores that this means."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from pages.parts import address, answers, choose, find, uptime, words

ANY = "Any"
ASKABLE_AFTER = dt.timedelta(7)  # the newest poll
SPANS = {name: name.capitalize() for name in uptime.WINDOWS}
METHODS = {"nearest": "Nearest poll", "poll": "Hour a poll"}


@dataclass(frozen=True, slots=True)
class Choice:
    """An `as_of` of None is the newest poll, a `zone` of None is every zone."""

    as_of: dt.datetime | None
    newest: dt.datetime
    span: str
    method: str
    zone: str | None

    @property
    def end(self) -> dt.datetime:
        return self.as_of or self.newest

    @property
    def window(self) -> uptime.Window:
        return uptime.WINDOWS[self.span]

    @property
    def when(self) -> str:
        """`in the 7 days to Sat 21 Nov 2026, 23:58 UTC`."""
        return f"in the {self.window.said} to {words.instant(self.end)}"

    @property
    def other_method(self) -> str:
        return next(name for name in METHODS if name != self.method)


def measured(
    chosen: Choice,
    profile: pa.Table,
    back: dt.timedelta | None = None,
    method: str | None = None,
) -> pa.Table:
    """The stores of the zone, as `uptime.measured` gives them; `back` earlier, by `method`.

    Raises QueryFailed for an instant that may not be asked for.
    """
    rows = answers.ask(
        "store_uptime",
        as_of=chosen.as_of if back is None else chosen.end - back,
        method=method or chosen.method,
    )
    stores = uptime.measured(rows, profile["zone"], chosen.window)
    return stores if chosen.zone is None else stores.filter(pc.equal(stores["zone"], chosen.zone))


def of_any_zone(chosen: Choice, profile: pa.Table) -> pa.Table:
    """All stores, whatever zone is chosen."""
    return measured(replace(chosen, zone=None), profile)


def controls(profile: pa.Table) -> tuple[Choice, str]:
    """One row of controls, and the part of an id that is looked for; below them what is wrong with
    an `as_of` that is no instant."""
    first, newest = polled(profile)
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = Choice(
            as_of=instant(first, newest),
            newest=newest,
            span=choose.one_of("Window", SPANS, "window"),
            method=choose.one_of("Method", METHODS, "method"),
            zone=zone(sorted(set(profile["zone"].to_pylist()))),
        )
        part = find.box("store")
    asked = address.text("as_of")
    if asked and chosen.as_of is None:
        st.warning(
            f"{words.code(f'as_of={asked}')} is not an instant like `2026-02-15T10:00`; "
            "shown is the newest poll.",
            icon="🔗",
        )
    return chosen, part


def polled(profile: pa.Table) -> tuple[dt.datetime, dt.datetime]:
    """The first and the newest poll of all stores."""
    return pc.min(profile["first_poll_at"]).as_py(), pc.max(profile["newest_poll_at"]).as_py()


def instant(first: dt.datetime, newest: dt.datetime) -> dt.datetime | None:
    """The control shows the nearest one that it offers."""
    as_of = asked_instant()
    earliest = _minute(first) + dt.timedelta(minutes=1)
    latest = _minute(newest + ASKABLE_AFTER)
    st.session_state["as of chosen"] = min(max(_minute(as_of or newest), earliest), latest)
    st.datetime_input(
        "As of (UTC)",
        None,
        min_value=earliest,
        max_value=latest,
        key="as of chosen",
        format="YYYY-MM-DD",
        help="From the first poll to 7 days after the newest. Unless you choose, or when you clear "
        f"it, it is the newest poll, {words.instant(newest)}.",
        on_change=choose_instant,
        args=(newest,),
        width=200,
    )
    return as_of


def asked_instant() -> dt.datetime | None:
    """The instant in the URL, as UTC without an offset; None for other text."""
    text = address.text("as_of")
    if text is None:
        return None
    try:
        asked = dt.datetime.fromisoformat(text)
        return asked.astimezone(dt.UTC).replace(tzinfo=None) if asked.tzinfo else asked
    except (ValueError, OverflowError):
        return None


def choose_instant(newest: dt.datetime) -> None:
    chosen = st.session_state["as of chosen"]
    default = chosen is None or chosen == _minute(newest)
    address.put("as_of", None if default else chosen.isoformat(timespec="minutes"))


def zone(zones: list[str]) -> str | None:
    chosen = st.selectbox("Time zone", [ANY, *zones], key="zone", bind="query-params", width=160)
    return None if chosen == ANY else chosen


def _minute(instant: dt.datetime) -> dt.datetime:
    return instant.replace(second=0, microsecond=0)

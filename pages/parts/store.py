"""One store in a drawer: how its number came to be, day by day."""

from __future__ import annotations

from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    answers,
    charts,
    choose,
    clock,
    downloads,
    openable,
    store_charts,
    trouble,
    words,
)
from pages.parts.shares import hours, percent, percent_range
from pages.parts.store_choice import Choice

WIDTH = 920
ALWAYS = "always open"  # what store_profile says of a store without hours


def open_drawer(ids: list[str], stores: pa.Table, chosen: Choice) -> None:
    """The store that the URL names; `ids` are the listed ones, to step through."""
    title = f"One store, {chosen.window.said} to {words.instant(chosen.end)}"
    close = partial(openable.close, "store")
    st.dialog(title, width=WIDTH, position="right", on_dismiss=close)(drawer)(ids, stores, chosen)


def drawer(ids: list[str], stores: pa.Table, chosen: Choice) -> None:
    with trouble.explained():
        store_id = address.text("store") or ""
        stepper(ids, store_id)
        found = stores.filter(pa.compute.equal(stores["store_id"], store_id)).to_pylist()
        profile = answers.ask("store_profile", store=store_id).to_pylist()
        if not found or not profile:
            st.warning(f"There is no store `{store_id}`{in_zone(chosen)}.", icon="🔗")
            return
        st.header(answer(found[0], chosen), anchor=False)
        cards(found[0])
        show_timeline(profile[0], chosen)


def in_zone(chosen: Choice) -> str:
    return f" in {chosen.zone}" if chosen.zone else ""


def stepper(ids: list[str], store_id: str) -> None:
    """Buttons to the neighbours in the list."""
    if store_id not in ids:
        return
    place = ids.index(store_id)
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, key, to in (("◀ Worse", "worse", place - 1), ("Better ▶", "better", place + 1)):
            st.button(
                label,
                key=f"{key} store",
                disabled=not 0 <= to < len(ids),
                on_click=address.put,
                args=("store", ids[to % len(ids)]),
            )
        st.caption(f"{place + 1} of {len(ids)} listed")


def answer(row: dict[str, Any], chosen: Choice) -> str:
    name = f"`{row['store_id']}`"
    if row["uptime_pct"] is None:
        known = "was never open" if not row["open_hours"] else "was not heard of while open"
        return f"{name} {known}"
    known_hours = row["open_hours"] * (1 - row["unknown_pct"] / 100)
    return (
        f"{name} was up {percent(row['uptime_pct'])} of the {hours(known_hours)} that are known, "
        f"and down {hours(row['down_hours'])}"
    )


def cards(row: dict[str, Any]) -> None:
    with st.container(horizontal=True):
        st.metric("Uptime", percent(row["uptime_pct"]), border=True)
        st.metric("Open", hours(row["open_hours"]), border=True)
        st.metric("Unknown", percent(row["unknown_pct"]), border=True)
        st.metric(
            "Polls allow", percent_range(row["uptime_low_pct"], row["uptime_high_pct"]), border=True
        )


# Its time.


def show_timeline(profile: dict[str, Any], chosen: Choice) -> None:
    pieces = answers.ask(
        "store_timeline",
        store=profile["store_id"],
        first_at=chosen.end - chosen.window.length,
        last_at=chosen.end,
    )
    shown = choose.one_of("Clock", {"own": "Store's own", "utc": "UTC"}, "clock")
    zone = ZoneInfo("UTC" if shown == "utc" else profile["zone"])
    charts.draw(
        store_charts.timeline(),
        timeline_rows(pieces.to_pylist(), zone),
        "timeline",
        "When the store was open, its polls, and the status given to each span, day by day",
    )
    st.caption(
        f"Clock: {zone.key}. Grey bands: open. ▲ a poll found it up, ▼ down, pale outside the "
        "opening hours. A pale status is not certain: the polls on both sides disagree."
    )
    given = "" if profile["zone_given"] else " (assumed, no zone was loaded)"
    hours_said = profile["opening_hours"]
    opened = hours_said.capitalize() if hours_said == ALWAYS else f"Open {hours_said}"
    st.markdown(
        f"{opened}, by the clock of {profile['zone']}{given}; "
        f"{words.counted(profile['polls'], 'poll')} in all"
    )
    downloads.offer(pieces, f"timeline-{profile['store_id']}")


def timeline_rows(pieces: list[dict[str, Any]], zone: ZoneInfo) -> pa.Table:
    rows = [row for piece in pieces for row in day_rows(piece, zone)]
    days = sorted({row["date"] for row in rows})
    return pa.Table.from_pylist(
        [
            row | {"place": days.index(row["date"]), "day": words.short_day(row["date"])}
            for row in rows
        ]
    )


def day_rows(piece: dict[str, Any], zone: ZoneInfo) -> list[dict[str, Any]]:
    same = {"kind": piece["kind"], "says": in_words(piece, zone)}
    if piece["kind"] == "poll":
        shown = clock.local(piece["from_at"], zone)
        hour = clock.hour_of_day(shown)
        status = "up" if piece["status"] == "active" else "down"
        return [
            same
            | {
                "date": shown.date(),
                "from_hour": hour,
                "to_hour": hour,
                "status": status,
                "certain": piece["in_hours"],
            }
        ]
    return [
        same
        | {
            "date": day,
            "from_hour": first,
            "to_hour": last,
            "status": piece["status"],
            "certain": piece["certain"] or piece["status"] == "unknown",
        }
        for day, first, last in clock.by_day(piece["from_at"], piece["to_at"], zone)
    ]


def in_words(piece: dict[str, Any], zone: ZoneInfo) -> str:
    start = clock.local(piece["from_at"], zone)
    end = clock.local(piece["to_at"], zone)
    if piece["kind"] == "poll":
        outside = "" if piece["in_hours"] else ", outside the opening hours"
        return f"Poll at {start:%H:%M:%S}: {piece['status']}{outside}"
    said = "Open" if piece["kind"] == "open" else piece["status"].capitalize()
    sure = "" if piece["certain"] is not False else ", not certain"
    when = f"{words.short_day(start)} {start:%H:%M} to {end:%H:%M}"
    return f"{said} from {when}, {hours(piece['hours'])}{sure}"

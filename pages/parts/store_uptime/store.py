"""One store in a drawer: how its number came to be, day by day."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import streamlit as st

from pages.parts import answers, calendar, captions, charts, choose, downloads, layout, words
from pages.parts.shares import percent, percent_range
from pages.parts.store_uptime import cause, clock, store_charts
from pages.parts.store_uptime.store_choice import Choice

WITHOUT_HOURS = ("always open", "never open")  # as store_profile says it


def show(row: dict[str, Any], chosen: Choice) -> None:
    """Everything about one row of `uptime.measured`."""
    pieces = answers.ask(
        "store_timeline",
        store=row["store_id"],
        first_at=chosen.end - max(chosen.window.length, calendar.DAY),
        last_at=chosen.end,
    )
    (profile,) = answers.ask("store_profile", store=row["store_id"]).to_pylist()
    counted = in_window(pieces.to_pylist(), chosen)
    said = answer(row, counted, chosen, ZoneInfo(profile["zone"]))
    st.subheader(said, anchor=False)
    show_cards(row, counted)
    show_timeline(pieces, profile, said, chosen)


def in_window(pieces: list[dict[str, Any]], chosen: Choice) -> list[dict[str, Any]]:
    """The polls that count, and the open spans and statuses as far as they lie in the window."""
    first = chosen.end - chosen.window.length
    polls = [p for p in pieces if p["kind"] == "poll" and p["in_hours"] and p["from_at"] > first]
    spans = [p | {"from_at": max(p["from_at"], first)} for p in pieces if p["kind"] != "poll"]
    return polls + [span for span in spans if span["to_at"] > first]


def answer(
    row: dict[str, Any], counted: list[dict[str, Any]], chosen: Choice, zone: ZoneInfo
) -> str:
    """The number, and its cause by the store's own clock."""
    name = words.code(row["store_id"])
    if not open_time(counted):
        return f"{name} was never open"
    if row["uptime_pct"] is None:
        return f"{name} was not heard of while open"
    down = words.hours(row["down_hours"])
    known = row["open_hours"] * (1 - row["unknown_pct"] / 100)
    if chosen.method == "poll":
        polls = round(known)
        each = "the one poll" if polls == 1 else f"each of {words.counted(polls, 'poll')}"
        up = words.hours(known - row["down_hours"])
        return f"{name} was up {up} and down {down}, an hour for {each} while open"
    share = percent(row["uptime_pct"])
    said = f"{name} was up {share} of the {words.hours(known)} that are known"
    why = cause.told(counted, zone)
    return f"{said}, and down {down}, {why}" if why else f"{said}, and never down"


def open_time(counted: list[dict[str, Any]]) -> dt.timedelta:
    spans = [piece for piece in counted if piece["kind"] == "open"]
    return sum((span["to_at"] - span["from_at"] for span in spans), dt.timedelta())


def show_cards(row: dict[str, Any], counted: list[dict[str, Any]]) -> None:
    polls = [piece["status"] for piece in counted if piece["kind"] == "poll"]
    allowed = percent_range(row["uptime_low_pct"], row["uptime_high_pct"]).replace(" to ", "–")
    grid = layout.cards(3)
    with grid:
        card("Uptime", percent(row["uptime_pct"]), "of what is known")
        card("Open", words.hours(open_time(counted) / clock.HOUR), "in the window")
        card("Unknown", percent(row["unknown_pct"]), "of the open time")
        card("Polls", words.count(len(polls)), f"{polls.count('inactive')} found it down")
    with grid.cell(column_span=2):  # its two shares are as wide as two cards
        card("Possible range", allowed, "in the last 7 days")


def card(label: str, value: str, note: str) -> None:
    """As high as it is: where cards wrap in a drawer, `cards.plain` stretches them beyond it."""
    st.metric(label, value, delta_description=note, border=True)


# Its time.


def show_timeline(pieces: pa.Table, profile: dict[str, Any], said: str, chosen: Choice) -> None:
    shown = choose.one_of("Clock", {"own": "Store's own", "utc": "UTC"}, "clock")
    zone = ZoneInfo("UTC" if shown == "utc" else profile["zone"])
    charts.draw(
        store_charts.timeline(),
        timeline_rows(pieces.to_pylist(), zone),
        "timeline",
        "When the store was open, its polls, and the status given to each span, day by day",
        caption=captions.of(
            said,
            f"Up to {words.instant(chosen.end)}, clock of {zone.key}",
            "store_status",
            "business_hours",
        ),
    )
    st.caption(
        f"Clock: {zone.key}. Grey bands: open. ▲ a poll found it up, ▼ down, pale outside the "
        "opening hours. A pale status is not certain: the polls on both sides disagree."
    )
    given = "" if profile["zone_given"] else " (assumed, no zone was loaded)"
    hours_said = profile["opening_hours"]
    opened = hours_said.capitalize() if hours_said in WITHOUT_HOURS else f"Open {hours_said}"
    st.markdown(
        f"{opened}, by the clock of {profile['zone']}{given}; "
        f"{words.counted(profile['polls'], 'poll')} in all"
    )
    if rows := profile["hours_rejected"]:
        were = "row of its hours was" if rows == 1 else "rows of its hours were"
        st.warning(
            f"{words.count(rows)} {were} rejected and count for nothing. "
            "See Data, Rejected rows, for what to write instead.",
            icon="🕘",
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
    return f"{said} from {when}, {words.hours(piece['hours'])}{sure}"

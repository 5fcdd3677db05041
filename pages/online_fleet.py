"""How many devices are online, in fleets of what size, where it leads and how it was repaired."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import (
    address,
    answers,
    calendar,
    charts,
    choose,
    downloads,
    fleets,
    palette,
    repair,
    stacks,
    tables,
    trouble,
    words,
)
from pages.parts.cards import arrow as change_arrow
from pages.parts.choose import Period
from pages.parts.fleets import FleetDay, Observed
from warehouse import QueryFailed

SPARK_DAYS = 30
BEFORE = 40  # days before the period that cards and changes look back to
WINDOWS = {"1": "Daily", "28": "28 days"}
MEASURES = {"devices": "Devices", "share": "Shares"}


class Projection(NamedTuple):
    """The days ahead, or why there are none."""

    rows: pa.Table | None
    why_not: str = ""


class Choice(NamedTuple):
    """What the page is asked for."""

    window: int
    shares: bool
    period: Period


def page() -> None:
    observed = fleets.observed()
    if observed is None:
        trouble.no_rows("connectivity events")
        return
    chosen = controls(observed)
    daily = online(observed, 1, chosen.period)
    running = online(observed, 28, chosen.period)
    days = fleets.days(daily if chosen.window == 1 else running)
    usual = min(observed.usual, chosen.period.last)
    st.subheader(answer(days, usual, observed, chosen.window), anchor=False)
    cards(days, fleets.days(running), usual, observed, chosen)
    ahead = projection()
    picture(days, ahead, observed, chosen)
    views(days, ahead, observed, chosen, usual)


def online(observed: Observed, window: int, period: Period) -> pa.Table:
    """The days of the period and up to BEFORE more."""
    before = min(BEFORE, (period.first - observed.begin).days)
    return answers.ask(
        "online_devices",
        first_day=period.first - before * fleets.DAY,
        last_day=period.last,
        window_days=window,
    )


def projection() -> Projection:
    try:
        ahead = answers.ask("online_forecast")
    except QueryFailed as too_little:
        return Projection(None, str(too_little).partition("Error: ")[2] or str(too_little))
    return Projection(ahead) if ahead.num_rows else Projection(None, "The calendar ends before it")


# Controls: the window, what the bars stand for, the period.


def controls(observed: Observed) -> Choice:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        window = choose.one_of("Window", WINDOWS, "window")
        measure = choose.one_of("Show", MEASURES, "measure")
        period = choose.period(observed.begin, observed.newest)
    return Choice(int(window), measure == "share", period)


# The answer: a sentence and the numbers that matter.


def answer(days: Sequence[FleetDay], usual: dt.date, observed: Observed, window: int) -> str:
    index = (usual - days[0].day).days
    total = days[index].total
    newest = ", the newest whole day" if usual == observed.usual and observed.whole(usual) else ""
    said = f"{words.counted(total, 'device')} {'was' if total == 1 else 'were'} online"
    if not total:
        said = "No device was online"
    said += f" on {words.day(usual)}{newest}"
    if window > 1:
        said = said.replace(" on ", f" at some time in the {window} days to ", 1)
    change = fleets.change(days, index)
    return said if change is None else f"{said}: {words.compared(change)} a week before"


def cards(
    days: Sequence[FleetDay],
    running: Sequence[FleetDay],
    usual: dt.date,
    observed: Observed,
    chosen: Choice,
) -> None:
    index = (usual - days[0].day).days
    places = iter(st.columns(4 if chosen.window == 1 else 3))  # four fit beside the sidebar
    if chosen.window == 1:
        online_card(next(places), f"Online on {words.short_day(usual)}", days, index)
    online_card(next(places), "In 28 days", running, index)
    largest_card(next(places), days, index)
    repaired_card(next(places), shown_audit(observed, chosen.period), chosen.period)


def online_card(place: DeltaGenerator, label: str, days: Sequence[FleetDay], index: int) -> None:
    change = fleets.change(days, index)
    place.metric(
        label,
        words.count(days[index].total),
        fleets.compared(days, index),
        delta_arrow=change_arrow(change),
        delta_color="off" if change is None else "blue",
        chart_data=[day.total for day in recent(days, index)],
        help="Distinct devices online at any time in the window, each counted once.",
        border=True,
        height="stretch",
    )


def recent(days: Sequence[FleetDay], index: int) -> list[FleetDay]:
    """The last of the days up to `index`, without windows that were not seen whole."""
    return [day for day in days[max(0, index + 1 - SPARK_DAYS) : index + 1] if day.complete]


def largest_card(place: DeltaGenerator, days: Sequence[FleetDay], index: int) -> None:
    """The fleet size that holds most of the day's devices."""
    day = days[index]
    devices, size = max((count, size) for size, count in enumerate(day.devices))
    place.metric(
        f"In fleets of {list(fleets.SIZES.values())[size]}" if devices else "In one fleet size",
        words.share(devices, day.total),
        words.counted(devices, "device"),
        delta_arrow="off",
        delta_color="off",
        chart_data=[100 * day.devices[size] / (day.total or 1) for day in recent(days, index)],
        help="The fleet size that holds most of the devices: its share of all that were online.",
        border=True,
        height="stretch",
    )


def repaired_card(place: DeltaGenerator, audit: pa.Table, period: Period) -> None:
    counted = repair.totals(audit)
    repaired = sum(counted[rule].events for rule in repair.REPAIRED)
    online = sum(counted[rule].events for rule in repair.DECIDES)
    place.metric(
        "Events repaired",
        words.count(repaired),
        f"{words.share(repaired, online)} of online events" if online else "no online event",
        delta_arrow="off",
        delta_color="off",
        chart_data=repair.by_day(audit, calendar.span(period.last, min(period.days, SPARK_DAYS))),
        help="Online events in the period whose offline event is missing, so that a rule had to "
        "decide where the interval ends. See *Repair* below.",
        border=True,
        height="stretch",
    )


def shown_audit(observed: Observed, period: Period) -> pa.Table:
    return fleets.between(fleets.audit(observed.newest), period.first, period.last)


# The picture: a bar a day by fleet size, and the projection.

KINDS = tuple((fleets.of_size(size), palette.FLEET_SIZE[size]) for size in fleets.SIZES)


def picture(
    days: Sequence[FleetDay], ahead: Projection, observed: Observed, chosen: Choice
) -> None:
    period = chosen.period
    key = charts.key_of("fleet", address.text("day"))
    projected = draws(ahead, observed, chosen)
    rows = [bar(day, observed) for day in inside(days, period)]
    if projected and ahead.rows is not None:
        rows += [ahead_bar(row) for row in ahead.rows.to_pylist()]
    charts.draw(
        stacks.stack(
            KINDS,
            title(chosen),
            "Online" if chosen.window == 1 else f"In {chosen.window} days",
            shares=chosen.shares,
            projected=projected,
            long=period.days > stacks.LONG,
            legend="Size of the owner's fleet",
            prefix="Fleets of ",
        ),
        stacks.table(rows, len(KINDS), projected),
        key,
        f"Bars of {title(chosen)[:1].lower()}{title(chosen)[1:]} by the size of the owner's "
        f"fleet, {words.day(period.first)} to {words.day(period.last)}",
        partial(choose_bar, key),
    )
    st.caption(" ".join(notes(days, ahead, observed, chosen)))


def inside(days: Sequence[FleetDay], period: Period) -> list[FleetDay]:
    return [day for day in days if period.first <= day.day <= period.last]


def draws(ahead: Projection, observed: Observed, chosen: Choice) -> bool:
    """Whether the projection continues the bars: it is one of devices a day, after the newest."""
    continues = chosen.window == 1 and not chosen.shares and chosen.period.last == observed.newest
    return continues and ahead.rows is not None


def title(chosen: Choice) -> str:
    of = "Share of devices" if chosen.shares else "Devices"
    return f"{of} online a day" if chosen.window == 1 else f"{of} online in {chosen.window} days"


def bar(day: FleetDay, observed: Observed) -> stacks.Row:
    return stacks.seen(
        day.day,
        day.devices,
        [fleets.part(devices, day.total) for devices in day.devices],
        words.counted(day.total, "device"),
        seen(day, observed),
        complete=day.complete and day.day < observed.newest,
        silent=day.day not in observed.active,
        chosen=address.text("day") == day.day.isoformat(),
    )


def seen(day: FleetDay, observed: Observed) -> str:
    """How much of the window was seen, in words."""
    if not day.complete:
        return f"from {words.day(observed.begin)}, the first event"
    if day.day == observed.newest:
        return f"until the newest event, {observed.newest_at:%H:%M} UTC"
    if day.day not in observed.active:
        return "no device came online"
    return "whole"


def ahead_bar(row: dict[str, Any]) -> stacks.Row:
    ends = ("expected", "low_80", "high_80", "low_95", "high_95")
    return {
        "day": row["day"],
        "heading": words.day(row["day"]),
        "expects": words.counted(round(row["devices"]), "device"),
        "in_80": span(row, 80),
        "in_95": span(row, 95),
        **{end: row["devices" if end == "expected" else end] for end in ends},
    }


def span(row: dict[str, Any], percent: int) -> str:
    """`3,057 to 3,253`, the interval that holds the day's devices with this probability."""
    return f"{words.count(row[f'low_{percent}'])} to {words.count(row[f'high_{percent}'])}"


def notes(
    days: Sequence[FleetDay], ahead: Projection, observed: Observed, chosen: Choice
) -> Iterator[str]:
    """What the eye cannot see in the picture."""
    shown = inside(days, chosen.period)
    if not shown[0].complete:
        yield (
            f"Lighter on the left: windows that began before the first event, on "
            f"{words.day(observed.begin)}."
        )
    if shown[-1].day == observed.newest:
        yield (
            f"Lighter on the right: {words.short_day(observed.newest)}, seen only up to the newest "
            f"event, at {observed.newest_at:%H:%M} UTC."
        )
    if not observed.active.issuperset(day.day for day in shown):
        yield "Grey: on these days no device came online, so what is shown rests on earlier events."
    if draws(ahead, observed, chosen) and ahead.rows is not None:
        yield (
            "Dashed: the projection, in the ranges that hold the number with 80\u00a0% and "
            f"95\u00a0% probability; {missed(ahead.rows.to_pylist()[0])}."
        )
    elif ahead.rows is None:
        yield f"No projection yet: {ahead.why_not[:1].lower()}{ahead.why_not[1:]}."
    yield "Click a day for its users."


def missed(row: dict[str, Any]) -> str:
    """The error of the model on days that it had not seen."""
    share = "" if row["error_pct"] is None else f" ({row['error_pct']:.1f}\u00a0%)"
    return (
        "on the newest 28 whole days, held back from it, the same model missed by "
        f"{words.counted(round(row['error_devices']), 'device')} a day{share} on average"
    )


def choose_bar(key: str) -> None:
    points = st.session_state[key]["selection"].get("day")
    if points:
        address.put("day", points[0]["iso"])
        for elsewhere in ("view", "device"):
            address.put(elsewhere, None)


# What lies behind it: one view at a time.

VIEWS = {
    "users": "Users of a day",
    "days": "Day by day",
    "projection": "Projection",
    "repair": "Repair",
    "device": "One device",
}


def views(
    days: Sequence[FleetDay],
    ahead: Projection,
    observed: Observed,
    chosen: Choice,
    usual: dt.date,
) -> None:
    asked = "device" if address.text("device") else "users"
    view = choose.one_of("Behind it", VIEWS, "view", usual=asked, show_label=False)
    if view == "users":
        show_users(observed, usual, chosen.window)
    elif view == "days":
        show_days(days, observed, chosen)
    elif view == "projection":
        show_projection(ahead)
    elif view == "repair":
        repair.show_audit(shown_audit(observed, chosen.period), chosen.period)
    else:
        show_device()


# Users of a day: how many devices each had online, against a week before.


def show_users(observed: Observed, usual: dt.date, window: int) -> None:
    day = choose.day("Day (UTC)", observed.begin, observed.newest, usual)
    fleet = answers.ask("online_users", on_day=day, window_days=window)
    rows = fleet.to_pylist()
    if not rows:
        st.markdown(f"**No device was online {within(day, window)}**")
        return
    before = week_before(day, observed, window)
    st.markdown(f"**{users_answer(rows, day, window)}**")
    st.caption(coming_and_going(rows, before, day))
    sizes, table = st.columns([2, 3])
    with sizes:
        st.dataframe(
            size_rows(rows),
            hide_index=True,
            height="content",
            column_config=BY_SIZE,
            alt=f"Users and devices by fleet size, {words.day(day)}",
        )
    with table:
        downloads.offer(fleet, f"online-users-{day}-{window}-days", key="users")
        st.dataframe(
            user_rows(rows, before),
            hide_index=True,
            column_config=USERS,
            placeholder="–",
            alt=f"The users with devices online {within(day, window)}, largest fleet first",
        )


def within(day: dt.date, window: int) -> str:
    return f"on {words.day(day)}" if window == 1 else f"in the {window} days to {words.day(day)}"


def users_answer(rows: list[dict[str, Any]], day: dt.date, window: int) -> str:
    devices = sum(row["devices"] for row in rows)
    said = f"{words.counted(len(rows), 'user')} had {words.counted(devices, 'device')} online"
    return (
        f"{said} {within(day, window)}; user `{rows[0]['user_id']}` the most: "
        f"{fleets.part(rows[0]['devices'], devices)}"
    )


def week_before(day: dt.date, observed: Observed, window: int) -> dict[str, int] | None:
    """Devices of each user a week before; None where that window was not seen as a whole."""
    if day - observed.begin < (7 + window - 1) * fleets.DAY:
        return None
    earlier = day - 7 * fleets.DAY
    rows = answers.ask("online_users", on_day=earlier, window_days=window).to_pylist()
    return {row["user_id"]: row["devices"] for row in rows}


def coming_and_going(
    rows: list[dict[str, Any]], before: dict[str, int] | None, day: dt.date
) -> str:
    """Who came, left, grew and shrank, against a week before."""
    if before is None:
        return "There is no whole window a week before to compare to."
    now = {row["user_id"]: row["devices"] for row in rows}
    moved = sorted((now.get(u, 0) - before.get(u, 0), u) for u in now.keys() | before.keys())
    said = [
        f"{users(len(now.keys() - before.keys()))} came",
        f"{users(len(before.keys() - now.keys()))} left",
    ]
    if moved[-1][0] > 0:
        said.append(f"`{moved[-1][1]}` grew most, by {words.count(moved[-1][0])}")
    if moved[0][0] < 0:
        said.append(f"`{moved[0][1]}` shrank most, by {words.count(-moved[0][0])}")
    return f"Against {words.short_day(day - 7 * fleets.DAY)}: {', '.join(said)}."


def users(count: int) -> str:
    return words.counted(count, "user") if count else "no user"


BY_SIZE = {
    "size": tables.words("Fleet size", "Devices of one user online in the window"),
    "users": tables.number("Users"),
    "devices": tables.number("Devices"),
    "share": tables.amount_in_words("Share", "Of the devices online"),
}
USERS = {
    "user": tables.words("User"),
    "devices": tables.number("Devices", "Distinct devices online"),
    "size": tables.words("Fleet size"),
    "share": tables.amount_in_words("Share", "Of the devices online"),
    "before": tables.number("Week before", "Devices 7 days earlier"),
    "more": st.column_config.NumberColumn("Change", format="%+d", help="Devices in a week"),
}


def size_rows(rows: list[dict[str, Any]]) -> pa.Table:
    owners = Counter(row["fleet_size"] for row in rows)
    devices: Counter[str] = Counter()
    for row in rows:
        devices[row["fleet_size"]] += row["devices"]
    total = devices.total()
    return pa.table(
        {
            "size": list(fleets.SIZES.values()),
            "users": [owners[size] for size in fleets.SIZES],
            "devices": [devices[size] for size in fleets.SIZES],
            "share": [words.share(devices[size], total) for size in fleets.SIZES],
        }
    )


def user_rows(rows: list[dict[str, Any]], before: dict[str, int] | None) -> pa.Table:
    total = sum(row["devices"] for row in rows)
    earlier = [None if before is None else before.get(row["user_id"], 0) for row in rows]
    return pa.table(
        {
            "user": [row["user_id"] for row in rows],
            "devices": [row["devices"] for row in rows],
            "size": [fleets.SIZES[row["fleet_size"]] for row in rows],
            "share": [words.share(row["devices"], total) for row in rows],
            "before": pa.array(earlier, pa.int64()),
            "more": pa.array(
                [
                    None if then is None else row["devices"] - then or None
                    for row, then in zip(rows, earlier, strict=True)
                ],
                pa.int64(),
            ),
        }
    )


# Day by day: the numbers of the picture.


def show_days(days: Sequence[FleetDay], observed: Observed, chosen: Choice) -> None:
    period = chosen.period
    numbers = fleets.between(online(observed, chosen.window, period), period.first, period.last)
    downloads.offer(
        numbers, f"online-devices-{period.first}-{period.last}-window-{chosen.window}", key="days"
    )
    st.dataframe(
        day_rows(days, observed, chosen),
        hide_index=True,
        column_config=DAYS,
        alt=f"{title(chosen)} by fleet size, newest first",
    )


DAYS = {
    "day": tables.day("Day (UTC)"),
    "devices": tables.number("Devices", "Distinct devices online"),
    "change": tables.amount_in_words("Change", "Against a week before"),
    **{
        size: tables.number(label, f"Devices of users with {label} of them online")
        for size, label in fleets.SIZES.items()
    },
    "seen": tables.words("Seen"),
}


def day_rows(days: Sequence[FleetDay], observed: Observed, chosen: Choice) -> pa.Table:
    shown = [
        (index, day)
        for index, day in enumerate(days)
        if chosen.period.first <= day.day <= chosen.period.last
    ][::-1]
    changes = [fleets.change(days, index) for index, _ in shown]
    return pa.table(
        {
            "day": [day.day for _, day in shown],
            "devices": [day.total for _, day in shown],
            "change": ["–" if change is None else words.percent(change) for change in changes],
            **{
                size: [day.devices[place] for _, day in shown]
                for place, size in enumerate(fleets.SIZES)
            },
            "seen": [seen(day, observed) for _, day in shown],
        }
    )


# Projection: the days ahead as numbers.


def show_projection(ahead: Projection) -> None:
    if ahead.rows is None:
        st.info(f"No projection yet. {ahead.why_not}.", icon="📈")
        return
    rows = ahead.rows.to_pylist()
    last = rows[-1]
    st.markdown(
        f"**{words.counted(round(last['devices']), 'device')} expected online on "
        f"{words.day(last['day'])}, with 80\u00a0% probability {span(last, 80)}**"
    )
    st.caption(f"Devices a day, by exponential smoothing with a weekly rhythm; {missed(last)}.")
    downloads.offer(ahead.rows, f"online-forecast-{rows[0]['day']}-{last['day']}", key="ahead")
    st.dataframe(
        ahead.rows.select(list(AHEAD)),
        hide_index=True,
        column_config=AHEAD,
        alt="Devices expected online on each day ahead",
    )


AHEAD = {
    "day": tables.day("Day (UTC)"),
    "devices": fleets.whole("Expected", "Distinct devices online on that day"),
    "low_80": fleets.whole("80 %: from"),
    "high_80": fleets.whole("80 %: to"),
    "low_95": fleets.whole("95 %: from"),
    "high_95": fleets.whole("95 %: to"),
}


# One device.


def show_device() -> None:
    st.session_state["device asked"] = address.text("device") or ""
    device = st.text_input(
        "Device",
        key="device asked",
        placeholder="An id, as the files write it",
        on_change=lambda: address.put("device", st.session_state["device asked"].strip() or None),
        width=260,
    )
    if device:
        repair.show_device(device.strip())


page()

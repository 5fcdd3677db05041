"""The users of a day: how many devices each had online, against a week before."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pyarrow as pa
import streamlit as st

from pages.parts import (
    answers,
    calendar,
    choose,
    downloads,
    fleets,
    openable,
    shares,
    tables,
    words,
)
from pages.parts.fleets import Observed, Rows

TALL = 400  # pixels


def show(observed: Observed, usual: dt.date, window: int) -> None:
    day = choose.day("Day (UTC)", observed.begin, observed.newest, usual)
    fleet = answers.ask("online_users", on_day=day, window_days=window)
    rows = fleet.to_pylist()
    if not rows:
        st.header(f"No device was online {within(day, window)}", anchor=False)
        return
    before = week_before(day, observed, window)
    st.header(answer(rows, day, window), anchor=False)
    st.caption(coming_and_going(rows, before, day))
    downloads.offer(
        fleet, f"online-users-{day}-{window}-{'day' if window == 1 else 'days'}", key="users"
    )
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
        openable.table(
            tables.signed(user_rows(rows, before), more=words.difference),
            "user",
            [row["user_id"] for row in rows],
            USERS,
            f"The users with devices online {within(day, window)}, largest fleet first; choose one "
            "to see its devices",
            height=TALL,
        )


def within(day: dt.date, window: int) -> str:
    return f"on {words.day(day)}" if window == 1 else f"in the {window} days to {words.day(day)}"


def answer(rows: Rows, day: dt.date, window: int) -> str:
    devices = sum(row["devices"] for row in rows)
    said = f"{words.counted(len(rows), 'user')} had {words.counted(devices, 'device')} online"
    return (
        f"{said} {within(day, window)}; user {words.code(rows[0]['user_id'])} the most: "
        f"{fleets.part(rows[0]['devices'], devices)}"
    )


def week_before(day: dt.date, observed: Observed, window: int) -> dict[str, int] | None:
    """Devices of each user a week before; None where that window was not seen as a whole."""
    if day - observed.begin < calendar.WEEK + (window - 1) * calendar.DAY:
        return None
    earlier = day - calendar.WEEK
    rows = answers.ask("online_users", on_day=earlier, window_days=window).to_pylist()
    return {row["user_id"]: row["devices"] for row in rows}


def coming_and_going(rows: Rows, before: dict[str, int] | None, day: dt.date) -> str:
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
        said.append(f"{words.code(moved[-1][1])} grew most, by {words.count(moved[-1][0])}")
    if moved[0][0] < 0:
        said.append(f"{words.code(moved[0][1])} shrank most, by {words.count(-moved[0][0])}")
    return f"Against {words.short_day(day - calendar.WEEK)}: {', '.join(said)}."


def users(count: int) -> str:
    return words.counted(count, "user") if count else "no user"


BY_SIZE = {
    "size": tables.words("Fleet size", "Devices of one user online in the window"),
    "users": tables.number("Users"),
    "devices": tables.number("Devices"),
    "share": tables.share("Share", "Of the devices online"),
}
USERS = {
    **tables.of_metric("online_users", "devices", under={"user": "user_id"}),
    "size": tables.words("Fleet size"),
    "share": tables.share("Share", "Of the devices online"),
    "before": tables.number("Week before", "Devices 7 days earlier"),
    "more": tables.difference("Change", "Devices in a week"),
}


def size_rows(rows: Rows) -> pa.Table:
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
            "share": [shares.rounded_of(devices[size], total) for size in fleets.SIZES],
        }
    )


def user_rows(rows: Rows, before: dict[str, int] | None) -> pa.Table:
    total = sum(row["devices"] for row in rows)
    earlier = [None if before is None else before.get(row["user_id"], 0) for row in rows]
    return pa.table(
        {
            "user": [row["user_id"] for row in rows],
            "devices": [row["devices"] for row in rows],
            "size": [fleets.SIZES[row["fleet_size"]] for row in rows],
            "share": [shares.rounded_of(row["devices"], total) for row in rows],
            "before": pa.array(earlier, pa.int64()),
            "more": pa.array(
                [
                    None if then is None else row["devices"] - then
                    for row, then in zip(rows, earlier, strict=True)
                ],
                pa.int64(),
            ),
        }
    )

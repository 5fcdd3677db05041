"""One device: the intervals in which it was online, and what ended each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    answers,
    captions,
    charts,
    downloads,
    fleet_charts,
    fleets,
    palette,
    stacks,
    tables,
    words,
)
from pages.parts.fleets import Row, Rows
from pages.parts.online_fleet.repair import DECIDES, NEXT


def show(device: str) -> None:
    intervals = answers.ask("device_online", device=device)
    if not intervals.num_rows:
        unknown([device])
        st.button("Find ids that contain it", key="find it", on_click=find_instead, args=(device,))
        return
    rows = intervals.to_pylist()
    said = answer(rows)
    st.subheader(said, anchor=False)
    draw({device: rows}, f"{device}: {said}")
    downloads.offer(intervals, f"device-online-{device}", key="device")
    st.dataframe(
        interval_rows(intervals, rows),
        hide_index=True,
        column_config=INTERVALS,
        alt=f"Online intervals of device {device}, newest first",
    )


def unknown(devices: Sequence[str]) -> None:
    st.warning(
        f"No online event of a device {' or '.join(map(words.code, devices))} was loaded. Ids are "
        "matched exactly as the files write them, capital and small letters too.",
        icon="🔗",
    )


def find_instead(device: str) -> None:
    address.put("device", None)
    address.put("find", device)


def draw(histories: Mapping[str, Rows], said: str) -> None:
    """The intervals of each device in a row of its own, on one axis."""
    rows = [row for history in histories.values() for row in history]
    first = min(row["started_at"] for row in rows)
    last = max(row["ended_at"] for row in rows)
    charts.draw(
        fleet_charts.intervals(kinds(rows), stacks.instants(last - first), tuple(histories)),
        pa.Table.from_pylist(
            [drawn(device, row) for device, history in histories.items() for row in history]
        ),
        "intervals",
        f"The {words.counted(len(rows), 'interval')} in which {' and '.join(histories)} "
        f"{'was' if len(histories) == 1 else 'were'} online",
        caption=captions.of(
            said,
            f"When it was online, {captions.days(first.date(), last.date())} (UTC)",
            "connectivity_events",
        ),
    )


def kinds(rows: Rows) -> stacks.Kinds:
    """The rules that decided for one of these intervals, with their colours."""
    decided = {row["rule"] for row in rows}
    return tuple((NEXT[rule], palette.RULE[rule]) for rule in DECIDES if rule in decided)


NAMES = {
    "started": "started_at",
    "ended": "ended_at",
    "user": "user_id",
    "server": "server_id",
}
INTERVALS = {
    **tables.of_metric("device_online", "rule", under=NAMES),
    "long": tables.amount_in_words("For"),
    "means": tables.words("So", width="large"),
}


def answer(rows: Rows) -> str:
    hours = sum(row["hours"] for row in rows)
    last = rows[-1]
    owners = list(dict.fromkeys(row["user_id"] for row in rows))
    owned = f"user {words.code(owners[-1])}"
    if len(owners) > 1:
        owned = f"{words.counted(len(owners), 'user')}, last {owned}"
    return (
        f"Of {owned}: came online "
        f"{'once' if len(rows) == 1 else words.counted(len(rows), 'time')} for "
        f"{fleets.long(hours)} in all, last until {words.instant(last['ended_at'])}"
    )


def closed(row: Row) -> str:
    """What ended the interval, in words."""
    if row["cut_off"]:
        return f"Ended by the destruction of server {row['server_id']}"
    if row["rule"] == "none":
        return "Still online at the newest event of all"
    if row["rule"] == "offline, other server":
        return "Next event ignored; the server still lives at the newest event of all"
    return "Ended by the next event"


def interval_rows(intervals: pa.Table, rows: Rows) -> pa.Table:
    shown = pa.table(
        {
            "started": intervals["started_at"],
            "ended": intervals["ended_at"],
            "long": [fleets.long(row["hours"]) for row in rows],
            "user": intervals["user_id"],
            "server": intervals["server_id"],
            "rule": [NEXT[row["rule"]] for row in rows],
            "means": [closed(row) for row in rows],
        }
    )
    return shown.take(list(range(len(rows)))[::-1])


def drawn(device: str, row: Row) -> Row:
    return {
        "device": device,
        "started": row["started_at"],
        "ended": row["ended_at"],
        "rule": NEXT[row["rule"]],
        "since": words.instant(row["started_at"]),
        "until": words.instant(row["ended_at"]),
        "long": fleets.long(row["hours"]),
        "user": row["user_id"],
        "server": row["server_id"],
        "means": closed(row),
    }

"""Servers: what they carried and what their destruction cut off."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from pages.parts import (
    answers,
    captions,
    charts,
    downloads,
    fleet_charts,
    fleets,
    shares,
    stacks,
    tables,
    words,
)
from pages.parts.fleets import Observed, Row, Rows


def show(observed: Observed) -> None:
    servers = answers.ask("online_servers")
    rows = servers.to_pylist()
    ended = [row for row in rows if row["destroyed_at"] and row["cut_off_intervals"]]
    st.header(answer(rows, ended), anchor=False)
    if ended:
        instants = [row["destroyed_at"] for row in ended]
        charts.draw(
            fleet_charts.cut_off(stacks.instants(max(instants) - min(instants))),
            pa.Table.from_pylist([stem(row) for row in ended]),
            "servers",
            f"Intervals cut off by the destruction of {words.counted(len(ended), 'server')}",
            caption=captions.of(
                answer(rows, ended),
                f"Servers destroyed, {captions.days(min(instants).date(), max(instants).date())} "
                "(UTC)",
                "connectivity_events",
                "servers",
            ),
        )
    st.caption("All servers over all days, whatever the period above.")
    downloads.offer(servers, "online-servers", key="servers")
    st.dataframe(
        server_rows(rows, observed),
        hide_index=True,
        column_config=SERVERS,
        placeholder="–",
        alt="Servers, the one that carried most devices first",
    )


SERVERS = {
    **tables.of_metric(
        "online_servers",
        "devices",
        "intervals",
        "hours",
        under={"server": "server_id", "cut_off": "cut_off_intervals", "destroyed": "destroyed_at"},
        decimals=0,
    ),
    "state": tables.words("State"),
    "share": tables.share("Share", "Of its intervals, cut off by its destruction"),
    "lived": tables.amount_in_words("Lived", "From its creation"),
}


def answer(rows: Rows, ended: Rows) -> str:
    first = rows[0]
    if not first["devices"]:
        return "No server carried a device"
    name, devices = words.code(first["server_id"]), words.count(first["devices"])
    said = f"Server {name} carried the most devices, {devices}"
    if not ended:
        return f"{said}; no server's destruction cut off an interval"
    worst = max(ended, key=lambda row: int(row["cut_off_intervals"]))
    many = words.counted(worst["cut_off_intervals"], "interval")
    when = words.day(worst["destroyed_at"])
    if worst is first:
        return f"{said}, and its destruction on {when} cut off the most, {many}"
    name = words.code(worst["server_id"])
    return f"{said}; the destruction of {name} on {when} cut off the most, {many}"


def stem(row: Row) -> Row:
    return {
        "destroyed_at": row["destroyed_at"],
        "cut_off": row["cut_off_intervals"],
        "server": row["server_id"],
        "when": words.instant(row["destroyed_at"]),
        "intervals": f"{words.count(row['cut_off_intervals'])} of "
        f"{words.counted(row['intervals'], 'interval')}",
        "devices": words.count(row["devices"]),
    }


def server_rows(rows: Rows, observed: Observed) -> pa.Table:
    return pa.table(
        {
            "server": [row["server_id"] for row in rows],
            "state": [state(row, observed) for row in rows],
            "devices": [row["devices"] for row in rows],
            "intervals": [row["intervals"] for row in rows],
            "cut_off": [row["cut_off_intervals"] for row in rows],
            "share": [
                shares.rounded_of(row["cut_off_intervals"], row["intervals"]) for row in rows
            ],
            "hours": [row["hours"] for row in rows],
            "destroyed": pa.array([row["destroyed_at"] for row in rows], pa.timestamp("us")),
            "lived": [lived(row) for row in rows],
        }
    )


def state(row: Row, observed: Observed) -> str:
    """What is known of the server at the newest event."""
    if not row["is_known"]:
        return "In no servers file"
    if row["destroyed_at"] is None:
        return "Lives"
    return "Destroyed" if row["destroyed_at"] <= observed.newest_at else "Destroyed later"


def lived(row: Row) -> str | None:
    if row["created_at"] is None or row["destroyed_at"] is None:
        return None
    seconds = (row["destroyed_at"] - row["created_at"]).total_seconds()
    return fleets.long(seconds / 3600)

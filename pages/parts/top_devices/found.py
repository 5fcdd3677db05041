"""The devices that match what is looked for, among all that ever reported."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import answers, devices, downloads, find, openable, tables, words


def show(part: str, day: dt.date) -> list[str]:
    """The sentence and the list; gives the ids listed, in their order."""
    everyone = answers.ask("reporting_devices")
    found = find.narrowed(everyone, "device_id", part)
    st.title(find.answer(part, found.num_rows, everyone.num_rows, "device"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        find.clear()
        st.caption(f"Among all that ever reported. {find.note(found.num_rows, 'device')}")
    if not found.num_rows:
        return []
    downloads.offer(found, "devices-found", key="found")
    rows = listed(found, part, day)
    ids = [row["device_id"] for row in rows]
    openable.table(
        tables.signed(table_rows(rows), change=words.percent),
        "device",
        devices.table(ids),
        COLUMNS,
        f"{words.counted(len(rows), 'device')} whose id contains {part}, most reports first",
    )
    return ids


def listed(found: pa.Table, part: str, day: dt.date) -> list[dict[str, Any]]:
    """Who reported on the day or a week before, most reports first; then the others."""
    numbers = answers.ask("find_devices", part=part, on_day=day, top_n=find.LISTED).to_pylist()
    last = dict(zip(*found.to_pydict().values(), strict=True))
    if len(numbers) < find.LISTED:
        others = last.keys() - {row["device_id"] for row in numbers}
        newest_first = sorted(others, key=lambda device: (-last[device].toordinal(), device))
        numbers += [{"device_id": device} for device in newest_first]
    return [row | {"last_day": last[row["device_id"]]} for row in numbers[: find.LISTED]]


NAMES = {
    "device": "device_id",
    "reports": "occurrences",
    "before": "occurrences_week_before",
    "change": "change_pct",
}
COLUMNS = {
    **tables.of_metric("find_devices", "rank", under=NAMES, signed=["change"]),
    **tables.of_metric("reporting_devices", under={"last": "last_day"}),
}


def table_rows(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table(
        {
            "device": [row["device_id"] for row in rows],
            "rank": pa.array([row.get("rank") for row in rows], pa.int64()),
            "reports": pa.array([row.get("occurrences", 0) for row in rows], pa.int64()),
            "before": pa.array([row.get("occurrences_week_before") for row in rows], pa.int64()),
            "change": pa.array([row.get("change_pct") for row in rows], pa.float64()),
            "last": [row["last_day"] for row in rows],
        }
    )

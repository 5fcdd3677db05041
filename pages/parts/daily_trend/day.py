"""One day in a drawer: what its devices reported, and the way to who they are."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pyarrow as pa
import streamlit as st

from pages.parts import answers, downloads, openable, tables, trouble, words

WIDTH = 620
STATUSES = 20  # the busiest


def open_drawer(day: dt.date, device_type: str | None, statuses: list[str]) -> None:
    """The day that the URL names; `statuses` are those there are, the busiest first."""
    close = partial(openable.close, "day")
    st.dialog(words.day(day), width=WIDTH, position="right", on_dismiss=close)(_drawer)(
        day, device_type, statuses[:STATUSES]
    )


def _drawer(day: dt.date, device_type: str | None, statuses: list[str]) -> None:
    with trouble.explained():
        answered = [
            answers.ask(
                "daily_device_shares",
                device_type=device_type,
                device_status=status,
                last_day=day,
                days=1,
            )
            for status in (None, *statuses)
        ]
        st.subheader(answer(answered[0], device_type), anchor=False)
        if not answered[0]["has_data"][0].as_py():
            return
        table = by_status(answered[1:], statuses)
        downloads.offer(table, f"statuses-{device_type or 'any'}-{day}", key="statuses")
        st.dataframe(
            table,
            hide_index=True,
            height="content",
            column_config=COLUMNS,
            placeholder="none",
            alt=f"Devices by what they reported on {words.day(day)}",
        )
        st.caption("A device that reported several statuses counts for each of them.")
        st.page_link(
            "pages/top_devices.py",
            label=f"Top devices of {words.short_day(day)}",
            icon="🏆",
            query_params={"day": day.isoformat()},
        )


def answer(every: pa.Table, device_type: str | None) -> str:
    """`every` is that one day with any status."""
    (row,) = every.to_pylist()
    kind = f"{words.name(device_type)} device" if device_type else "device"
    if not row["has_data"]:
        return "No data was loaded for this day"
    reports = words.counted(row["reports"], "report")
    return f"{words.counted(row['devices'], kind)} sent {reports}"


def by_status(answered: list[pa.Table], statuses: list[str]) -> pa.Table:
    found = pa.concat_tables(answered)
    return pa.table({"status": statuses, **{name: found[name] for name in NUMBERS}})


NUMBERS = ("devices", "share_pct", "reports")
COLUMNS = {
    "status": tables.words("Status"),
    **tables.of_metric("daily_device_shares", *NUMBERS),
}

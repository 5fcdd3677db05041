"""A line for each kind of data: up to which day it is complete, how late, and what was rejected."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import streamlit as st

from pages.parts import answers, late, links, words

Row = dict[str, Any]


class Kind(NamedTuple):
    """Datasets that belong together, the one with the days first, and the page that shows them."""

    name: str
    datasets: tuple[str, ...]
    page: str


KINDS = (
    Kind("Health reports", ("health_reports",), "daily_trend"),
    Kind("Connectivity", ("connectivity_events", "servers"), "online_fleet"),
    Kind(
        "Stores",
        (
            "store_status",
            "business_hours",
            "store_timezones",
            "special_hours",
            "maintenance",
            "targets",
        ),
        "store_uptime",
    ),
    Kind("Customers", ("customers",), "customers"),
)


def show(rows: list[Row]) -> None:
    """`rows` are those of `freshness`."""
    for kind in kinds(rows):
        own = [row for name in kind.datasets for row in rows if row["dataset"] == name]
        line(told(kind, own, rows), rejected(own), kind.page, own)
    strangers = [
        file
        for file in answers.ask("file_history", of_status="rejected").to_pylist()
        if file["dataset"] is None
    ]
    if strangers:
        held = words.counted(sum(file["rows_rejected"] for file in strangers), "row")
        fit = "fits" if len(strangers) == 1 else "fit"
        files = words.counted(len(strangers), "file")
        with row_of_links():
            st.markdown(f"⚠️ **Unknown files**: {files} with {held} that {fit} no dataset")
            links.to_fix()


def kinds(rows: list[Row]) -> Iterator[Kind]:
    """The four, and each dataset that belongs to none of them."""
    yield from KINDS
    known = {name for kind in KINDS for name in kind.datasets}
    for row in rows:
        if row["dataset"] not in known:
            yield Kind(words.dataset(row["dataset"]), (row["dataset"],), "data")


def row_of_links() -> Any:
    return st.container(horizontal=True, vertical_alignment="center", gap="small")


def line(said: str, bad: str, page: str, own: list[Row]) -> None:
    with row_of_links():
        st.markdown(said + (f" · {bad}" if bad else ""), width="content")
        if bad:
            of = [row["dataset"] for row in own if row["rejected_rows"] or row["rejected_files"]]
            links.to_fix(words.dataset(of[0]) if len(of) == 1 else None)


def told(kind: Kind, own: list[Row], rows: list[Row]) -> str:
    """`✅ **Health reports**: complete to Wed 25 Nov 2026 · 1 day missing`."""
    if not any(row["rows"] for row in own):
        return f"○ **{kind.name}**: nothing loaded yet"
    first = own[0]
    tardy = [said for said in (late.by_rhythm(first), behind(first, rows)) if said]
    parts = [complete(first)]
    if first["holes"]:
        parts.append(f"{words.counted(first['holes'], 'day')} missing")
    return f"{'⏰' if tardy else '✅'} **{kind.name}**: {' · '.join(parts + tardy)}"


def behind(row: Row, rows: list[Row]) -> str:
    days = late.days_behind(row, rows)
    return f"ends {words.counted(days, 'day')} before other data" if days else ""


def complete(row: Row) -> str:
    if row["newest_day"] is None:
        came = row["last_load"]
        return f"newest file of {words.instant(came)}" if came else "no file yet"
    whole, newest = row["whole_day"], row["newest_day"]
    if whole is None:
        return f"{words.day(newest)} is in progress, no day is complete yet"
    if whole < newest:
        return f"complete to {words.day(whole)}, {words.short_day(newest)} in progress"
    return f"complete to {words.day(whole)}"


def rejected(own: list[Row]) -> str:
    """`14 rows rejected, 1 whole file among them`; empty without any."""
    rows, files = (sum(row[name] for row in own) for name in ("rejected_rows", "rejected_files"))
    if not rows and not files:
        return ""
    whole = f", {words.counted(files, 'whole file')} among them" if files else ""
    return f"{words.counted(rows, 'row')} rejected{whole}"

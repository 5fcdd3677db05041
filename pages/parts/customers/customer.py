"""One customer's table: what it holds, what came when, and what was rejected."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from pages.parts import answers, captions, cards, charts, downloads, layout, site, tables, words
from pages.parts.customers import customer_charts
from warehouse import durations

PREVIEW = 100
DRAWN = 12  # uploads


def show(customer: dict[str, Any]) -> None:
    """Everything about one row of the metric `customers`."""
    name = customer["customer_id"]
    uploads = answers.ask("customer_uploads_of", customer=name)
    files, rejects = rejected(name)
    st.title(answer(customer), anchor=False)
    show_cards(customer, files.num_rows)
    if customer["columns"] is None:
        show_rejected(files, rejects, name)
        with st.expander("Send a table"):
            site.how_to_send(name)
        return
    show_founding(customer)
    show_uploads_over_time(uploads.to_pylist(), answer(customer))
    rows, sent, not_taken, send = st.tabs(
        [
            "Rows",
            f"{words.counted(uploads.num_rows, 'upload')}",
            f"{words.count(files.num_rows + rejects.num_rows)} rejected",
            "Send more",
        ]
    )
    with rows:
        show_rows(customer)
    with sent:
        show_uploads(uploads, name)
    with not_taken:
        show_rejected(files, rejects, name)
    with send:
        site.how_to_send(name)


# The answer: a sentence and the numbers that matter.


def answer(customer: dict[str, Any]) -> str:
    name = words.code(customer["customer_id"])
    if customer["columns"] is None:
        return f"{name} has no table yet: everything sent so far was rejected"
    rows = words.counted(customer["total_rows"], "row")
    uploads = words.counted(customer["uploads"], "upload")
    said = f"{name} has {rows} from {uploads}"
    if customer["time_difference"] is None:
        if customer["time_column"]:
            return f"{said}; none of them has an instant"
        return f"{said}; none of its columns tells the time"
    return f"{said}, over {difference(customer['time_difference'])}"


def difference(seconds: float | None) -> str:
    """Newest less first in words: `60 days`, `3 days 4 h`."""
    return words.NOTHING if seconds is None else durations.rounded(seconds)


def show_cards(customer: dict[str, Any], rejected_files: int) -> None:
    uploads = words.counted(customer["uploads"], "upload")
    with layout.cards(5 if customer["first_row_at"] else 2):
        cards.plain("Rows", words.count(customer["total_rows"]), f"from {uploads}")
        if customer["first_row_at"]:
            instant_card("First row", customer["first_row_at"])
            instant_card("Newest row", customer["newest_row_at"])
            seconds = customer["time_difference"]
            exact = f"{seconds:,.6f}".rstrip("0").rstrip(".") + " s"
            cards.plain("Time difference", difference(seconds), exact)
        cards.plain(
            "Rejected rows", words.count(customer["rejected_rows"]), whole_files(rejected_files)
        )


def whole_files(many: int) -> str:
    return words.counted(many, "whole file") if many else "no whole file"


def instant_card(label: str, instant: dt.datetime) -> None:
    cards.plain(label, f"{instant.day} {instant:%b}", f"{instant:%a %Y, %H:%M} UTC")


def show_founding(customer: dict[str, Any]) -> None:
    """What the first file fixed, and what may be wrong with that."""
    names = ", ".join(map(words.code, customer["columns"]))
    time = customer["time_column"]
    told = f"its time column is {words.code(time)}" if time else "no column tells the time"
    first = words.code(PurePosixPath(customer["founded_by"] or "").name)
    st.caption(f"The first file, {first}, fixed the columns {names}; {told}.")
    if remarks := customer["remarks"]:
        said = "; ".join(map(words.code, remarks))
        hint = "" if time else " The next upload may name the column with `time_column=…`."
        st.warning(f"{said}.{hint}", icon="🧾")


# The pictures: when rows came, and which time they are about.


def show_uploads_over_time(uploads: list[dict[str, Any]], said: str) -> None:
    timed = [row for row in uploads if row["first_row_at"]][:DRAWN]
    arrived, about = st.columns(2) if timed else (st.container(), None)
    with arrived:
        st.header("Uploads over time (UTC)", anchor=False)
        charts.draw(
            customer_charts.arrivals(),
            arrivals(uploads),
            "arrivals",
            f"Bars of the rows that {words.counted(len(uploads), 'upload')} appended",
            caption=captions.of(said, "Rows of each upload (UTC)", "customers"),
            narrow=about is not None,
        )
    if about is not None:
        with about:
            newest = "each" if len(timed) == len(uploads) else f"each of the newest {DRAWN}"
            st.header(f"What time {newest} covers (UTC)", anchor=False)
            charts.draw(
                customer_charts.coverage(),
                coverage(timed),
                "coverage",
                f"From the first to the newest row of {words.counted(len(timed), 'upload')}",
                caption=captions.of(said, "Times that uploads cover (UTC)", "customers"),
                narrow=True,
            )


def arrivals(uploads: list[dict[str, Any]]) -> pa.Table:
    loads = [
        (instant, list(together))
        for instant, together in groupby(uploads, key=lambda row: row["uploaded_at"])
    ]
    first, last = loads[-1][0], loads[0][0]
    padding = max((last - first) / 20, dt.timedelta(minutes=30))
    return pa.table(
        {
            "at": [instant for instant, _ in loads],
            "padded_from": [first - padding] * len(loads),
            "padded_to": [last + padding] * len(loads),
            "rows": [sum(row["rows"] for row in together) for _, together in loads],
            "says": [
                f"{words.instant(instant)}: {words.counted(len(together), 'upload')}, "
                f"{words.counted(sum(row['rows'] for row in together), 'row')}"
                for instant, together in loads
            ],
        }
    )


def coverage(uploads: list[dict[str, Any]]) -> pa.Table:
    return pa.table(
        {
            "place": range(len(uploads)),
            "file": [file_name(row) for row in uploads],
            "from_at": [row["first_row_at"] for row in uploads],
            "to_at": [row["newest_row_at"] for row in uploads],
            "says": [
                f"{file_name(row)}: {words.counted(row['rows'], 'row')}, "
                f"{words.instant(row['first_row_at'])} to {words.instant(row['newest_row_at'])}"
                for row in uploads
            ],
        }
    )


def file_name(upload: dict[str, Any]) -> str:
    return PurePosixPath(upload["path"]).name


# The tables.


def show_rows(customer: dict[str, Any]) -> None:
    """The first rows under the customer's own column names, and the way to all of them."""
    name, many = customer["customer_id"], words.counted(customer["total_rows"], "row")
    preview = answers.ask("customer_rows", customer=name, top_rows=PREVIEW)
    with st.container(horizontal=True, vertical_alignment="center"):
        shown = words.count(preview.num_rows)
        st.caption(f"The first {shown} of {many}" if preview.num_rows == PREVIEW else f"All {many}")
        for label, form in ((f"CSV, {many}", "csv"), ("Parquet", "parquet")):
            st.link_button(label, site.customer_rows(name, form))
    columns = {f"c{place}": own for place, own in enumerate(customer["columns"], 1)}
    st.dataframe(
        preview,
        hide_index=True,
        height=320 if preview.num_rows > 8 else "content",
        column_order=[*columns, "path", "line"],
        column_config={c: own_column(preview[c], own) for c, own in columns.items()} | SOURCE,
        placeholder="–",
        alt=f"The first rows of {name}",
    )


SOURCE = tables.of_metric("customer_rows", "path", "line")


def own_column(values: pa.ChunkedArray, label: str) -> Any:
    """Numbers stand on the right."""
    try:
        pc.cast(values, pa.float64())
    except pa.ArrowInvalid:
        return tables.words(label)
    return tables.amount_in_words(label)


def show_uploads(uploads: pa.Table, name: str) -> None:
    downloads.offer(uploads, f"uploads-{name}")
    st.dataframe(
        uploads,
        hide_index=True,
        column_config=UPLOADS,
        placeholder="–",
        alt=f"Uploads of {name}, newest first",
    )


UPLOADS = tables.of_metric("customer_uploads_of")


def rejected(name: str) -> tuple[pa.Table, pa.Table]:
    """Whole files that were rejected, and single rows."""
    files = answers.ask("file_history", of_dataset="customers", of_status="rejected")
    rejects = answers.ask("rejected_rows", of_dataset="customers")
    prefix = f"customers/{name}/"
    return tuple(t.filter(pc.starts_with(t["path"], prefix)) for t in (files, rejects))


def show_rejected(files: pa.Table, rejects: pa.Table, name: str) -> None:
    if not files.num_rows and not rejects.num_rows:
        st.markdown("Nothing was rejected.")
    if files.num_rows:
        st.header("Whole files", anchor=False)
        st.dataframe(
            files,
            hide_index=True,
            height="content",
            row_height=tables.WRAPPED,
            column_order=("loaded_at", "path", "reason", "rows_read"),
            column_config=FILES,
            placeholder="–",
            alt=f"Rejected files of {name}",
        )
    if rejects.num_rows:
        st.header("Single rows", anchor=False)
        downloads.offer(rejects, f"rejected-rows-{name}")
        st.dataframe(
            rejects,
            hide_index=True,
            row_height=tables.WRAPPED,
            column_order=("path", "line", "column_name", "reason", "raw"),
            column_config=REJECTS,
            placeholder="–",
            alt=f"Rejected rows of {name}",
        )


FILES = tables.of_metric("file_history", widths={"path": 190, "reason": 420})
REJECTS = tables.of_metric("rejected_rows", widths={"path": 170, "reason": 330, "raw": 260})

"""Who sent tables, what they hold, and one customer's table with its own URL."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    answers,
    cards,
    downloads,
    layout,
    openable,
    site,
    tab,
    tables,
    words,
)
from pages.parts.customers import customer

ORDER = 70
TITLE = "Customers"
ICON = "🧾"

EXAMPLE = "acme"


def page() -> None:
    customers = answers.ask("customers")
    rows = customers.to_pylist()
    if not rows:
        nobody()
        return
    chosen = address.text("customer")
    tab.name(TITLE, chosen or "")
    if chosen is None:
        show_all(customers, rows)
        return
    choose(chosen, [row["customer_id"] for row in rows])
    found = [row for row in rows if row["customer_id"] == chosen]
    if found:
        customer.show(found[0])
    else:
        nothing_of(chosen)


def nothing_of(customer: str) -> None:
    """A link to a customer who sent nothing, or whose name is written in another way."""
    st.title(f"There is no customer {words.code(customer)}", anchor=False)
    st.markdown("Nothing was sent under this name. Choose a customer above.")


def nobody() -> None:
    """Nothing was sent yet: how to begin."""
    st.title("No customer has sent a table yet", anchor=False)
    st.markdown(
        "Any CSV of 1 to 5 columns becomes its customer's table; the first file fixes the columns."
    )
    site.how_to_send(EXAMPLE)


def choose(chosen: str, ids: list[str]) -> None:
    """The way back, and to the other customers."""
    st.session_state["customer chosen"] = chosen if chosen in ids else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button("◀ All customers", on_click=openable.close, args=("customer",))
        st.selectbox(
            "Customer",
            ids,
            key="customer chosen",
            placeholder=chosen,
            on_change=lambda: address.put("customer", st.session_state["customer chosen"]),
            width=260,
        )


# Everybody.


def show_all(customers: pa.Table, rows: list[dict[str, Any]]) -> None:
    st.title(answer(rows), anchor=False)
    show_cards(rows)
    downloads.offer(customers, "customers")
    ordered = sorted(rows, key=lambda row: -row["total_rows"])
    openable.table(
        table_rows(ordered),
        "customer",
        [row["customer_id"] for row in ordered],
        COLUMNS,
        f"{words.counted(len(rows), 'customer')}, most rows first; choose one to see its table",
    )
    with st.expander("Send a table"):
        site.how_to_send(EXAMPLE)


def answer(rows: list[dict[str, Any]]) -> str:
    total = sum(row["total_rows"] for row in rows)
    most = max(rows, key=lambda row: int(row["total_rows"]))
    said = f"{words.counted(len(rows), 'customer')} sent {words.counted(total, 'row')}"
    if len(rows) == 1:
        return f"{words.code(most['customer_id'])} sent {words.counted(total, 'row')}"
    return (
        f"{said}, {words.code(most['customer_id'])} most of them: {words.count(most['total_rows'])}"
    )


def show_cards(rows: list[dict[str, Any]]) -> None:
    uploads, rejected = (sum(row[name] for row in rows) for name in ("uploads", "rejected_rows"))
    timed = sum(row["time_column"] is not None for row in rows)
    newest = max((row["last_load"] for row in rows if row["last_load"]), default=None)
    whole = answers.ask("file_history", of_dataset="customers", of_status="rejected").num_rows
    with layout.cards(4 if newest else 3):
        cards.plain("Customers", words.count(len(rows)), f"{words.count(timed)} with a time column")
        cards.plain(
            "Rows",
            words.count(sum(row["total_rows"] for row in rows)),
            f"from {words.counted(uploads, 'upload')}",
        )
        cards.plain("Rejected rows", words.count(rejected), customer.whole_files(whole))
        if newest:
            cards.plain("Newest upload", words.short_day(newest), f"{newest:%Y, %H:%M} UTC")


NAMES = {
    "customer": "customer_id",
    "rows": "total_rows",
    "first": "first_row_at",
    "newest": "newest_row_at",
    "rejected": "rejected_rows",
}
COLUMNS = {
    **tables.of_metric("customers", "uploads", under=NAMES),
    "columns": tables.words("Columns"),
    "difference": tables.amount_in_words("Time difference", "Newest row less first row"),
}


def table_rows(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.table(
        {
            "customer": [row["customer_id"] for row in rows],
            "rows": [row["total_rows"] for row in rows],
            "uploads": [row["uploads"] for row in rows],
            "difference": [customer.difference(row["time_difference"]) for row in rows],
            "rejected": [row["rejected_rows"] for row in rows],
            "first": pa.array([row["first_row_at"] for row in rows], pa.timestamp("us")),
            "newest": pa.array([row["newest_row_at"] for row in rows], pa.timestamp("us")),
            "columns": [", ".join(row["columns"] or ["no table yet"]) for row in rows],
        }
    )


page()

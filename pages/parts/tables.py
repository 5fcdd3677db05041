"""Columns of a table as people read them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import said_cells
from warehouse import metrics
from warehouse.catalog import Column

Widths = Mapping[str, int]

SAID = 2_000  # rows: each cell is said one by one
DAY = "ddd D MMM YYYY"
INSTANT = "ddd D MMM YYYY, HH:mm"
UNITS = {"%": " %%", "h": " h", "hours": " h", "minutes": " min", "s": " s"}  # behind each number
WRAPPED = 78  # pixels of a row that holds three lines, such as a reason


def number(label: str, help: str | None = None, width: Any = None) -> Any:
    """A whole number with its thousands grouped."""
    return st.column_config.NumberColumn(label, format="%,d", help=help, width=width)


def signed(table: pa.Table, **said: Callable[[Any], str]) -> Any:
    """`table` with columns of changes said as `words.difference` or `words.percent` does it, with a
    minus that is one and `±0`; they sort as numbers. A large table keeps the format's own hyphen.
    """
    if table.num_rows > SAID:
        return table
    lists = [field.name for field in table.schema if pa.types.is_list(field.type)]
    drawn = dict.fromkeys(lists, _drawn)
    return said_cells.format(table.to_pandas(), said | drawn)


def _drawn(_value: object) -> str:
    return ""


def difference(label: str, help: str | None = None, width: Any = None) -> Any:
    """A number with its sign, said by `signed`."""
    return st.column_config.NumberColumn(label, help=help, width=width)


def instant(label: str, help: str | None = None, width: Any = None) -> Any:
    """A UTC instant; the label says so."""
    return st.column_config.DatetimeColumn(f"{label} (UTC)", format=INSTANT, help=help, width=width)


def words(label: str, help: str | None = None, width: Any = None) -> Any:
    return st.column_config.TextColumn(label, help=help, width=width)


def share(label: str, help: str | None = None, width: Any = None) -> Any:
    """A share in percent, as `shares.rounded` gives it."""
    return st.column_config.NumberColumn(label, format="%.1f %%", help=help, width=width)


def hours(label: str, help: str | None = None, width: Any = None) -> Any:
    """A length of time in hours."""
    return st.column_config.NumberColumn(label, format="%,.2f h", help=help, width=width)


def amount_in_words(label: str, help: str | None = None, width: Any = None) -> Any:
    """Text that stands for a number, so it is aligned like one."""
    return st.column_config.Column(label, help=help, alignment="right", width=width)


def of_metric(
    name: str,
    *columns: str,
    under: Mapping[str, str] | None = None,
    widths: Widths | None = None,
    decimals: int | None = None,
    signed: Collection[str] = (),
) -> dict[str, Any]:
    """Columns of a metric as its header describes them: label, type, unit, decimals and help.

    `under` gives those that the table calls by names of its own, `signed` those that the function
    `signed` says, both by the table's names; `decimals` are for all fractions of this table.
    """
    said = {column.name: column for column in metrics()[name].columns}
    own = {each: each for each in columns} | dict(under or {})
    chosen = {shown: said[column] for shown, column in own.items()} or said
    if decimals is not None:
        chosen = {shown: replace(each, decimals=decimals) for shown, each in chosen.items()}
    return {
        shown: difference(each.label, _help(each), (widths or {}).get(shown))
        if shown in signed
        else _of_column(each, (widths or {}).get(shown))
        for shown, each in chosen.items()
    }


def _help(column: Column) -> str:
    return (column.text[:1].upper() + column.text[1:]).replace("NULL", "empty")


def _of_column(column: Column, width: Any) -> Any:
    help = _help(column)
    if column.unit == "bytes":
        return st.column_config.NumberColumn(column.label, format="bytes", help=help, width=width)
    if column.type == "DATE":
        return st.column_config.DateColumn(
            f"{column.label} (UTC)", format=DAY, help=help, width=width
        )
    if column.type == "TIMESTAMP":
        return instant(column.label, help, width)
    if column.type == "DOUBLE":
        places = 2 if column.decimals is None else column.decimals
        form = f"%,.{places}f{UNITS.get(column.unit or '', '')}"
        return st.column_config.NumberColumn(column.label, format=form, help=help, width=width)
    if column.type in ("BIGINT", "INTEGER"):
        return number(column.label, help, width)
    if column.type == "BOOLEAN":
        return st.column_config.CheckboxColumn(column.label, help=help, width=width)
    return words(column.label, help, width)

"""A mart made anew as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import duckdb

from etl.maker import IN_DATABASE, Maker
from etl.mart import Mart
from warehouse.database import insert


def make(connection: duckdb.DuckDBPyConnection, mart: Mart, maker: Maker = IN_DATABASE) -> None:
    """Make the table of a mart anew from what it reads."""
    if not mart.is_python:
        rows = maker.rows(connection, mart).sql
        connection.execute(f"create or replace table {mart.name} as {rows}")
        return
    module = mart.module()
    columns = ", ".join(f"{column} {sql_type}" for column, sql_type in module.COLUMNS.items())
    connection.execute(f"create or replace table {mart.name} ({columns})")
    insert(connection, mart.name, module.build(connection))


def is_as_before(
    connection: duckdb.DuckDBPyConnection, mart: Mart, before: Mapping[str, object]
) -> bool:
    """Would a mart made by Python be made of what it was made of `before`?"""
    return mart.name in before and inputs(connection, [mart]) == {mart.name: before[mart.name]}


def inputs(connection: duckdb.DuckDBPyConnection, some: Iterable[Mart]) -> dict[str, object]:
    """What marts made by Python would be made of, of those that say so by `inputs(connection)`:
    where it is what it was, they are too."""
    modules = {mart.name: mart.module() for mart in some if mart.is_python}
    return {
        name: module.inputs(connection)
        for name, module in modules.items()
        if hasattr(module, "inputs")
    }

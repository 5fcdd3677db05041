"""The SQL of every mart gives the same rows and types on a cluster's engine as in DuckDB.

Cases are not made up: the loader itself runs over small worlds and a random history of loads with
many checkpoints, and what each mart's SQL read there is kept. `make cluster` runs this on Spark.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl import checkpoints
from etl.engines.spark import Spark
from etl.maker import InDatabase, Made
from etl.mart import ROLES, Mart, marts
from etl.run import take_back
from tests.cluster import any_server
from tests.etl import test_checkpoints, test_store_checkpoints
from tests.etl.loading import current, folders, load_once
from tests.etl.world import FIRST, SECOND
from warehouse.database import literal

SQL_MARTS = [mart for mart in marts().values() if not mart.is_python]
KEPT = 4  # cases of a mart

# DuckDB's name of a type and the engines' own.
TYPES = {
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "DECIMAL(38,0)": "decimal(38,0)",
    "DOUBLE": "double",
    "INTEGER": "int",
    "TIMESTAMP": "timestamp_ntz",
    "VARCHAR": "string",
}


@dataclass(frozen=True, slots=True)
class Case:
    """What a mart's SQL read, as Parquet files by name, and what DuckDB made of it."""

    inputs: dict[str, Path]
    columns: list[tuple[str, str]]
    rows: list[tuple[Any, ...]]


def kept(connection: duckdb.DuckDBPyConnection, sql: str, folder: Path) -> Case:
    """A case from what lies in a database now."""
    folder.mkdir(parents=True)
    inputs = {}
    text = re.sub(r"--.*", "", sql)
    steps = set(re.findall(r"(\w+)(?: \([\w, ]+\))? as \(", text))
    for name in sorted({*re.findall(r"\b(?:from|join)\s+(\w+)", text)} - steps):
        inputs[name] = folder / f"{name}.parquet"
        connection.execute(f"copy (from {name}) to {literal(inputs[name])} (format parquet)")
    found = connection.execute(sql)
    columns = [(column[0], TYPES[str(column[1])]) for column in found.description or ()]
    return Case(inputs, columns, sorted(found.fetchall(), key=repr))


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Case]]:
    root = tmp_path_factory.mktemp("cases")
    found: dict[str, list[Case]] = defaultdict(list)
    for number, sql_of in enumerate((_of_checkpoints, _of_generation)):
        for name, case in sql_of(root / str(number)):
            found[name].append(case)
    return found


def _of_checkpoints(root: Path) -> Iterator[tuple[str, Case]]:
    """What the marts of connectivity and stores read from checkpoint to checkpoint."""
    seen: dict[str, list[Case]] = defaultdict(list)
    rows = InDatabase.rows

    def noted(self: InDatabase, connection: duckdb.DuckDBPyConnection, mart: Mart) -> Made:
        if mart.recompute in ROLES:
            case = kept(connection, mart.definition, root / f"{mart.name}{len(seen[mart.name])}")
            seen[mart.name].append(case)
        return rows(self, connection, mart)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(checkpoints, "TAIL_ROWS", 3)
        patch.setattr(checkpoints, "GROWTH", 2)
        patch.setattr(InDatabase, "rows", noted)
        for history in (test_checkpoints.history, test_store_checkpoints.history):
            settings = folders(root / history.__module__)
            for path, text in history(random.Random(3)):
                if text:
                    load_once(settings, {path: text})
                else:
                    take_back(settings, [path], "a test")
    for name, those in seen.items():
        full = [case for case in those if case.rows] or those
        for case in full[-KEPT:]:
            yield name, case


def _of_generation(root: Path) -> Iterator[tuple[str, Case]]:
    """What all other marts read after the second load of the small world."""
    settings = folders(root / "world")
    load_once(settings, FIRST)
    load_once(settings, SECOND)
    with current(settings) as connection:
        for mart in SQL_MARTS:
            if mart.recompute not in ROLES:
                yield mart.name, kept(connection, mart.definition, root / mart.name)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with any_server(tmp_path_factory.mktemp("server")) as server, Spark(server.remote) as running:
        yield running.session


@pytest.mark.parametrize("mart", SQL_MARTS, ids=lambda mart: mart.name)
def test_same_rows_and_types(mart: Any, cases: dict[str, list[Case]], engine: Any) -> None:
    assert cases[mart.name]
    assert any(case.rows for case in cases[mart.name])
    for case in cases[mart.name]:
        for name, path in case.inputs.items():
            engine.read.parquet(str(path)).createOrReplaceTempView(name)
        frame = engine.sql(mart.definition)
        rows = sorted((tuple(row) for row in frame.collect()), key=repr)
        types = [(field.name, field.dataType.simpleString()) for field in frame.schema.fields]
        assert types == case.columns
        assert rows == case.rows

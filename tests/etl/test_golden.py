"""Dirty files as data: what becomes of each file and line, one YAML file below golden/ a case.

A case has `why`, `loads` (each item one run of the loader: file name to content, see content.py)
and `expect`: CSVs of `files`, `rejects` and, under `rows`, of any dataset. The header of an
expected CSV says which columns, or expressions, are compared.

All cases are loaded together, each below a folder of its own (a customer's files can only lie in
the customer's folder), so that every bad file is also one that stops no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from etl.datasets import datasets
from tests.etl.content import content
from tests.etl.loading import answer, csv_text, current, load_all, rows

GOLDEN = Path(__file__).parent / "golden"
TABLES = {"files": "path, load_id", "rejects": "path, load_id, line"}


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    why: str
    loads: list[dict[str, bytes]]
    expect: dict[str, Any]

    def placed(self, file: str) -> str:
        """Where a file lies below incoming."""
        return file if file.startswith("customers/") else f"{self.name}/{file}"

    @property
    def paths(self) -> list[str]:
        return [self.placed(file) for files in self.loads for file in files]


def read(path: Path) -> Case:
    told = yaml.safe_load(path.read_text("utf-8"))
    assert set(told) == {"why", "loads", "expect"}, path.name
    loads = [{file: content(node) for file, node in files.items()} for files in told["loads"]]
    return Case(path.stem, told["why"], loads, told["expect"])


CASES = [read(path) for path in sorted(GOLDEN.glob("*.yaml"))]


@pytest.fixture(scope="module")
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> duckdb.DuckDBPyConnection:
    """Every selected case, loaded."""
    names = {item.name for item in request.session.items}
    chosen = [case for case in CASES if f"test_golden[{case.name}]" in names]
    runs: list[dict[str, bytes]] = [
        {
            case.placed(file): text
            for case, files in zip(chosen, step, strict=True)
            for file, text in files.items()
        }
        for step in zip_longest(*(case.loads for case in chosen), fillvalue={})
    ]
    return current(load_all(tmp_path_factory.mktemp("golden"), runs))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden(case: Case, loaded: duckdb.DuckDBPyConnection) -> None:
    assert set(case.expect) <= {*TABLES, "rows"}
    assert "files" in case.expect
    for table, order in TABLES.items():
        if table in case.expect:
            query = f"select {{0}} from {table} where path = any($1) order by {order}"
            compare(case, loaded, query, case.expect[table])
    for name, text in expected_rows(case).items():
        query = f"select {{0}} from {from_lake(name)} order by path, line, {{0}}"
        compare(case, loaded, query, text)


def expected_rows(case: Case) -> Mapping[str, str]:
    told: Mapping[str, str] = case.expect.get("rows", {})
    return told


def from_lake(name: str) -> str:
    """A dataset's rows that came from these paths."""
    if datasets()[name].by_folder:
        return f"(from {name} where path = any($1))"
    return (
        f"(from {name} join (select source_id, path from files where status = 'loaded') "
        "using (source_id) where path = any($1))"
    )


def compare(case: Case, loaded: duckdb.DuckDBPyConnection, query: str, text: str) -> None:
    expected = rows(text)
    seen = answer(loaded, query.format(", ".join(expected[0])), case.paths)
    seen[0] = expected[0]
    told = csv_text(seen).replace(f"{case.name}/", "")
    assert told == csv_text(expected), case.why


def test_every_file_has_bytes_of_its_own() -> None:
    """Equal bytes in two cases would make one of them a duplicate."""
    seen: dict[bytes, str] = {}
    for case in CASES:
        for text in {text for files in case.loads for text in files.values() if text}:
            assert seen.setdefault(text, case.name) == case.name

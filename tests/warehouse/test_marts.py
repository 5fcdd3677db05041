"""Every mart says what it reads, in the SQL that DuckDB and Spark share."""

from __future__ import annotations

import re

import pytest

from etl.datasets import datasets
from etl.mart import FOLDER, ROLES, Mart, marts
from warehouse.catalog import header

SQL_MARTS = [mart for mart in marts().values() if (FOLDER / f"{mart.name}.sql").exists()]

# What changes when a table of the ledger does.
LEDGER = {"files": "files", "customer_uploads": "customers", "rejects": "rejects"}

# Functions and clauses that only DuckDB has, or that Spark gives another meaning.
NOT_PORTABLE = (
    r"\b(epoch\w*|date_diff|datediff|date_part|dayofweek|list_\w+|struct_\w+|unnest|strptime"
    r"|strftime|try_cast|qualify|exclude|columns\s*\(|limit|pivot|asof|arg_max|arg_min|string_agg)\b|//|::"
)

every_mart = pytest.mark.parametrize("mart", SQL_MARTS, ids=lambda mart: mart.name)


def body(mart: Mart) -> str:
    return re.sub(r"--.*", "", mart.definition).lower()


@every_mart
def test_header_says_what_it_is_and_reads(mart: Mart) -> None:
    facts = dict(header(mart.definition))
    assert facts["grain"].startswith("one row")
    assert facts["recompute"] in ("day", "all", *ROLES)
    assert "" in facts, "a sentence that says what it is"
    known = {*datasets(), *marts(), *LEDGER}
    read = {LEDGER.get(name, name) for name in re.findall(r"\b(?:from|join)\s+(\w+)", body(mart))}
    assert set(mart.reads) == {name for name in read if name in known}


@every_mart
def test_is_one_portable_select(mart: Mart) -> None:
    text = re.sub(r"'[^']*'", "''", body(mart))
    assert ";" not in text
    assert re.match(r"\s*(select|with)\b", text)
    assert not re.search(NOT_PORTABLE, text)
    assert not re.search(r"floor\s*\([^)]*/\s*\d{8,}", text), "divides doubles"

"""Every metric is what its header says, and the same to whoever asks."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from etl.datasets import datasets
from tests.etl.loading import load_all
from tests.etl.world import FIRST, SECOND
from warehouse import (
    BadParameter,
    Generation,
    NoGeneration,
    Settings,
    UnknownMetric,
    current_path,
    metric,
    metrics,
    open_generation,
)
from warehouse.catalog import FOLDER, Metric, parse

ROOT = Path(__file__).parents[2]
CONTRACT = yaml.safe_load(Path(__file__).with_name("contract.yaml").read_text("utf-8"))

# What to ask: by the parameter's name, first for the dataset and then for any, else by its type.
VALUES: dict[str, dict[str, str]] = {
    "health_reports": {"on_day": "2017-05-09", "last_day": "2017-05-10"},
    "connectivity_events": {"on_day": "2018-01-01", "last_day": "2018-01-02"},
    "any": {
        "as_of": "2023-01-24 12:00:00",
        "customer": "acme",
        "days": "9",
        "device": "d1",
        "device_status": "online",
        "device_type": "sensor",
        "first_at": "2023-01-22 00:00:00",
        "first_day": "2017-12-31",
        "kind": "silent",
        "in_file": "health/2017-05-02.csv",
        "last_at": "2023-01-25 00:00:00",
        "matching": "quote",
        "method": "poll",
        "of_column": "id",
        "of_dataset": "health_reports",
        "of_device": "d1",
        "of_kind": "id is empty",
        "of_status": "loaded",
        "of_user": "u1",
        "part": "d1",
        "store": "shop",
        "window_days": "7",
    },
}
TYPES = {
    "BIGINT": "2",
    "BOOLEAN": "true",
    "DATE": "2018-01-01",
    "DOUBLE": "0.5",
    "INTEGER": "2",
    "TIMESTAMP": "2018-01-01 00:00:00",
    "VARCHAR": "x",
}

# As many days of events as a projection needs.
SEASON = {
    "season/connectivity_events.csv": "".join(
        f"{dt.datetime(2018, 1, 3) + dt.timedelta(days=day)},d{n},u{n},s1,true\n"
        for day in range(90)
        for n in range(3 + day % 7)
    )
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_all(tmp_path_factory.mktemp("world"), [FIRST, SECOND, SEASON])


@pytest.fixture(scope="module")
def generation(settings: Settings) -> Generation:
    return open_generation(settings)


@pytest.fixture(scope="module")
def by_hand(settings: Settings) -> duckdb.DuckDBPyConnection:
    """What anyone has who opens the file: another process's view, here another configuration."""
    copy = settings.data / "by_hand.duckdb"
    copy.write_bytes(current_path(settings).read_bytes())
    connection = duckdb.connect(str(copy), read_only=True)
    connection.execute("set timezone = 'Asia/Kathmandu'")
    return connection


def asked(spec: Metric, optional: bool) -> dict[str, str]:
    """Values for a metric's parameters, with the `optional` ones or without."""
    told = {**VALUES["any"], **VALUES.get(spec.dataset or "", {})}
    return {
        parameter.name: told.get(parameter.name, TYPES[parameter.type])
        for parameter in spec.parameters.values()
        if optional or parameter.required
    }


def call(spec: Metric, values: dict[str, str]) -> str:
    """A call as a person writes it; by hand, whatever stands before a required one is given."""
    last = max((n for n, p in enumerate(spec.parameters.values()) if p.required), default=-1)
    literals = [
        f"{p.name} := " + (f"{p.type} '{values[p.name]}'" if p.name in values else f"{p.default}")
        for n, p in enumerate(spec.parameters.values())
        if p.name in values or n < last
    ]
    return f"{spec.name}({', '.join(literals)})"


every_metric = pytest.mark.parametrize("spec", metrics().values(), ids=lambda spec: spec.name)


@every_metric
def test_documented_in_full(spec: Metric) -> None:
    assert spec.description.endswith(".")
    assert spec.grain.startswith("one row")
    assert spec.columns
    assert spec.dataset is None or spec.dataset in datasets()


@every_metric
def test_every_parameter_is_documented_in_its_order(
    spec: Metric, by_hand: duckdb.DuckDBPyConnection
) -> None:
    found = by_hand.execute(
        "select parameters from duckdb_functions() where function_name = ? and not internal",
        [spec.name],
    ).fetchall()
    assert [list(names) for (names,) in found] == [list(spec.parameters)]


@every_metric
@pytest.mark.parametrize("optional", [False, True])
def test_columns_are_the_documented_ones(
    spec: Metric, optional: bool, by_hand: duckdb.DuckDBPyConnection
) -> None:
    found = by_hand.execute(f"describe from {call(spec, asked(spec, optional))}").fetchall()
    seen = [(name, kind) for name, kind, *_ in found]
    assert seen == [(column.name, column.type) for column in spec.columns]


@every_metric
def test_documented_defaults_are_the_real_ones(
    spec: Metric, by_hand: duckdb.DuckDBPyConnection
) -> None:
    without = call(spec, asked(spec, optional=False))
    defaults = [
        f"{p.name} := {p.default}"
        for p in spec.parameters.values()
        if not p.required and f"{p.name} :=" not in without
    ]
    given = ", ".join([without.removesuffix(")"), *defaults]).replace("(, ", "(") + ")"
    seen = by_hand.execute(f"from {given}").fetchall()
    assert seen == by_hand.execute(f"from {without}").fetchall()


@every_metric
@pytest.mark.parametrize("optional", [False, True])
def test_the_same_by_hand_as_through_metric(
    spec: Metric,
    optional: bool,
    generation: Generation,
    by_hand: duckdb.DuckDBPyConnection,
) -> None:
    values = asked(spec, optional)
    table = metric(spec.name, generation=generation, **values)
    found = by_hand.execute(f"from {call(spec, values)}")
    assert [tuple(row.values()) for row in table.to_pylist()] == found.fetchall()
    assert table.column_names == [column.name for column in spec.columns]
    assert table.num_rows or not optional, "the example gives no row"


@every_metric
def test_no_parameter_hides_a_column(spec: Metric, by_hand: duckdb.DuckDBPyConnection) -> None:
    """A macro's parameter silently stands for every column of its name."""
    body = re.sub(r"--.*", "", spec.sql)
    words = set(re.findall(r"\w+", body.lower()))
    for table, column in by_hand.execute(
        "select table_name, column_name from duckdb_columns() where not internal"
    ).fetchall():
        if table in words:
            assert column not in spec.parameters, f"{table}.{column}"
    for other in words & set(metrics()) - {spec.name}:
        hidden = {column.name for column in metrics()[other].columns} & set(spec.parameters)
        assert not hidden, f"columns of {other}()"


@pytest.mark.parametrize("name", CONTRACT["metrics"])
def test_what_other_programs_rely_on(name: str) -> None:
    told: dict[str, list[str]] = CONTRACT["metrics"][name]
    spec = metrics()[name]
    assert list(spec.parameters) == told.get("parameters", list(spec.parameters))
    columns = [column.name for column in spec.columns]
    assert columns == told.get("columns", columns)


@pytest.mark.parametrize("table", CONTRACT["tables"])
def test_the_ledger_that_other_programs_rely_on(
    table: str, by_hand: duckdb.DuckDBPyConnection
) -> None:
    columns = [row[0] for row in by_hand.execute(f"describe {table}").fetchall()]
    told = CONTRACT["tables"][table]
    assert columns[: len(told)] == told


def test_a_file_is_a_metric() -> None:
    assert list(metrics()) == sorted(path.stem for path in FOLDER.glob("*.sql"))
    for spec in metrics().values():
        assert f"macro {spec.name}(" in spec.sql


def test_an_unknown_metric_is_told_the_names(generation: Generation) -> None:
    with pytest.raises(UnknownMetric) as told:
        metric("top_device", generation=generation)
    assert "'top_device'" in str(told.value)
    assert all(name in str(told.value) for name in metrics())


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"on_day": "2017-05-09", "n": 3}, "has no parameter 'n'"),
        ({}, "needs 'on_day'"),
        ({"on_day": None}, "'on_day' must not be empty"),
        ({"on_day": "yesterday"}, "on_day='yesterday' is not a day like 2026-02-15"),
        ({"on_day": "2017-02-29"}, "on_day='2017-02-29' is not a day"),
        ({"on_day": "2017-05-09", "top_n": "many"}, "top_n='many' is not a whole number"),
        ({"on_day": "2017-05-09", "top_n": 2.5}, "top_n=2.5 is not a whole number"),
        ({"on_day": "2017-05-09", "top_n": 10**12}, "is not a whole number"),
    ],
)
def test_a_bad_parameter_is_told_the_valid_ones(
    values: dict[str, Any], words: str, generation: Generation
) -> None:
    with pytest.raises(BadParameter) as told:
        metric("top_devices", generation=generation, **values)
    assert words in str(told.value)
    assert "on_day DATE" in str(told.value)
    assert "top_n INTEGER = 10" in str(told.value)


def test_values_are_never_sql(generation: Generation) -> None:
    harm = "x'); drop table files; --"
    assert metric("customer_summary", generation=generation, customer=harm).num_rows == 0
    assert metric("file_history", generation=generation).num_rows > 0


def test_before_the_first_load_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEETPULSE_DATA", str(tmp_path))
    with pytest.raises(NoGeneration, match=r"run `.venv/bin/python etl/load\.py`"):
        metric("freshness")


def test_metric_reads_what_the_environment_names(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEETPULSE_DATA", str(settings.data))
    assert metric("top_devices", on_day="2017-05-09").num_rows == 2


def test_importing_the_read_side_reads_and_makes_nothing(tmp_path: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import warehouse"
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    assert list(tmp_path.iterdir()) == []


def test_a_header_line_that_does_not_fit_is_named() -> None:
    text = "-- What it is.\n-- grain: one row\n-- column day DATE without a meaning\n"
    with pytest.raises(ValueError, match=r"^broken\.sql, line 3: 'day DATE without a meaning'"):
        parse("broken", text)

"""The lake as Delta tables, read by somebody else's program."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest
from deltalake import DeltaTable

from etl import open_lake
from etl.datasets import datasets
from etl.engines.spark import Spark
from etl.progress import Progress
from etl.run import load
from tests.cluster import sail
from tests.etl.loading import current, folders, lay, load_once
from tests.etl.store_server import Place
from tests.etl.world import FIRST, SECOND, assert_sound
from warehouse import Settings, bucket, open_generation

if TYPE_CHECKING:  # it warns when it is imported
    from pyspark.sql.connect.session import SparkSession


@pytest.fixture(autouse=True)
def _wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(open_lake.SETTING, "1")


class Heard(Progress):
    """Remembers what a run said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, what: str) -> None:
        self.said.append(what)


def ours(settings: Settings, dataset: str) -> list[tuple[object, ...]]:
    columns = ", ".join(f'"{name}"' for name in datasets()[dataset].column_names)
    query = f"select {columns}, source_id, line, day from {dataset}"
    table = open_generation(settings).stream(query).read_all()
    return sorted((tuple(row.values()) for row in table.to_pylist()), key=repr)


def theirs(table: str | DeltaTable, dataset: str) -> list[tuple[object, ...]]:
    columns = [*datasets()[dataset].column_names, "source_id", "line", "day"]
    return sorted(pl.read_delta(table).select(columns).rows(), key=repr)


def version(settings: Settings, dataset: str) -> int:
    return DeltaTable(str(settings.lake / dataset)).version()


def assert_same(settings: Settings) -> None:
    with current(settings) as connection:
        rows = connection.execute("select distinct dataset from parquet_files").fetchall()
    assert len(rows) == 7
    for (dataset,) in rows:
        assert theirs(str(settings.lake / dataset), dataset) == ours(settings, dataset)


def test_polars_reads_the_same_rows_after_each_load(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    load_once(settings, FIRST)
    assert_same(settings)
    load_once(settings, SECOND)
    assert_same(settings)
    source = hashlib.sha256(FIRST["health/2017-05-09.csv"].encode()).hexdigest()
    before = version(settings, "health_reports")
    load_once(settings, {"retract.csv": f"source_id,reason\n{source},wrong\n"})
    assert_same(settings)
    assert version(settings, "health_reports") == before + 1


def test_nothing_new_is_no_version(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    load_once(settings, FIRST)
    load_once(settings, {"notes.pdf": "x"})  # a generation in which no row is another
    assert {version(settings, name) for name in ("health_reports", "servers")} == {0}


def test_a_log_that_is_lost_or_was_not_wanted_is_made_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = folders(tmp_path)
    monkeypatch.delenv(open_lake.SETTING)
    load_once(settings, FIRST)
    assert not list(settings.lake.glob("*/_delta_log"))
    monkeypatch.setenv(open_lake.SETTING, "1")
    load_once(settings, SECOND)
    assert_same(settings)
    shutil.rmtree(settings.lake / "servers" / "_delta_log")
    load_once(settings, {"notes.pdf": "x"})
    assert_same(settings)


def test_a_broken_log_is_in_nobodys_way(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    load_once(settings, FIRST)
    for log in settings.lake.glob("*/_delta_log/*.json"):
        log.write_text("this is no JSON")
    lay(settings.incoming, SECOND)
    heard = Heard()
    assert load(settings, heard).loaded > 0
    assert any(said.startswith("the Delta log stays behind for now: ") for said in heard.said)
    shutil.rmtree(settings.lake / "health_reports" / "_delta_log")
    for log in settings.lake.glob("*/_delta_log"):
        shutil.rmtree(log)
    assert_sound(settings)


def test_in_a_bucket(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # deltalake holds Python's lock while it waits: the proxy in this process could not answer.
    monkeypatch.setenv("AWS_ENDPOINT_URL", place.store.direct)
    bucket._client.cache_clear()
    settings = Settings.at(tmp_path / "incoming", place.data)
    for files in (FIRST, SECOND):
        lay(settings.incoming, files)
        load(settings)
    uri, options = open_lake._place(settings, "health_reports")
    table = DeltaTable(uri, storage_options=options)
    assert table.version() == 1
    assert theirs(table, "health_reports") == ours(settings, "health_reports")


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    with sail(tmp_path_factory.mktemp("sail")) as running, Spark(running.remote) as client:
        yield client.session


def test_sail_reads_the_same_rows(tmp_path: Path, spark: SparkSession) -> None:
    settings = folders(tmp_path)
    for files in (FIRST, SECOND):
        load_once(settings, files)
        for dataset in ("health_reports", "connectivity_events", "customers"):
            columns = [*datasets()[dataset].column_names, "source_id", "line", "day"]
            table = spark.read.format("delta").load(str(settings.lake / dataset))
            found = table.select(*columns).toArrow().to_pylist()
            rows = sorted((tuple(row.values()) for row in found), key=repr)
            assert rows == ours(settings, dataset)

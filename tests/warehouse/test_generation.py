"""Readers keep the generation that they opened, and are told what to do when one is broken."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.etl.loading import folders, load_all, load_once
from tests.etl.world import FIRST
from warehouse import Generation, QueryFailed, Settings, current_path, metric, open_generation


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    return open_generation(load_all(tmp_path_factory.mktemp("shared"), [FIRST]))


def reports(number: int) -> dict[str, str]:
    """A file with one report of a device of its own."""
    return {
        f"{number}.csv": f"timestamp,id,type,status\n2017-05-09T10:00:00Z,device {number},t,s\n"
    }


def devices(generation: Generation) -> int:
    table = metric("top_devices", generation=generation, on_day="2017-05-09", top_n=99)
    return len(table.to_pylist())


def test_a_reader_finishes_on_what_it_opened_and_five_stay(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    load_once(settings, reports(1))
    opened = open_generation(settings)
    for number in range(2, 8):
        load_once(settings, reports(number))
        assert devices(opened) == 1
        assert devices(open_generation(settings)) == number
    kept = sorted(path.name for path in settings.generations.iterdir())
    assert kept == [f"{number:06}.duckdb" for number in range(3, 8)]
    assert os.readlink(settings.warehouse) == "generations/000007.duckdb"


def test_the_lake_views_of_kept_generations_stay_readable(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    load_once(settings, reports(1))
    opened = open_generation(settings)
    load_once(settings, reports(2))
    lines = metric(
        "sources_of", generation=opened, of_device="device 1", on_day="2017-05-09"
    ).to_pylist()
    assert [(row["path"], row["line"]) for row in lines] == [("1.csv", 2)]


def test_threads_may_share_a_generation(shared: Generation) -> None:
    days = ["2017-05-02", "2017-05-09"] * 40

    def ask(day: str) -> list[str]:
        table = metric("top_devices", generation=shared, on_day=day)
        return [str(name) for name in table.column("device_id").to_pylist()]

    expected = {day: ask(day) for day in set(days)}
    assert expected["2017-05-02"] != expected["2017-05-09"]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, days)) == [expected[day] for day in days]


def test_a_broken_generation_says_what_to_do(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [FIRST])
    current_path(settings).write_bytes(b"x" * 100_000)
    with pytest.raises(QueryFailed, match=r"verify\.py --repair"):
        open_generation(settings)


def test_a_question_that_fails_tells_the_databases_words(shared: Generation) -> None:
    with pytest.raises(QueryFailed, match="no_such_table"):
        shared.query("from no_such_table")
    assert devices(shared) == 2


def test_readers_write_nothing(shared: Generation) -> None:
    with pytest.raises(QueryFailed, match="read-only"):
        shared.query("delete from files")


def test_where_the_folders_are() -> None:
    assert Settings.from_env({}) == Settings(Path("incoming"), Path("data"))
    told = {"FLEETPULSE_INCOMING": "/in", "FLEETPULSE_DATA": "/out"}
    assert Settings.from_env(told) == Settings(Path("/in"), Path("/out"))
    assert Settings.from_env({"FLEETPULSE_DATA": ""}).data == Path("data")


def test_a_question_without_end_is_cut_off(
    shared: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.generation.PATIENCE_SECONDS", 0.5)
    with pytest.raises(QueryFailed, match="INTERRUPT"):
        shared.stream("select count(*) from range(100_000_000_000) as r(n) where n % 7 = 3")
    assert shared.stream("select 1 as one").read_all().to_pylist() == [{"one": 1}]

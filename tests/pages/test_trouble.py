"""What the pages say when there is nothing, or something is broken."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from etl.run import load
from pages.parts import commands
from tests import health
from tests.etl.loading import folders, load_all
from tests.visits import Visit, cards, said, sentence
from warehouse import Settings, current_path

PAGES = ("overview", "top_devices", "daily_trend", "data")


@pytest.mark.parametrize("page", PAGES)
def test_before_the_first_load_it_says_what_to_do(page: str, tmp_path: Path, visit: Visit) -> None:
    settings = folders(tmp_path)
    app = visit(settings, page)
    assert app.title[0].value == "Nothing has been loaded yet"
    load = f".venv/bin/python etl/load.py --incoming {settings.incoming} --data {settings.data}"
    demo = f".venv/bin/python etl/demo.py --out {settings.incoming}"
    assert [code.value for code in app.code] == [load, f"{demo}\n{load}"]


def test_folders_that_are_the_usual_ones_are_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLEETPULSE_INCOMING", raising=False)
    monkeypatch.setenv("FLEETPULSE_DATA", "/srv/the data")
    assert commands.load() == ".venv/bin/python etl/load.py --data '/srv/the data'"
    assert commands.repair() == ".venv/bin/python etl/verify.py --data '/srv/the data' --repair"
    monkeypatch.delenv("FLEETPULSE_DATA")
    assert commands.load() == ".venv/bin/python etl/load.py"


@pytest.mark.parametrize("page", ["overview", "top_devices", "daily_trend", "online_fleet"])
def test_after_a_load_of_nothing_it_says_what_to_do(
    page: str, tmp_path: Path, visit: Visit
) -> None:
    app = visit(load_all(tmp_path, [{}]), page)
    assert app.title[0].value == "Nothing has been loaded yet"
    assert len(app.code) == 2


@pytest.mark.parametrize("page", ["overview", "top_devices", "daily_trend", "online_fleet"])
def test_after_a_load_of_strangers_it_says_where_to_look(
    page: str, tmp_path: Path, visit: Visit
) -> None:
    app = visit(load_all(tmp_path, [{"notes.csv": "what,ever\n1,2\n"}]), page)
    assert app.title[0].value == "No row has been loaded yet"
    assert "1 file came in, of which nothing could be loaded; *Data* says why" in said(app)


def test_a_lost_file_is_told_from_nothing_loaded(tmp_path: Path, visit: Visit) -> None:
    settings = load_all(tmp_path, [health.files()])
    settings.warehouse.unlink()
    shutil.rmtree(settings.generations)
    app = visit(settings, "overview")
    assert app.title[0].value == "The DuckDB file is gone, the data is not"
    assert len(app.code) == 1
    load(settings)
    assert sentence(visit(settings, "overview")).startswith("6 devices sent 45 reports")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_a_missing_value(page: str, fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, page)
    shown = said(app) + str(cards(app))
    assert not any(word in shown for word in ("None", "nan", "NaT", "_"))


@pytest.mark.parametrize("page", ["top_devices", "daily_trend"])
def test_other_data_only(page: str, tmp_path: Path, visit: Visit) -> None:
    settings = load_all(tmp_path, [{"servers.csv": "7,2026-01-01 00:00:00,\n"}])
    app = visit(settings, page)
    assert app.title[0].value == "No health reports have been loaded yet"
    assert "There is other data: servers." in said(app)
    assert sentence(visit(settings, "overview")).endswith("are loaded; there are servers")


def broken(settings: Settings, to: Path) -> Settings:
    """The same data with a generation that cannot answer."""
    copy = Settings(settings.incoming, to / "data")
    shutil.copytree(settings.data, copy.data, symlinks=True)
    with duckdb.connect(current_path(copy)) as connection:
        connection.execute("drop macro table top_devices; drop macro table load_history")
    return copy


def test_a_failed_query_names_the_remedy(fortnight: Settings, tmp_path: Path, visit: Visit) -> None:
    app = visit(broken(fortnight, tmp_path), "top_devices")
    assert "No data is lost: the lake holds every row." in app.error[0].value
    assert app.code[0].value.startswith(".venv/bin/python etl/verify.py --data ")
    assert "Traceback" not in said(app)


def test_a_file_that_is_no_database_names_the_remedy(
    fortnight: Settings, tmp_path: Path, visit: Visit
) -> None:
    settings = broken(fortnight, tmp_path)
    current_path(settings).write_bytes(b"not a database" * 1000)
    app = visit(settings, "overview")
    (error,) = app.error
    assert "The warehouse could not answer" in error.value
    assert app.code[0].value.endswith(" --repair")

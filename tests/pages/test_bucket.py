"""Pages over data in a bucket."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.run import load
from tests.etl.loading import lay
from tests.etl.store_server import Place
from tests.etl.world import FIRST
from tests.visits import Visit, said, sentence
from warehouse import Settings, working_copy
from warehouse.settings import CACHE


@pytest.fixture
def reader(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A machine that only reads what another one loaded."""
    monkeypatch.setenv(CACHE, str(tmp_path / "writer"))
    writer = Settings.at(tmp_path / "incoming", place.data)
    lay(writer.incoming, FIRST)
    load(writer)
    monkeypatch.setenv(CACHE, str(tmp_path / "reader"))
    monkeypatch.setenv(working_copy.FOLLOW_SECONDS, "0")
    return Settings.at(place.incoming, place.data)


def test_a_page_shows_what_another_machine_loaded(reader: Settings, visit: Visit) -> None:
    app = visit(reader, "overview")
    assert "devices" in sentence(app)
    assert not app.error
    app = visit(reader, "top_devices")
    assert not app.error


def test_a_page_says_that_the_bucket_does_not_answer(
    reader: Settings, place: Place, visit: Visit
) -> None:
    place.store.fault("GET", "/", "500")
    app = visit(reader, "overview")
    assert "The data lies in a bucket that cannot be read now. No data is lost." in said(app)
    place.store.calm()
    assert not visit(reader, "overview").error


def test_the_commands_name_the_bucket(place: Place, visit: Visit) -> None:
    app = visit(Settings.at(place.incoming, place.data), "overview")
    command = app.code[0].value
    assert f"--incoming {place.incoming} --data {place.data}" in command

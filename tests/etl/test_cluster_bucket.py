"""A cluster that shares an object store with the loader, and no folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from etl.run import load
from tests.cluster import Server, any_server, may_hide
from tests.etl.store_server import Place, Store
from tests.etl.test_batches import told
from tests.etl.test_data_bucket import state
from tests.etl.world import FIRST, SECOND, State
from warehouse import Settings
from warehouse.settings import CACHE


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this machine, of which the cluster sees nothing."""
    return tmp_path_factory.mktemp("ours")


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, ours: Path, store_server_of_all: Store
) -> Iterator[Server]:
    environment = {
        "AWS_ENDPOINT_URL": store_server_of_all.url,
        "AWS_ACCESS_KEY_ID": "worker",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    hidden = ours if may_hide() else None
    with any_server(tmp_path_factory.mktemp("server"), environment, hidden) as running:
        yield running


@pytest.fixture
def settings(
    place: Place, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    monkeypatch.setenv(CACHE, str(ours))
    return Settings.at(place.incoming, place.data)


def test_the_same_rows_and_fates_as_one_process_gives(
    settings: Settings, place: Place, server: Server, clean_states: tuple[State, State]
) -> None:
    for files, expected in zip((FIRST, SECOND), clean_states, strict=True):
        place.lay(files)
        load(settings, remote=server.remote)
        assert state(settings) == expected

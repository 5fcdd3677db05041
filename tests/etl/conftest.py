"""The small world as a clean run leaves it, for comparison."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.etl import store_server
from tests.etl.loading import folders, load_once
from tests.etl.store_server import Place, Store
from tests.etl.world import FIRST, SECOND, State, state
from warehouse import bucket


@pytest.fixture(scope="session")
def clean_states(tmp_path_factory: pytest.TempPathFactory) -> tuple[State, State]:
    """What readers see after FIRST was loaded, and after SECOND was too."""
    settings = folders(tmp_path_factory.mktemp("clean"))
    load_once(settings, FIRST)
    first = state(settings)
    load_once(settings, SECOND)
    return first, state(settings)


@pytest.fixture(scope="session")
def store_server_of_all() -> Iterator[Store]:
    """One object store for all tests: it takes seconds to start."""
    with store_server.serving() as store:
        yield store


@pytest.fixture
def store(
    store_server_of_all: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Store]:
    """The object store, in which nothing goes wrong as yet, for this process and its children."""
    store_server_of_all.calm()
    environment = {
        "AWS_ENDPOINT_URL": store_server_of_all.url,
        "AWS_ACCESS_KEY_ID": "tester",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "3",
        "FLEETPULSE_CACHE": str(tmp_path / "cache"),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    bucket._client.cache_clear()
    yield store_server_of_all
    store_server_of_all.calm()
    bucket._client.cache_clear()


@pytest.fixture
def place(store: Store) -> Place:
    """An empty bucket."""
    name = f"test-{secrets.token_hex(6)}"
    store.client().create_bucket(Bucket=name)
    return Place(store, name)

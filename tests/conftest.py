"""What every test may ask for: CSVs taken through the real loader."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import settings

from tests.etl import store_server
from tests.etl.loading import current, load_all
from tests.etl.store_server import Place, Store
from warehouse import bucket

if TYPE_CHECKING:
    from tests.visits import Visit

# Machines are shared: an example that takes long says nothing about the code.
settings.register_profile("shared", deadline=None)
settings.load_profile("shared")

Loads = Sequence[Mapping[str, str]]


@pytest.fixture
def load_csvs(tmp_path: Path) -> Iterator[Callable[[Loads], duckdb.DuckDBPyConnection]]:
    """Load CSVs, one run of the loader for each mapping of path to text; gives the generation."""
    with ExitStack() as opened:
        worlds = iter(range(10**6))

        def load(loads: Loads) -> duckdb.DuckDBPyConnection:
            root = tmp_path / f"world{next(worlds)}"
            return opened.enter_context(current(load_all(root, loads)))

        yield load


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Visit:
    """Open a page of the dashboard by its file's name with the state of a link."""
    from tests import visits  # Streamlit takes long to import, and few tests need it

    return partial(visits.visit, monkeypatch)


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

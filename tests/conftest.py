"""What every test may ask for: CSVs taken through the real loader."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import settings

from tests.etl.loading import current, load_all

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

"""The small world as a clean run leaves it, for comparison."""

from __future__ import annotations

import pytest

from tests.etl.loading import folders, load_once
from tests.etl.world import FIRST, SECOND, State, state


@pytest.fixture(scope="session")
def clean_states(tmp_path_factory: pytest.TempPathFactory) -> tuple[State, State]:
    """What readers see after FIRST was loaded, and after SECOND was too."""
    settings = folders(tmp_path_factory.mktemp("clean"))
    load_once(settings, FIRST)
    first = state(settings)
    load_once(settings, SECOND)
    return first, state(settings)

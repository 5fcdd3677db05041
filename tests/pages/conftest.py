"""Data that the tests of several pages read."""

from __future__ import annotations

import pytest

from tests import health
from tests.etl.loading import load_all
from warehouse import Settings


@pytest.fixture(scope="session")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_all(tmp_path_factory.mktemp("fortnight"), [health.files()])

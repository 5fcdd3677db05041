"""Any history of loads gives the marts of one load of everything, wherever checkpoints lie."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.etl import test_checkpoints, test_store_checkpoints
from tests.etl.histories import History, assert_as_rebuilt, soon

FAMILIES = pytest.mark.parametrize(
    "history",
    [test_checkpoints.history, test_store_checkpoints.history],
    ids=["connectivity", "stores"],
)


@pytest.fixture(autouse=True, scope="module")
def few() -> Iterator[None]:
    with soon():
        yield


@FAMILIES
@pytest.mark.parametrize("seed", range(4))
def test_any_history_gives_the_marts_of_one_load(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, history: History, seed: int
) -> None:
    assert_as_rebuilt(tmp_path, monkeypatch, history, seed)


@pytest.mark.torture
@FAMILIES
@pytest.mark.parametrize("batch", range(40))
def test_many_more_histories(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, history: History, batch: int
) -> None:
    """1,000 of each family in all."""
    for turn in range(25):
        seed = random.randrange(2**32)
        assert_as_rebuilt(tmp_path / str(turn), monkeypatch, history, seed)

"""Which dataset the names in a header, or the name of a file, belong to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from etl.datasets import Dataset, datasets


@lru_cache(1_000)  # since most files have the header of one before
def dataset_of(cells: tuple[str, ...]) -> tuple[str, tuple[int | None, ...]] | None:
    """The dataset of which a header names most columns, and where each stands."""
    found = [
        (sum(at is not None for at in positions), dataset.name, positions)
        for dataset in datasets().values()
        if (positions := positions_of(dataset, cells)) is not None
    ]
    return max(found, key=lambda each: each[0])[1:] if found else None


def positions_of(dataset: Dataset, cells: Sequence[str]) -> tuple[int | None, ...] | None:
    """Where each column stands in this header; None if the header is not this dataset's."""
    if dataset.by_folder:
        return None
    lowered = [cell.lower() for cell in cells]
    found: list[int | None] = []
    for column in dataset.columns:
        at = [i for i, cell in enumerate(lowered) if cell in map(str.lower, column.names)]
        if len(at) > 1 or (not at and not column.may_be_absent):
            return None
        found.append(at[0] if at else None)
    return tuple(found)


def matched(dataset: Dataset, cells: Sequence[str]) -> int:
    """How many of a dataset's columns a header names."""
    if dataset.by_folder:
        return 0
    lowered = {cell.lower() for cell in cells}
    return sum(bool(lowered & set(map(str.lower, c.names))) for c in dataset.columns)


def known(cells: Sequence[str]) -> int:
    """How many columns of a dataset a header names, of the one that it fits best."""
    return _most_matched(tuple(cells))


@lru_cache(1_000)
def _most_matched(cells: tuple[str, ...]) -> int:
    return max(matched(dataset, cells) for dataset in datasets().values())


def fits(dataset: Dataset, cells: Sequence[str]) -> bool:
    """May a row of a dataset without a header have these cells?"""
    required = sum(not column.may_be_absent for column in dataset.columns)
    return len(cells) >= required and not any(cells[len(dataset.columns) :])


def is_customers(path: PurePosixPath) -> bool:
    return path.parts[0] in datasets() and datasets()[path.parts[0]].by_folder


def named_by(path: PurePosixPath) -> Dataset | None:
    """The dataset whose name the file or a folder above it bears, the nearest first."""
    stem = path.name.lower().split(".")[0]
    for name in (stem, *(part.lower() for part in reversed(path.parent.parts))):
        if name in datasets() and not datasets()[name].by_folder:
            return datasets()[name]
    return None

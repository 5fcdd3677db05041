"""The datasets, one declarative spec a file; a new file here is a new dataset."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path

from etl.datasets.spec import BadSpec, Column, Dataset

__all__ = ["Column", "Dataset", "datasets"]


@cache
def datasets() -> Mapping[str, Dataset]:
    """Every dataset by name: each module of this folder that declares a DATASET. Raises BadSpec."""
    modules = (
        import_module(f"{__name__}.{path.stem}")
        for path in sorted(Path(__file__).parent.glob("*.py"))
        if path.stem not in ("__init__", "spec")
    )
    found: dict[str, Dataset] = {}
    for module in modules:
        if module.DATASET.name in found:
            raise BadSpec(f"dataset {module.DATASET.name!r}: two files declare it")
        found[module.DATASET.name] = module.DATASET
    return found

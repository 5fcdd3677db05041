"""A metric's parameters as people and programs give them: checked, completed and described."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from reports.errors import NoData
from warehouse import BadParameter, Generation, Metric, metric
from warehouse.catalog import Parameter
from warehouse.metric import check


def choices(parameter: Parameter) -> list[str]:
    """The only values that it takes, where its file says `[this|that]`; else empty."""
    unit = parameter.unit or ""
    return unit.split("|") if "|" in unit else []


def checked(spec: Metric, given: dict[str, Any]) -> dict[str, Any]:
    """The values of a request, each of its type. Raises BadParameter listing what is valid."""
    for name, value in given.items():
        parameter = spec.parameters.get(name)
        valid = choices(parameter) if parameter else []
        if isinstance(value, dict | list) or (valid and value is not None and value not in valid):
            listed = " or ".join(map(repr, valid)) or "one value"
            raise BadParameter(f"{spec.name}: {name!r} must be {listed}, not {value!r}.")
    return check(spec, {k: v for k, v in given.items() if v is not None or not _has_value(spec, k)})


def completed(spec: Metric, given: dict[str, Any]) -> dict[str, Any]:
    """The checked values with the metric's defaults, without NULLs: one form for one question."""
    defaults = {
        name: (parameter.default or "").strip("'")
        for name, parameter in spec.parameters.items()
        if _has_value(spec, name)
    }
    values = check(spec, {**defaults, **checked(spec, given)})
    return {name: value for name, value in values.items() if value is not None}


def _has_value(spec: Metric, name: str) -> bool:
    """Is there a default for NULL to stand for?"""
    parameter = spec.parameters.get(name)
    return parameter is not None and parameter.default not in (None, "NULL")


def require_data(spec: Metric, generation: Generation) -> None:
    """Raise NoData where nothing of the metric's dataset has been loaded."""
    if spec.dataset and spec.dataset not in _datasets(generation):
        raise NoData(spec.dataset, spec.name)


@lru_cache(maxsize=8)
def _datasets(generation: Generation) -> frozenset[str]:
    """The datasets of which a generation holds rows; a generation never changes."""
    fresh = metric("freshness", generation=generation).to_pylist()
    return frozenset(row["dataset"] for row in fresh if row["rows"])


def description(parameter: Parameter) -> str:
    """What it means, in which unit, and what it is when left out."""
    unit = f" [{parameter.unit}]" if parameter.unit and not choices(parameter) else ""
    default = f" Default: {parameter.default}." if parameter.default else ""
    return f"{parameter.text}{unit}.{default}"

"""Ask for a metric by name: the one way that pages, API and command line get a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from warehouse.catalog import Metric, Parameter, metrics
from warehouse.errors import BadParameter, UnknownMetric
from warehouse.generation import Generation, open_generation
from warehouse.instants import read_instant
from warehouse.settings import Settings

if TYPE_CHECKING:
    import pyarrow as pa


def metric(name: str, /, *, generation: Generation | None = None, **params: Any) -> pa.Table:
    """Compute one metric.

    `params` are the metric's own (see its .sql header): dates and timestamps as objects or ISO
    text, numbers as numbers or text. Without `generation` the current one is read.

    Raises UnknownMetric and BadParameter, which list what is valid, NoGeneration before the first
    load, and QueryFailed when the database cannot answer.
    """
    spec = lookup(name)
    values = check(spec, params)
    source = generation or open_generation(Settings.from_env())
    return source.query(statement(spec, values), values)


def metric_stream(name: str, generation: Generation, /, **params: Any) -> pa.RecordBatchReader:
    """The same rows in batches, for results of any size; QueryFailed may come while reading."""
    spec = lookup(name)
    values = check(spec, params)
    return generation.stream(statement(spec, values), values)


def lookup(name: str) -> Metric:
    """The declaration of a metric. Raises UnknownMetric listing the names."""
    known = metrics()
    if name not in known:
        raise UnknownMetric(name, known)
    return known[name]


def check(spec: Metric, params: dict[str, Any]) -> dict[str, Any]:
    """The values to bind: known names only, each of its type, required ones present."""
    unknown = sorted(set(params) - set(spec.parameters))
    if unknown:
        raise BadParameter(f"{spec.name} has no parameter {unknown[0]!r}. {_listing(spec)}")
    missing = [p.name for p in spec.parameters.values() if p.required and p.name not in params]
    if missing:
        raise BadParameter(f"{spec.name} needs {missing[0]!r}. {_listing(spec)}")
    return {key: _typed(spec, spec.parameters[key], value) for key, value in params.items()}


def statement(spec: Metric, values: dict[str, Any]) -> str:
    """The query for these values; its text is made only of what the metric's own file declares."""
    arguments = [
        f"{p.name} := " + (f"${p.name}::{p.type}" if p.name in values else f"{p.default}")
        for p in spec.parameters.values()
    ]
    return f"from {spec.name}({', '.join(arguments)})"


def _typed(spec: Metric, parameter: Parameter, value: Any) -> Any:
    if value is None:
        if parameter.required:
            raise BadParameter(
                f"{spec.name}: {parameter.name!r} must not be empty. {_listing(spec)}"
            )
        return None
    try:
        return _READERS[parameter.type](value)
    except (ValueError, TypeError, OverflowError) as wrong:
        raise BadParameter(
            f"{spec.name}: {parameter.name}={value!r} is not {_WORDS[parameter.type]}. "
            f"{_listing(spec)}"
        ) from wrong


def _date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        raise ValueError("a day has no time")
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))


def _timestamp(value: Any) -> dt.datetime:
    if not isinstance(value, dt.datetime):
        return read_instant(str(value).strip(" \t"))
    return value.astimezone(dt.UTC).replace(tzinfo=None) if value.tzinfo else value


def _integer(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError("not whole")
    number = int(value)
    if not -(2**31) <= number < 2**31:
        raise ValueError("too large")
    return number


def _boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    known = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
    try:
        return known[str(value).strip().lower()]
    except KeyError as wrong:
        raise ValueError("not a boolean") from wrong


def _text(value: Any) -> str:
    text = str(value)
    text.encode("utf-8")
    return text


_READERS: dict[str, Callable[[Any], Any]] = {
    "DATE": _date,
    "TIMESTAMP": _timestamp,
    "INTEGER": _integer,
    "BIGINT": _integer,
    "DOUBLE": float,
    "BOOLEAN": _boolean,
    "VARCHAR": _text,
}
_WORDS = {
    "DATE": "a day like 2026-02-15",
    "TIMESTAMP": "an instant like 2026-02-15 10:00:00",
    "INTEGER": "a whole number",
    "BIGINT": "a whole number",
    "DOUBLE": "a number",
    "BOOLEAN": "true or false",
    "VARCHAR": "text",
}


def _listing(spec: Metric) -> str:
    if not spec.parameters:
        return "It takes no parameters."
    each = [
        f"{p.name} {p.type}" + ("" if p.required else f" = {p.default}")
        for p in spec.parameters.values()
    ]
    return f"Parameters: {', '.join(each)}."

"""What each metric takes and gives, read from the header of its own .sql file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "metrics"

_PARAM = re.compile(
    r"(?P<name>\w+) (?P<type>[A-Z]+)(?: = (?P<default>[^:\[]+?))?"
    r"(?: \[(?P<unit>[^\]]+)\])?: (?P<text>.+)"
)
_COLUMN = re.compile(
    r"(?P<name>\w+) (?P<type>[A-Z]+(?:\([\d,]+\))?(?:\[\])*)"
    r"(?: \[(?P<unit>[^\]]+)\])?: (?P<text>.+)"
)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its SQL type, and its default as a SQL literal (None: must be given)."""

    name: str
    type: str
    default: str | None
    unit: str | None
    text: str

    @property
    def required(self) -> bool:
        return self.default is None


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the result: its SQL type, its unit if it has one, and what it means."""

    name: str
    type: str
    unit: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric as its file declares it; `sql` creates the macro of that name."""

    name: str
    description: str
    grain: str
    dataset: str | None
    parameters: Mapping[str, Parameter]
    columns: tuple[Column, ...]
    sql: str = field(repr=False)


def header(text: str) -> Iterator[tuple[str, str]]:
    """The leading comment of a .sql file as (key, value) pairs; prose lines have the key ''."""
    for line in text.splitlines():
        if not line.startswith("--"):
            return
        body = line.removeprefix("--").strip()
        word, _, rest = body.partition(" ")
        if word in ("param", "column"):
            yield word, rest
        elif word in ("grain:", "dataset:", "reads:", "recompute:"):
            yield word.removesuffix(":"), rest.strip()
        else:
            yield "", body


def parse(name: str, text: str) -> Metric:
    """Read one metric file. Raises ValueError naming the header line that does not fit the form."""
    prose: list[str] = []
    facts: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    columns: list[Column] = []
    for key, value in header(text):
        if key == "param":
            parts = _match(_PARAM, name, value)
            parameters[str(parts["name"])] = Parameter(**parts)  # type: ignore[arg-type]
        elif key == "column":
            columns.append(Column(**_match(_COLUMN, name, value)))  # type: ignore[arg-type]
        elif key:
            facts[key] = value
        else:
            prose.append(value)
    return Metric(
        name=name,
        description=" ".join(prose).strip(),
        grain=facts.get("grain", ""),
        dataset=facts.get("dataset"),
        parameters=parameters,
        columns=tuple(columns),
        sql=text,
    )


def _match(form: re.Pattern[str], name: str, value: str) -> dict[str, str | None]:
    found = form.fullmatch(value)
    if found is None:
        raise ValueError(f"{name}.sql: header line {value!r} does not fit the form")
    return found.groupdict()


@cache
def metrics() -> Mapping[str, Metric]:
    """Every metric by name, in alphabetical order."""
    return {p.stem: parse(p.stem, p.read_text("utf-8")) for p in sorted(FOLDER.glob("*.sql"))}

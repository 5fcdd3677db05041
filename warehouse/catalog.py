"""What each metric takes and gives, read from the header of its own .sql file.

A column's line is `-- column NAME TYPE [UNIT] .DECIMALS "Label": what it means`, where unit,
decimals and label may be absent. Pages, API, CSV and docs take all of it from here. Decimals round
DOUBLEs where they are shown and in the CSV; a label is the name in words where none is given.

`statement.MART` in a metric stands for the select of that mart, so that a metric can compute it
over rows of its own choice: common table expressions around it stand in front of what it reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

FOLDER = Path(__file__).parent / "metrics"
MARTS = Path(__file__).parent / "marts"

_HEADER = re.compile(r"^--.*$", re.MULTILINE)
_CALLED = re.compile(r"\b(\w+)\(")
_STATEMENT = re.compile(r"\bstatement\.(\w+)")

_PARAM = re.compile(
    r"(?P<name>\w+) (?P<type>[A-Z]+)(?: = (?P<default>[^:\[]+?))?"
    r"(?: \[(?P<unit>[^\]]+)\])?: (?P<text>.+)"
)
_COLUMN = re.compile(
    r"(?P<name>\w+) (?P<type>[A-Z]+(?:\([\d,]+\))?(?:\[\])*)"
    r"(?: \[(?P<unit>[^\]]+)\])?(?: \.(?P<decimals>\d+))?(?: \"(?P<label>[^\"]+)\")?: (?P<text>.+)"
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
    """One column of the result: its SQL type, its unit if it has one, to how many decimals it is
    rounded where it is shown (None: not at all), what people call it, and what it means."""

    name: str
    type: str
    unit: str | None
    decimals: int | None
    label: str
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

    @property
    def decimals(self) -> Mapping[str, int]:
        """The columns that are rounded where they are shown, and to how many decimals."""
        return {c.name: c.decimals for c in self.columns if c.decimals is not None}


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
    """Read one metric file. Raises ValueError naming the file and line that do not fit the form."""
    prose: list[str] = []
    facts: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}
    columns: list[Column] = []
    for number, (key, value) in enumerate(header(text), 1):  # a header begins with the file
        where = f"{name}.sql, line {number}"
        if key == "param":
            parts = _match(_PARAM, where, value)
            parameters[str(parts["name"])] = Parameter(**parts)  # type: ignore[arg-type]
        elif key == "column":
            columns.append(_column(_match(_COLUMN, where, value)))
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
        sql=_STATEMENT.sub(lambda found: _statement(found[1]), text),
    )


def _statement(mart: str) -> str:
    """The select of a mart, to be computed by a metric over other rows than the stored ones."""
    text = (MARTS / f"{mart}.sql").read_text("utf-8")
    return f"({text.rstrip().removesuffix(';')}\n)"


def _column(said: dict[str, str | None]) -> Column:
    name = str(said["name"])
    return Column(
        name=name,
        type=str(said["type"]),
        unit=said["unit"],
        decimals=int(said["decimals"]) if said["decimals"] else None,
        label=said["label"] or name.replace("_", " ").capitalize(),
        text=str(said["text"]),
    )


def _match(form: re.Pattern[str], where: str, value: str) -> dict[str, str | None]:
    found = form.fullmatch(value)
    if found is None:
        raise ValueError(f"{where}: {value!r} does not fit the form of a header")
    return found.groupdict()


@cache
def metrics() -> Mapping[str, Metric]:
    """Every metric by name, in alphabetical order."""
    return {p.stem: parse(p.stem, p.read_text("utf-8")) for p in sorted(FOLDER.glob("*.sql"))}


def creation_order() -> list[Metric]:
    """Every metric, behind those that it reads.

    Raises ValueError (graphlib.CycleError) where two read each other.
    """
    known = metrics()
    reads = {
        name: known.keys() & set(_CALLED.findall(_HEADER.sub("", metric.sql))) - {name}
        for name, metric in known.items()
    }
    return [known[name] for name in TopologicalSorter(reads).static_order()]

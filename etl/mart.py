"""What a mart declares, read from its own file in warehouse/marts; a new file is a new mart.

`<name>.sql` is one portable select behind a header (`grain`, `reads`, `recompute`); a table of
constants reads nothing: `-- reads:`. `<name>.py` is
for what SQL cannot make the same everywhere: it says READS and COLUMNS and has build(connection),
which gives the rows, and RECOMPUTE if that is not `all`; it is imported only when it is due.
`<name>.audit.sql` beside either holds queries that give the rows that are wrong, each below a
comment that says what is wrong with them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path
from types import ModuleType

import warehouse.catalog as catalog
from etl import ledger
from etl.datasets import datasets

FOLDER = catalog.MARTS
PACKAGE = "warehouse.marts"


ROLES = ("settled", "after", "summed", "carried", "whole")
INNER = ("summed", "carried")  # what they hold depends on where the checkpoints lie


class BadMart(ValueError):
    """A mart's file cannot be used; the text names it and says why."""


@dataclass(frozen=True, slots=True)
class Audit:
    """A query whose rows are wrong, and what is wrong with them."""

    says: str
    sql: str


@dataclass(frozen=True, slots=True)
class Mart:
    """A table made from what it `reads`.

    `recompute` is `all`, or `day` where it is made anew for changed days only, or its role among
    those that are computed from a checkpoint on (ROLES; etl/replay.py).
    """

    name: str
    reads: tuple[str, ...]
    recompute: str
    definition: str
    audits: tuple[Audit, ...] = ()
    is_python: bool = False

    def module(self) -> ModuleType:
        """The module of a mart made by Python."""
        return import_module(f"{PACKAGE}.{self.name}")

    @property
    def by_day(self) -> bool:
        return self.recompute == "day"

    def roots(self) -> set[str]:
        """The datasets that it rests on, through other marts too."""
        return _roots(self, marts()) & set(datasets())


@cache
def marts() -> Mapping[str, Mart]:
    """Every mart by name, each after the ones that it reads. Raises BadMart."""
    files = [*FOLDER.glob("*.sql"), *FOLDER.glob("*.py")]
    found = {
        path.stem: _of_python(path) if path.suffix == ".py" else _of_sql(path)
        for path in files
        if not path.stem.startswith("_") and not path.name.endswith(".audit.sql")
    }
    for name in {*ledger.TABLES, *ledger.OF_GENERATION} & set(datasets()):
        raise BadMart(f"dataset {name!r}: the ledger has a table of that name")
    try:
        sorter = TopologicalSorter({m.name: set(_made(m.reads, found)) for m in found.values()})
        order = tuple(sorter.static_order())
    except CycleError as wrong:
        raise BadMart(f"marts read each other in a circle: {' → '.join(wrong.args[1])}") from wrong
    for mart in found.values():
        _check(mart, found)
    return {name: found[name] for name in order}


def _of_sql(path: Path) -> Mart:
    text = path.read_text("utf-8")
    facts = dict(catalog.header(text))
    for key in ("grain", "reads", "recompute"):
        if key not in facts:
            raise BadMart(f"{path.name}: its header has no line `-- {key}: …`")
    if facts["recompute"] not in ("day", "all", *ROLES):
        raise BadMart(
            f"{path.name}: recompute is {facts['recompute']!r}, expected day or all "
            f"(or, where etl/replay.py computes it, {', '.join(ROLES)})"
        )
    reads = tuple(name.strip() for name in facts["reads"].split(",") if name.strip())
    definition = text.rstrip().removesuffix(";")
    return Mart(path.stem, reads, facts["recompute"], definition, _audits(path))


def _of_python(path: Path) -> Mart:
    """What a module says, read without running it."""
    text = path.read_text("utf-8")
    said = {
        target.id: node.value
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for name in ("READS", "COLUMNS"):
        if name not in said:
            raise BadMart(f"{path.name}: it does not say {name}")
    reads = tuple(ast.literal_eval(said["READS"]))
    recompute = ast.literal_eval(said["RECOMPUTE"]) if "RECOMPUTE" in said else "all"
    return Mart(path.stem, reads, recompute, text, _audits(path), is_python=True)


def _audits(path: Path) -> tuple[Audit, ...]:
    beside = path.with_name(f"{path.stem}.audit.sql")
    return tuple(read_audits(beside)) if beside.exists() else ()


def read_audits(path: Path) -> Iterator[Audit]:
    """The queries of a file, each ended by a semicolon and explained by the comment above it."""
    for statement in re.split(r";\s*$", path.read_text("utf-8"), flags=re.MULTILINE):
        lines = statement.strip().splitlines()
        said = [line for line in lines if line.startswith("--")]
        if len(said) < len(lines):
            says = " ".join(line.removeprefix("--").strip() for line in said)
            yield Audit(says, "\n".join(lines[len(said) :]))


def _check(mart: Mart, found: Mapping[str, Mart]) -> None:
    """Raise BadMart where a mart could never be computed."""
    known = {*datasets(), *found, *ledger.TABLES}
    taken = {*datasets(), *ledger.TABLES, *ledger.OF_GENERATION}
    if mart.name in taken:
        raise BadMart(f"{mart.name}: a dataset or a table of the ledger has that name already")
    if unknown := [name for name in mart.reads if name not in known]:
        raise BadMart(
            f"{mart.name}: it reads {unknown[0]!r}, which is no dataset, no mart and no table of "
            f"the ledger. Known: {', '.join(sorted(known))}"
        )
    if not mart.by_day:
        return
    for name in mart.reads:
        if name in ledger.TABLES or (name in found and not found[name].by_day):
            raise BadMart(
                f"{mart.name}: a mart with `recompute: day` reads one dataset, and other marts of "
                f"that dataset with `recompute: day`; {name} is none. Use `recompute: all`"
            )
    roots = _roots(mart, found)
    if len(roots) != 1:
        raise BadMart(
            f"{mart.name}: a mart with `recompute: day` rests on one dataset, this one on "
            f"{' and '.join(sorted(roots)) or 'none'}. Use `recompute: all`"
        )


def _roots(mart: Mart, found: Mapping[str, Mart]) -> set[str]:
    made = [root for name in _made(mart.reads, found) for root in _roots(found[name], found)]
    return {*made, *(name for name in mart.reads if name not in found)}


def _made(names: Iterable[str], found: Mapping[str, Mart]) -> list[str]:
    """Those marts of some names that are made before others read them; what is carried is there
    from an earlier load, and may read what reads it."""
    return [name for name in names if name in found and found[name].recompute != "carried"]

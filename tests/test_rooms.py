"""Imports point one way: who uses whom, room by room, without a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What a room's modules may import of the project, besides their own room. The loader's rooms lie
# below etl; modules of etl itself are rooms of their own, since the run is made of them.
ALLOWED: dict[str, set[str]] = {
    "fleetpulse": {"etl", "warehouse"},
    "dashboard": {"api", "pages", "warehouse"},
    "pages": {"reports", "etl", "warehouse"},
    "api": {"reports", "uploads", "etl", "warehouse"},
    "reports": {"etl", "warehouse"},
    "uploads": {"etl", "warehouse"},
    "etl": {"warehouse"},
    "warehouse": set(),
}
# Of the loader, those who do not load may use only these.
OF_ETL = {
    "etl.customers",
    "etl.datasets",
    "etl.disk",
    "etl.fields",
    "etl.read",
    "etl.time_columns",
    "etl.unread",
}


def modules() -> dict[str, Path]:
    """Every module of the project by its name, tests and benchmarks aside."""
    files = [ROOT / "dashboard.py"]
    for room in ALLOWED:
        files += (ROOT / room).rglob("*.py")
    named = {}
    for path in files:
        parts = path.relative_to(ROOT).with_suffix("").parts
        named[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return named


MODULES = modules()


def imports(path: Path) -> Iterator[str]:
    """The project's modules that a file imports, those only for type checkers and late ones too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in found:
            while name and name not in MODULES:
                name = name.rpartition(".")[0]
            if name:
                yield name


def room(module: str) -> str:
    return module.split(".")[0]


def inner(module: str) -> str:
    """The room below etl, or the module itself."""
    parts = module.split(".")
    return ".".join(parts[:2])


@pytest.mark.parametrize("name", MODULES)
def test_a_module_uses_only_what_lies_before_it(name: str) -> None:
    for other in imports(MODULES[name]):
        if room(other) != room(name):
            assert room(other) in ALLOWED[room(name)], f"{name} imports {other}"
            if room(other) == "etl":
                assert inner(other) in OF_ETL, f"{name} imports {other}"


@pytest.mark.parametrize("of", [room, inner], ids=["rooms", "rooms of the loader"])
def test_no_room_is_reached_from_itself(of: object) -> None:
    assert callable(of)
    graph: dict[str, set[str]] = {}
    for name, path in MODULES.items():
        others = {of(other) for other in imports(path)} - {of(name)}
        graph.setdefault(of(name), set()).update(others)
    tuple(TopologicalSorter(graph).static_order())  # raises CycleError, which names the circle


def test_what_is_one_pages_is_used_by_no_other() -> None:
    walls = {p.name for p in (ROOT / "pages" / "parts").iterdir() if (p / "__init__.py").exists()}
    assert walls
    for name, path in MODULES.items():
        for other in imports(path):
            if other.startswith("pages.parts.") and (wall := other.split(".")[2]) in walls:
                assert name.startswith((f"pages.parts.{wall}", f"pages.{wall}")), f"{name}: {other}"

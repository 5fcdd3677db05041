"""The pages, found by their files: each says TITLE, ICON and ORDER, its place in the menu."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1]
_SAID = ("ORDER", "TITLE", "ICON")


class Entry(NamedTuple):
    """A page as the menu shows it; `file` is relative to the dashboard."""

    order: int
    title: str
    icon: str
    file: str


@cache
def entries() -> list[Entry]:
    """Every page in the order of the menu, read without running it.

    Raises ValueError for a page that does not say what the menu needs.
    """
    return sorted(map(_entry, FOLDER.glob("[!_]*.py")))


def _entry(path: Path) -> Entry:
    said = {
        node.targets[0].id: node.value
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    if missing := [name for name in _SAID if name not in said]:
        raise ValueError(f"pages/{path.name} does not say {' and '.join(missing)} for the menu")
    order, title, icon = (ast.literal_eval(said[name]) for name in _SAID)
    return Entry(order, title, icon, f"pages/{path.name}")

"""README and docs name what there is, and docs/METRICS.md defines what the project gives."""

import argparse
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import warehouse
from etl.datasets import datasets
from fleetpulse.__main__ import COMMANDS
from warehouse.catalog import metrics

ROOT = Path(__file__).parents[1]
DEFINITIONS = (ROOT / "docs" / "METRICS.md").read_text("utf-8")
TEXTS = "\n".join(
    path.read_text("utf-8")
    for path in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(path for path in sorted((ROOT / "docs").glob("*.md")) if path.name != "REFERENCE.md"),
    )
)
ROOMS = ("api", "bench", "etl", "fleetpulse", "pages", "reports", "tests", "tools", "uploads")

# Defined in METRICS.md ahead of their code. A name leaves this list when the project has it.
AHEAD_METRICS = {"restatements", "store_days", "store_sla"}
AHEAD_DATASETS = {"annotations", "corrections", "maintenance", "special_hours", "targets"}


def defined() -> dict[str, tuple[str, ...]]:
    """The metrics that METRICS.md defines, each with the columns of the table below it, if any."""
    found: dict[str, tuple[str, ...]] = {}
    for match in re.finditer(r"^(?:- )?`(\w+)\([^`\n]*\)`", DEFINITIONS, re.MULTILINE):
        below = DEFINITIONS[match.end() :].partition("\n")[2]
        rows = re.match(r"\| column \| meaning \|\n\|[-|]+\n((?:\|.*\n)+)", below)
        lines = rows[1].splitlines() if rows else []
        found[match[1]] = tuple(line.split("|")[1].strip() for line in lines)
    return found


def has_dataset(name: str) -> bool:
    return name in set(datasets())


def test_every_metric_that_is_defined_exists_with_its_columns() -> None:
    there = {
        metric.name: [column.name for column in metric.columns] for metric in metrics().values()
    }
    for name, columns in defined().items():
        if name in AHEAD_METRICS | AHEAD_DATASETS:
            continue
        assert name in there, f"METRICS.md defines {name}"
        assert [column for column in there[name] if column in columns] == list(columns), name


def test_the_definitions_were_read() -> None:
    assert len(defined()["top_devices"]) == 7
    assert {"daily_devices", "repair_audit", "store_uptime", "store_timeline"} <= defined().keys()


@pytest.mark.parametrize("name", sorted(AHEAD_METRICS))
def test_a_metric_that_exists_is_not_called_ahead(name: str) -> None:
    assert f"`{name}(" in DEFINITIONS
    assert name not in metrics(), f"take {name} off AHEAD_METRICS"


@pytest.mark.parametrize("name", sorted(AHEAD_DATASETS))
def test_a_dataset_that_exists_is_not_called_ahead(name: str) -> None:
    assert name in DEFINITIONS.lower()
    assert not has_dataset(name), f"take {name} off AHEAD_DATASETS"


def test_every_metric_and_dataset_is_documented() -> None:
    """A metric's page is docs/REFERENCE.md, which another test holds equal to the headers."""
    reference = (ROOT / "docs" / "REFERENCE.md").read_text("utf-8")
    assert [name for name in metrics() if f"## {name}\n" not in reference] == []
    assert [name for name in datasets() if not re.search(rf"`{name}\b", TEXTS)] == []


def test_every_environment_variable_is_documented() -> None:
    files = [path for room in (*ROOMS, "warehouse") for path in (ROOT / room).rglob("*.*")]
    read = {
        name
        for path in (*files, ROOT / "Makefile", ROOT / "compose.yaml", ROOT / "Dockerfile")
        if path.suffix in (".py", ".sh", ".yaml", "") and path.is_file()
        for name in re.findall(r"\bFLEETPULSE_[A-Z_]*[A-Z]\b", path.read_text("utf-8"))
    }
    assert {name for name in read if name not in TEXTS} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command: str) -> None:
    assert f"fleetpulse {command}" in TEXTS
    missing = [option for option in options(command) if not re.search(rf"{option}\b", TEXTS)]
    assert missing == []


def test_the_list_of_what_is_public_in_python_agrees() -> None:
    listed = re.search(r"^## Public in Python$(.*?)(?=^## |\Z)", TEXTS, re.MULTILINE | re.DOTALL)
    assert listed is not None
    assert set(re.findall(r"^- `(\w+)`", listed[1], re.MULTILINE)) == set(warehouse.__all__)


def options(command: str) -> Iterator[str]:
    """The long options of a command."""
    parser = importlib.import_module(COMMANDS[command][0])._parser()
    assert isinstance(parser, argparse.ArgumentParser)
    for action in parser._actions:
        yield from (name for name in action.option_strings if name.startswith("--"))

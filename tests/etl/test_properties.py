"""Whatever bytes come in, each line has one fate and leads back, whichever way it was read.

Hypothesis makes the files and lines. They are loaded many at a time, which a bad one must not
disturb; where many fail, each is tried alone so that the failure names the smallest.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from etl.datasets import datasets
from etl.datasets.spec import FUTURE
from etl.read.dialect import detect
from etl.read.examine import Rejected, examine, is_blank
from etl.read.header import read_header
from etl.read.scan import HEAD_BYTES
from tests.etl import nearly, reading
from tests.etl.loading import current, load_all

QUOTE = '"'

Files = Mapping[str, bytes]
Rows = list[dict[str, Any]]


class World:
    """Files loaded in one run and what became of them."""

    def __init__(self, files: Files) -> None:
        self.files = files
        with tempfile.TemporaryDirectory() as root, current(load_all(Path(root), [files])) as made:
            query = made.execute
            self.fates = {row["path"]: row for row in dicts(query("from files"))}
            self.rejects = dicts(query("from rejects"))
            self.latest = dicts(query("from loads"))[0]["started_at"] + FUTURE
            self.lake: dict[tuple[str, str], Rows] = {}
            for dataset in datasets().values():
                for row in dicts(query(f"from {dataset.name}")):
                    self.lake.setdefault((dataset.name, row["source_id"]), []).append(row)

    def loaded(self, path: str) -> Rows:
        """The lake's rows that came from a file, whose bytes a customer may have sent too."""
        fate = self.fates[path]
        if fate["status"] != "loaded":
            return []
        rows = self.lake.get((fate["dataset"], fate["source_id"]), [])
        return [row for row in rows if row.get("path", path) == path]

    def rejected(self, path: str) -> Rows:
        return [row for row in self.rejects if row["path"] == path]


def dicts(found: Any) -> Rows:
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@cache
def usual_files() -> list[tuple[str, bytes]]:
    return nearly.samples(nearly.stored(), 300)


@pytest.mark.parametrize("batch", range(3))
def test_any_bytes(batch: int) -> None:
    assert_any_bytes(usual_files()[batch::3])


@pytest.mark.torture
@pytest.mark.parametrize("batch", range(100))
def test_many_more_bytes(batch: int) -> None:
    """200,000 files in all, by the turns of one of these."""
    for _ in range(4):
        assert_any_bytes(nearly.samples(nearly.stored(), 500, new=True))


def assert_any_bytes(files: list[tuple[str, bytes]]) -> None:
    try:
        assert_adds_up(files)
    except Exception:
        for file in files:
            assert_adds_up([file])
        raise


def assert_adds_up(files: list[tuple[str, bytes]]) -> None:
    world = World({placed(name, number): text for number, (name, text) in enumerate(files)})
    assert set(world.fates) == set(world.files)
    for path, text in world.files.items():
        assert_each_line_has_one_fate(world, path, text)


def placed(name: str, number: int) -> str:
    """A place of its own for each file, also for a customer's."""
    return name.replace("c/", f"c{number}/") if name.startswith("customers") else f"{number}/{name}"


def assert_each_line_has_one_fate(world: World, path: str, text: bytes) -> None:
    fate = world.fates[path]
    loaded, rejected = world.loaded(path), world.rejected(path)
    assert fate["rows_read"] == fate["rows_loaded"] + fate["rows_rejected"]
    assert fate["rows_loaded"] == len(loaded)
    if fate["status"] == "duplicate":
        assert fate["rows_read"] == 0
    elif fate["reason"] and not fate["reason"].startswith("none of its"):
        assert not loaded
    else:
        assert fate["rows_rejected"] == len(rejected)
        plain = reading.decompressed(text)
        lines = reading.physical_lines(plain)
        delimiter = delimiter_of(path, plain)
        told = re.search(r"header on line (\d+)", fate["read_as"] or "")
        header_line = int(told[1]) if told else None
        rows = reading.rows(lines, delimiter, names_of(path, fate["dataset"]), header_line)
        assert sorted(row["line"] for row in [*loaded, *rejected]) == list(rows)
        for row in loaded:
            assert_holds(reading.cells(rows[row["line"]], delimiter), row)


def delimiter_of(path: str, text: bytes) -> str:
    is_windows = reading.is_windows(text)
    return read_header(PurePosixPath(path), text[:HEAD_BYTES], is_windows).delimiter


def names_of(path: str, dataset: str) -> set[str]:
    """The names that a header has; none for a customer's file, which always has one."""
    if datasets()[dataset].by_folder:
        return set()
    return {name.lower() for column in datasets()[dataset].columns for name in column.names}


def assert_holds(cells: set[str], row: Mapping[str, Any]) -> None:
    """Every text and instant of a row stands in a cell of its line."""
    instants = {reading.instant(cell) for cell in cells}
    for name, value in row.items():
        if name in ("source_id", "line", "path", "customer_id", "day") or value is None:
            continue
        if isinstance(value, dt.datetime):
            assert value in instants
        elif isinstance(value, str):
            assert value in cells or value in {cell.lower() for cell in cells}


def test_the_fast_reader_and_the_careful_one_agree() -> None:
    assert_agree(new=False, count=80)


@pytest.mark.torture
@pytest.mark.parametrize("batch", range(40))
def test_the_readers_agree_on_many_more_lines(batch: int) -> None:
    assert_agree(new=True, count=2000)


def assert_agree(new: bool, count: int) -> None:
    """Load lines of every dataset and delimiter, and hold each against etl/read/examine.py.

    Lines lie with those of their kind, since a file without quotes or spaces is read faster.
    """
    files: dict[str, list[str]] = {}
    for name, columns in nearly.DATASETS.items():
        for delimiter in ",;\t|":
            header = delimiter.join(columns)
            drawn = nearly.samples(nearly.lines(list(columns.values()), delimiter), count, new)
            for line in drawn:
                path = f"{name}/{ord(delimiter)}-{QUOTE in line}-{' ' in line}.csv"
                files.setdefault(path, [header]).append(line.replace("\0", "").replace("\1", ""))
    world = World({path: "\n".join(lines).encode() for path, lines in files.items()})
    for path, lines in files.items():
        fates = {row["line"]: row for row in [*world.loaded(path), *world.rejected(path)]}
        place = PurePosixPath(path)
        dialect = detect(place, read_header(place, lines[0].encode()))
        physical = [line.encode() + b"\n" for line in lines[1:]]
        for at, record in reading.records(physical, dialect.delimiter).items():
            number, line = at + 1, record.decode()
            if is_blank(line, dialect.delimiter):
                assert number not in fates
                continue
            careful, found = examine(line, dialect, world.latest), fates[number]
            if isinstance(careful, Rejected):
                assert (line, careful.column, careful.reason, line) == (
                    *(line, found["column_name"], found["reason"], found["raw"]),
                )
            else:
                seen = [found[name] for name in dialect.dataset.column_names]
                assert (line, careful) == (line, seen)

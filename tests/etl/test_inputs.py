"""Files as people have them, below inputs/: each folder is an incoming folder of its own, and
outcomes.csv says what becomes of each file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.etl.loading import answer, current, load_all, rows

INPUTS = Path(__file__).parent / "inputs"
HEADER, *OUTCOMES = rows((INPUTS / "outcomes.csv").read_text("utf-8"))
FOLDERS = sorted(path.name for path in INPUTS.iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_becomes_of_each_file(tmp_path: Path, folder: str) -> None:
    files = {
        str(path.relative_to(INPUTS / folder)): path.read_bytes()
        for path in sorted((INPUTS / folder).rglob("*"))
        if path.is_file()
    }
    query = f"select {', '.join(HEADER[1:])} from files order by path"
    with current(load_all(tmp_path, [files])) as connection:
        _, *found = answer(connection, query)
    assert found == [outcome for name, *outcome in OUTCOMES if name == folder]

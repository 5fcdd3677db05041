"""The published file opens in every DuckDB from 1.4 on, with the same rows of each metric."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl import verify
from tests.etl.loading import current, folders, lay, load_all, load_once
from tests.etl.world import FIRST, SECOND, run
from tests.warehouse.test_metrics import SEASON, asked, call
from warehouse import Generation, Settings, WarehouseLocked, current_path, metrics

ASK_ALL = Path(__file__).with_name("ask_all.py")
BUILD = Path(__file__).parents[2] / "build"
VERSIONS = ("1.4.4", "1.5.6")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_all(tmp_path_factory.mktemp("world"), [FIRST, SECOND, SEASON])


def installed(version: str) -> Path:
    """Another DuckDB, in a folder of its own that stays for the next time."""
    folder = BUILD / f"duckdb-{version}"
    done = folder / "complete"
    if not done.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"]
        subprocess.run([*pip, "--target", str(folder), f"duckdb=={version}"], check=True)
        done.touch()
    return folder


def answers(warehouse: Path, questions: Path, path: Path | None = None) -> dict[str, Any]:
    """What a DuckDB found on `path`, else ours, answers."""
    env = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    command = [sys.executable, str(ASK_ALL), str(warehouse), str(questions)]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_every_metric_has_the_same_rows(world: Settings, tmp_path: Path, version: str) -> None:
    questions = tmp_path / "questions.json"
    calls = {name: f"from {call(spec, asked(spec, True))}" for name, spec in metrics().items()}
    questions.write_text(json.dumps(calls))
    theirs = answers(current_path(world), questions, installed(version))
    ours = answers(current_path(world), questions)
    assert theirs.pop("version") == version
    assert ours.pop("version") == duckdb.__version__
    assert list(theirs) == list(metrics())
    for name, rows in ours.items():
        assert theirs[name] == rows, name


def test_loads_keep_the_form_that_all_can_read(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    load_once(settings, FIRST)
    lay(settings.incoming, SECOND)
    assert run(settings) == 0
    with current(settings) as connection:
        connection.execute("select tags from duckdb_databases() where not internal")
        assert connection.fetchall() == [({"storage_version": "v1.4.0+"},)]


@pytest.fixture
def held(world: Settings) -> Any:
    """The published file, opened for writing by another program."""
    program = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); "
    command = [sys.executable, "-c", f"{program} sys.stdin.read()", str(current_path(world))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"open\n"
        yield world
        other.communicate()


def test_a_locked_file_is_called_locked_and_is_not_made_anew(
    held: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    before = current_path(held)
    with pytest.raises(WarehouseLocked, match=r"is locked: another program .* open it read-only"):
        Generation(before)
    assert run(held) == 1
    assert "is locked: another program" in capsys.readouterr().err
    assert verify.main(["--data", str(held.data), "--repair"]) == 1
    told = capsys.readouterr()
    assert "It is not broken" in told.err
    assert "broken;" not in told.out
    assert current_path(held) == before

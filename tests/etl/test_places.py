"""Odd files and folders on the disk stop nothing and nobody."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

import pytest

from etl import arrivals
from tests.etl.loading import current, folders, lay, load_once
from tests.etl.world import FIRST, SECOND, assert_sound, state
from warehouse import Settings

GOOD = {"good.csv": "timestamp,id,type,status\n2017-05-09T10:00:00Z,good,t,s\n"}


def loaded(settings: Settings) -> list[str]:
    with current(settings) as connection:
        found = connection.execute("select path from files where status = 'loaded'").fetchall()
    return [path for (path,) in found]


@pytest.mark.parametrize("name", ["day=2020-01-01", "a b/O'Brien/[a] {b}/quote\"/ünïcödé/$x"])
def test_the_data_may_lie_anywhere(tmp_path: Path, name: str) -> None:
    settings = folders(tmp_path / name)
    load_once(settings, FIRST)
    load_once(settings, SECOND)
    assert_sound(settings)
    with current(settings) as connection:
        rows = connection.execute("from sources_of('d9', date '2017-05-10')").fetchall()
    assert [row[3] for row in rows] == ["health/late.csv"]


def test_relative_folders_are_read_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = folders(Path())
    load_once(settings, FIRST)
    before = state(settings)
    monkeypatch.chdir("/")
    assert state(Settings(tmp_path / "incoming", tmp_path / "data")) == before


def test_a_name_that_is_no_utf_8(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    name = os.fsencode(settings.incoming) + b"/caf\xe9.csv"
    try:
        with open(name, "wb") as file:
            file.write(b"timestamp,id,type,status\n2017-05-09T10:00:00Z,name,t,s\n")
    except OSError:
        pytest.skip("this file system has no such names")
    assert load_once(settings, GOOD).loaded == 2
    assert len(loaded(settings)) == 2
    assert load_once(settings, {}).published is False


def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    """A pipe would be waited for, a socket cannot be read, a link may lead nowhere or in rings."""
    settings = folders(tmp_path)
    os.mkfifo(settings.incoming / "pipe.csv")
    (settings.incoming / "folder.csv").mkdir()
    (settings.incoming / "nowhere.csv").symlink_to("gone.csv")
    (settings.incoming / "ring.csv").symlink_to("ring.csv")
    (settings.incoming / "loop").symlink_to(settings.incoming)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(os.path.relpath(settings.incoming / "socket.csv"))
    load_once(settings, GOOD)
    assert loaded(settings) == ["good.csv"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_stops_no_other(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, {**GOOD, "secret.csv": GOOD["good.csv"] + "\n"})
    (settings.incoming / "secret.csv").chmod(0)
    assert load_once(settings, {}).waiting == 1
    assert loaded(settings) == ["good.csv"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_another_users_file_must_have_been_quiet(tmp_path: Path) -> None:
    """Only its owner and root are told whether a file is open, so its age has to do."""
    with tempfile.TemporaryDirectory() as shared:
        settings = Settings(Path(shared), tmp_path / "data")
        settings.incoming.chmod(0o755)
        lay(settings.incoming, {"old.csv": "x", "growing.csv": "x"})
        os.utime(settings.incoming / "growing.csv")
        os.seteuid(65534)
        try:
            complete, waiting = arrivals.settled(arrivals.look(settings.incoming)[0])
        finally:
            os.seteuid(0)
    assert [arrival.path for arrival in complete] == ["old.csv"]
    assert [arrival.path for arrival in waiting] == ["growing.csv"]


def test_the_input_may_be_read_only_and_a_link(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    shutil.copytree(settings.incoming, tmp_path / "elsewhere")
    lay(tmp_path / "elsewhere", GOOD)
    (settings.incoming / "linked.csv").symlink_to(tmp_path / "elsewhere" / "good.csv")
    load_once(settings, {})
    assert loaded(settings) == ["linked.csv"]

"""watch.py loads a file as soon as it is complete, and only then."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from etl import watch
from tests.etl.loading import current, folders, lay
from warehouse import NoGeneration, Settings

WATCH = Path(__file__).parents[2] / "etl" / "watch.py"
HEADER = "timestamp,id,type,status\n"
SOON = 3.0  # seconds from a finished file to a published one
PATIENCE = 60.0


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Folders that a watcher looks after, which by itself looks once a minute only."""
    settings = folders(tmp_path_factory.mktemp("watched"))
    lay(settings.incoming, {"before.csv": HEADER + "2017-05-09T10:00:00Z,before,t,s\n"})
    places = ["--incoming", str(settings.incoming), "--data", str(settings.data)]
    command = [sys.executable, str(WATCH), *places, "--every", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as watcher:
        assert watcher.stdout is not None
        assert watcher.stdout.readline().startswith(b"watching ")
        wait_for(settings, "before.csv")
        yield settings
        watcher.send_signal(signal.SIGTERM)
        assert watcher.wait(PATIENCE) == 0


def fates(settings: Settings) -> dict[str, tuple[str, int]]:
    """Status and rows of each file by its path."""
    try:
        with current(settings) as connection:
            found = connection.execute("select path, status, rows_loaded from files").fetchall()
    except NoGeneration:
        return {}
    return {path: (status, rows) for path, status, rows in found}


def wait_for(settings: Settings, path: str) -> float:
    """Wait until a file is in the ledger; returns the seconds that it took."""
    begin = time.monotonic()
    while path not in fates(settings):
        assert time.monotonic() - begin < PATIENCE, f"{path} was not loaded"
        time.sleep(0.05)
    return time.monotonic() - begin


def row(name: str) -> str:
    return f"2017-05-09T10:00:00Z,{name},t,s\n"


def test_what_lay_there_at_the_start_is_loaded(watched: Settings) -> None:
    assert fates(watched)["before.csv"] == ("loaded", 1)


def write(incoming: Path, name: str) -> None:
    (incoming / name).write_text(HEADER + row(name))


def rename(incoming: Path, name: str) -> None:
    (incoming / f"{name}.part").write_text(HEADER + row(name))
    os.replace(incoming / f"{name}.part", incoming / name)


def write_below_a_new_folder(incoming: Path, name: str) -> None:
    (incoming / f"of {name}").mkdir()
    (incoming / f"of {name}" / name).write_text(HEADER + row(name))


def move_a_folder_in(incoming: Path, name: str) -> None:
    outside = incoming.parent / f"of {name}"
    outside.mkdir()
    (outside / name).write_text(HEADER + row(name))
    outside.rename(incoming / f"of {name}")


@pytest.mark.parametrize("arrive", [write, rename, write_below_a_new_folder, move_a_folder_in])
def test_a_file_is_published_soon(watched: Settings, arrive: Callable[[Path, str], None]) -> None:
    """The best of three counts, since other programs may need the processor too."""
    took = []
    for number in range(3):
        name = f"{arrive.__name__}-{number}.csv"
        arrive(watched.incoming, name)
        below = arrive in (write_below_a_new_folder, move_a_folder_in)
        took.append(wait_for(watched, f"of {name}/{name}" if below else name))
        if took[-1] <= SOON:
            return
    pytest.fail(f"published after {took} seconds")


def test_a_file_written_in_pieces_is_loaded_when_it_is_complete(watched: Settings) -> None:
    with (watched.incoming / "slow.csv").open("w") as slow:
        slow.write(HEADER)
        for number in range(8):
            slow.write(row(f"slow-{number}"))
            slow.flush()
            time.sleep(0.2)
            assert "slow.csv" not in fates(watched)
    wait_for(watched, "slow.csv")
    assert fates(watched)["slow.csv"] == ("loaded", 8)
    with current(watched) as connection:
        assert len(connection.execute("from files where path = 'slow.csv'").fetchall()) == 1


def test_names_of_unfinished_files_are_left_alone(watched: Settings) -> None:
    names = [".hidden.csv", "~temporary.csv", "_tmp_1.csv", "x.csv.part", "x.csv.tmp", "x.xlsx"]
    for name in names:
        write(watched.incoming, name)
    (watched.incoming / ".folder").mkdir()
    write(watched.incoming / ".folder", "x.csv")
    write(watched.incoming, "seen.csv")
    wait_for(watched, "seen.csv")
    assert not {path for path in fates(watched) if path.split("/")[-1] in [*names, "x.csv"]}
    assert all((watched.incoming / name).exists() for name in names)


def test_another_loader_is_waited_for(watched: Settings) -> None:
    with (watched.data / "writer.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        write(watched.incoming, "locked.csv")
        time.sleep(1)
        assert "locked.csv" not in fates(watched)
    wait_for(watched, "locked.csv")


def test_a_missing_folder_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert watch.main(["--incoming", str(tmp_path / "none"), "--data", str(tmp_path)]) == 2
    assert "none' does not exist" in capsys.readouterr().err

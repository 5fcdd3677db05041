"""The loader as a command: what it prints, how it exits, and what it leaves alone."""

from __future__ import annotations

import hashlib
import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from etl import load, verify, watch
from tests.etl.loading import LONG_AGO, current, folders, lay, load_all, load_once
from tests.etl.world import FIRST, SECOND, State, assert_sound, fingerprint, run, state
from warehouse import NoGeneration, Settings, current_path

ROOT = Path(__file__).parents[2]
Finished = subprocess.CompletedProcess[str]


def command(settings: Settings, *arguments: str) -> list[str]:
    places = ["--incoming", str(settings.incoming), "--data", str(settings.data)]
    return [sys.executable, str(ROOT / "etl" / "load.py"), *places, *arguments]


def loader(
    settings: Settings, *arguments: str, before: Callable[[], None] | None = None
) -> Finished:
    return subprocess.run(
        command(settings, *arguments),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=before,
    )


def published(settings: Settings) -> dict[str, tuple[bytes, int]]:
    """Content and time of all that a load writes, but for the lock and the cache."""
    found = fingerprint(settings.data)
    return {name: seen for name, seen in found.items() if name not in ("writer.lock", "seen.json")}


def test_json_is_one_object_last_on_stdout(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    finished = loader(settings, "--json")
    assert finished.returncode == 0
    assert finished.stderr == ""
    told = json.loads(finished.stdout.splitlines()[-1])
    assert told.pop("seconds") > 0
    assert told == {
        "generation": 1,
        "files": {"new": 8, "refused": 1, "duplicate": 1, "waiting": 0, "not_read": 0},
        "rows_read": 23,
        "rows_loaded": 18,
        "rows_rejected": 5,
    }


def test_the_machines_time_zone_does_not_matter(
    tmp_path: Path, clean_states: tuple[State, State]
) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    zone = {**os.environ, "TZ": "Asia/Kathmandu"}
    subprocess.run(command(settings, "--json"), env=zone, stdout=subprocess.DEVNULL, check=True)
    assert state(settings) == clean_states[0]


def test_a_second_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_all(tmp_path, [FIRST, SECOND])
    incoming, before = fingerprint(settings.incoming), published(settings)
    assert run(settings) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["generation"] == 2
    assert told["files"] == {"new": 0, "refused": 0, "duplicate": 0, "waiting": 0, "not_read": 1}
    assert (told["rows_read"], told["rows_loaded"], told["rows_rejected"]) == (0, 0, 0)
    assert published(settings) == before
    assert fingerprint(settings.incoming) == incoming


def test_the_cache_is_only_a_cache(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [{"unknown.csv": "a,b\n1,2\n"}])
    before = published(settings)
    noted = settings.data / "seen.json"
    for cache in (None, "", "{", "[]", '"x"', '{"unknown.csv": 7}', '{"unknown.csv": []}', "\0"):
        noted.unlink()
        if cache is not None:
            noted.write_text(cache)
        assert load_once(settings, {}).generation == 1
        assert published(settings) == before


def test_a_file_that_was_only_touched_is_no_news(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [FIRST])
    before = published(settings)
    os.utime(settings.incoming / "servers.csv", (LONG_AGO, LONG_AGO + 5))
    assert load_once(settings, {}).published is False
    assert published(settings) == before


def test_files_that_are_gone_stay_loaded(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [FIRST])
    before = state(settings)
    shutil.rmtree(settings.incoming)
    assert load_once(folders(tmp_path), {}).published is False
    assert state(settings) == before


def test_nothing_to_load_still_publishes_something_to_read(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [{}])
    assert_sound(settings)
    with current(settings) as connection:
        assert connection.execute("from top_devices(date '2017-05-09')").fetchall() == []
        assert connection.execute("from files").fetchall() == []


@pytest.mark.parametrize("wrong", [["--no-such-option"], ["--engine", "abacus"]])
def test_usage_is_exit_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        load.main(wrong)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_missing_incoming_folder_is_exit_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(tmp_path / "no such folder", tmp_path / "data")
    assert run(settings) == 2
    assert "no such folder' does not exist" in capsys.readouterr().err
    assert not settings.data.exists()


def test_a_data_folder_that_is_none_is_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = folders(tmp_path)
    settings.data.write_text("a file")
    assert run(settings) == 1
    assert "nothing was published" in capsys.readouterr().err


def test_a_publish_that_fails_is_exit_1_and_undone_by_the_next_run(
    tmp_path: Path, clean_states: tuple[State, State]
) -> None:
    settings = load_all(tmp_path, [FIRST])
    link = os.readlink(settings.warehouse)
    lay(settings.incoming, SECOND)
    kept = settings.generations.rename(tmp_path / "kept")
    settings.generations.write_text("in the way")
    assert run(settings) == 1
    settings.generations.unlink()
    kept.rename(settings.generations)
    assert os.readlink(settings.warehouse) == link
    assert state(settings) == clean_states[0]
    assert run(settings) == 0
    assert state(settings) == clean_states[1]
    assert_sound(settings)


@pytest.mark.parametrize("size", [500, 300_000])
def test_a_full_disk_is_exit_1_and_undone_by_the_next_run(
    tmp_path: Path, size: int, clean_states: tuple[State, State]
) -> None:
    """A limit on the size of files stands for the disk: writing fails the same way."""

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    failed = loader(settings, before=limit)
    assert failed.returncode == 1
    assert "nothing was published" in failed.stderr
    assert not settings.warehouse.exists()
    assert run(settings) == 0
    assert state(settings) == clean_states[0]
    assert_sound(settings)


def test_two_loaders_at_once(tmp_path: Path, clean_states: tuple[State, State]) -> None:
    """The second is told at once that it cannot, and changes nothing; the first goes on."""
    settings = load_all(tmp_path, [FIRST])
    lay(settings.incoming, SECOND)
    with subprocess.Popen(command(settings, "--json"), stdout=subprocess.PIPE) as first:
        stop_while_staging(first, settings)
        before = fingerprint(settings.data)
        second = loader(settings, "--json")
        assert fingerprint(settings.data) == before
        first.send_signal(signal.SIGCONT)
        assert first.wait() == 0
    assert second.returncode == 75
    assert second.stdout == ""
    assert "another loader" in second.stderr
    assert state(settings) == clean_states[1]


def replaced(path: Path) -> None:
    fresh = path.with_name("fresh.part")
    fresh.write_text(path.read_text() + "2017-05-09T12:00:00Z,later,sensor,online\n")
    os.replace(fresh, path)


def grown(path: Path) -> None:
    with path.open("a") as file:
        file.write("2017-05-09T12:00:00Z,later,sensor,online\n")


@pytest.mark.parametrize("change", [replaced, grown, Path.unlink])
def test_a_file_that_changes_under_the_loader(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """It is loaded as it was or as it is, never as a mixture, and stops no other file."""
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    path = settings.incoming / "health" / "2017-05-02.csv"
    bytes_of = {hashlib.sha256(path.read_bytes()).hexdigest(): 4}
    with subprocess.Popen(command(settings, "--json"), stdout=subprocess.PIPE) as first:
        stop_while_staging(first, settings)
        change(path)
        first.send_signal(signal.SIGCONT)
        assert first.wait() == 0
    assert_sound(settings)
    if path.exists():
        bytes_of[hashlib.sha256(path.read_bytes()).hexdigest()] = 5
    assert run(settings) == 0
    with current(settings) as connection:
        found = connection.execute(
            "select source_id, rows_loaded from files where path = 'health/2017-05-02.csv'"
        ).fetchall()
        others = connection.execute(
            "select count(*) from files where path not like 'health/%02.csv'"
        )
        assert others.fetchall() == [(9,)]
    assert set(found) <= set(bytes_of.items())
    assert not path.exists() or max(rows for _, rows in found) == 5
    assert_sound(settings)


def test_interrupted_by_hand(tmp_path: Path, clean_states: tuple[State, State]) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a background job is deaf to it
    with subprocess.Popen(
        command(settings), stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=heard
    ) as first:
        stop_while_staging(first, settings)
        first.send_signal(signal.SIGINT)
        first.send_signal(signal.SIGCONT)
        _, told = first.communicate()
    assert first.returncode == 1
    assert b"nothing was published" in told
    assert b"Traceback" not in told
    with pytest.raises(NoGeneration):
        current_path(settings)
    assert run(settings) == 0
    assert state(settings) == clean_states[0]


def stop_while_staging(process: subprocess.Popen[bytes], settings: Settings) -> None:
    """Freeze a loader as soon as it works in its staging folder."""
    while not settings.staging.exists():
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(signal.SIGSTOP)
    assert settings.staging.exists()


def test_plain_lines_where_there_is_no_terminal(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    finished = loader(settings)
    assert re.search(r"^reading 10 files, \d+\.\d MB$", finished.stderr, re.MULTILINE)
    assert "\x1b" not in finished.stderr
    assert finished.stdout.startswith("generation 1: files 8 new, 1 rejected, 1 duplicate; ")


def test_a_bar_on_a_terminal(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    ours, theirs = pty.openpty()
    finished = subprocess.run(command(settings), stderr=theirs, stdout=subprocess.PIPE, check=True)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # the end of a terminal whose other side is closed
        pass
    os.close(ours)
    assert b"10/10 files" in shown
    assert re.search(rb"\d+ rows", shown)
    assert finished.stdout.startswith(b"generation 1: ")


@pytest.mark.parametrize("program", [load, watch, verify])
def test_help_says_what_it_does(program: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        program.main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert program.__doc__ is not None
    assert program.__doc__.splitlines()[0] in told
    assert "--data DIR" in told

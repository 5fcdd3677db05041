"""Files that a cluster takes have the fates that they have here; `make cluster`: on Spark."""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice, zip_longest
from pathlib import Path

import pytest

from etl import engines, verify
from etl import load as command
from etl.engines import server as spark_server
from etl.engines import spark, spark_maker
from etl.progress import Progress
from etl.run import load, take_back
from tests.cluster import SPARK, Server, any_server, may_hide, sail
from tests.etl import test_checkpoints, test_store_checkpoints
from tests.etl.histories import History, soon
from tests.etl.loading import folders, lay, load_once
from tests.etl.ranges import RANGES, Parts, in_ranges
from tests.etl.test_batches import told
from tests.etl.test_engines import AGAIN, WORLD
from tests.etl.test_golden import CASES
from tests.etl.world import FIRST, SECOND, State, assert_sound, state
from warehouse import Settings

# Text that Python writes anew, so that a task lasts long enough to be killed.
SLOW = "timestamp,id,type,status\n" + "".join(
    f'2026-02-{1 + n % 28:02}T10:00:0{n % 10}Z,"d{n}, of ""x""",sensor,online\n'
    for n in range(200_000)
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with any_server(tmp_path_factory.mktemp("server")) as running:
        yield running


def load_there(settings: Settings, files: Mapping[str, str | bytes], server: Server) -> None:
    lay(settings.incoming, files)
    load(settings, remote=server.remote)


def fails(settings: Settings, remote: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run the command, which must fail with one line and leave nothing; returns what it says."""
    arguments = ["--json", "--incoming", str(settings.incoming), "--data", str(settings.data)]
    assert command.main([*arguments, "--remote", remote]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("load: failed, nothing was published: ")
    assert not settings.warehouse.exists()
    return line


class Told(Progress):
    """Keeps what a run says."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


@contextmanager
def killing(
    settings: Settings, kill_it: Callable[[], object], seconds: float, begun: str = "0*-*"
) -> Iterator[None]:
    """Kill something so long after a task of a load has begun, from a thread; `begun` is what it
    leaves in the staging folder."""
    over = threading.Event()
    before = set(settings.staging.glob(begun))  # of a run that was killed

    def kill() -> None:
        while not set(settings.staging.glob(begun)) - before:
            if over.wait(0.02):
                return
        time.sleep(seconds)
        kill_it()

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_a_cluster_gives_what_one_process_gives(tmp_path: Path, server: Server) -> None:
    here, there = folders(tmp_path / "here"), folders(tmp_path / "there")
    load_once(here, WORLD | AGAIN)
    load_there(there, WORLD | AGAIN, server)
    assert told(there) == told(here)
    assert state(there) == state(here)
    assert_sound(there)


def test_golden_files(tmp_path: Path, server: Server) -> None:
    here, there = folders(tmp_path / "here"), folders(tmp_path / "there")
    for step in zip_longest(*(case.loads for case in CASES), fillvalue={}):
        files = {
            case.placed(file): text
            for case, placed in zip(CASES, step, strict=True)
            for file, text in placed.items()
        }
        load_once(here, files)
        load_there(there, files, server)
    assert told(there) == told(here)
    assert state(there) == state(here)


def test_tasks_of_one_file(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = folders(tmp_path / "here"), folders(tmp_path / "there")
    load_once(here, WORLD | AGAIN)
    monkeypatch.setattr(spark, "MOST_LINES", 0)
    monkeypatch.setattr(spark, "MOST_BYTES", 0)
    monkeypatch.setattr(engines, "FAR_BYTES", 0)  # so that it looks at the files, too
    load_there(there, WORLD | AGAIN, server)
    assert told(there) == told(here)


def test_large_files_in_ranges(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"health/{name}": text for name, (text, _) in RANGES.items()}
    here, there = folders(tmp_path / "here"), folders(tmp_path / "there")
    load_once(here, files)
    in_ranges(monkeypatch)
    lay(there.incoming, files)
    parts = Parts()
    load(there, parts, server.remote)
    assert told(there) == told(here)
    assert_sound(there)
    assert {name: parts.of[f"health/{name}"] > 1 for name in RANGES} == {
        name: in_ranges for name, (_, in_ranges) in RANGES.items()
    }


@pytest.mark.parametrize("first_there", [True, False], ids=["there, then here", "here, then there"])
def test_what_is_begun_on_one_engine_goes_on_on_another(
    tmp_path: Path, server: Server, clean_states: tuple[State, State], first_there: bool
) -> None:
    settings = folders(tmp_path)
    for files, on_cluster in ((FIRST, first_there), (SECOND, not first_there)):
        if on_cluster:
            load_there(settings, files, server)
        else:
            load_once(settings, files)
    assert state(settings) == clean_states[1]
    assert_sound(settings)


def test_nothing_new_asks_no_server(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    load_once(settings, FIRST)
    assert not load(settings, remote="sc://127.0.0.1:1").published


@pytest.mark.parametrize(
    ("remote", "says"),
    [
        ("sc://127.0.0.1:1", "no server answers at sc://127.0.0.1:1 (Connection refused)"),
        ("sc://127.0.0.1:1/;token=SECRET", "no server answers at sc://127.0.0.1:1 (Connection"),
        ("sc://127.0.0.1:1;token=SECRET", "'sc://127.0.0.1:1' is no address of a server"),
        ("127.0.0.1:1", "'127.0.0.1:1' is no address of a server, expected sc://HOST:PORT"),
        ("sc://127.0.0.1:x", "is no address of a server, expected sc://HOST:PORT"),
    ],
)
def test_no_server(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], remote: str, says: str
) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    assert says in fails(settings, remote, capsys)


def test_the_address_may_come_from_the_environment(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    monkeypatch.setenv(command.REMOTE, "sc://127.0.0.1:1")
    paths = ["--incoming", str(settings.incoming), "--data", str(settings.data)]
    assert command.main(["--json", *paths]) == 1
    assert "no server answers at sc://127.0.0.1:1" in capsys.readouterr().err


def test_without_the_client_it_says_how_to_install_it(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    paths = ["--incoming", str(settings.incoming), "--data", str(settings.data)]
    program = (
        "import sys; sys.modules['pyspark'] = None\n"
        "from etl.load import main; sys.exit(main(sys.argv[1:]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, "--json", *paths, "--remote", "sc://127.0.0.1:1"],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 1
    assert "pip install 'fleetpulse[cluster]'" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_server_that_is_older_than_the_client_is_named() -> None:
    with pytest.raises(spark_server.ClusterFailed, match=r"Spark 3\.5\.7.*pyspark-client==3\.5\."):
        spark_server._check_version("sc://here:1", "3.5.7")


def test_a_worker_with_other_code_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "other" / "fleetpulse-9.9.9.dist-info").mkdir(parents=True)
    metadata = "Metadata-Version: 2.1\nName: fleetpulse\nVersion: 9.9.9\n"
    (tmp_path / "other" / "fleetpulse-9.9.9.dist-info" / "METADATA").write_text(metadata)
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    with sail(tmp_path, {"PYTHONPATH": str(tmp_path / "other")}) as server:
        line = fails(settings, server.remote, capsys)
    assert "has fleetpulse 9.9.9 (code " in line
    assert "this is 0.1.0 (code " in line


@pytest.mark.skipif(not may_hide(), reason="needs root, and namespaces, to hide a folder")
@pytest.mark.parametrize(
    ("hidden", "far"), [("data", 1 << 30), ("incoming", 1 << 30), ("incoming", 0)]
)
def test_a_worker_without_access_to_the_storage(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    hidden: str,
    far: int,
) -> None:
    monkeypatch.setattr(engines, "FAR_BYTES", far)
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    settings.data.mkdir()
    with sail(tmp_path, hidden=getattr(settings, hidden)) as server:
        line = fails(settings, server.remote, capsys)
    assert str(getattr(settings, hidden)) in line
    assert "share under one path" in line
    load_once(settings, {})
    assert_sound(settings)


def test_a_server_that_is_killed_in_the_middle(
    tmp_path: Path, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Several times, at once and later; the run that follows gives what one process gives."""
    here, there = folders(tmp_path / "here"), folders(tmp_path / "there")
    files = {"slow.csv": SLOW, **FIRST}
    lay(there.incoming, files)
    for seconds in (0.0, 0.3):
        with sail(tmp_path) as doomed, killing(there, doomed.kill, seconds):
            line = fails(there, doomed.remote, capsys)
        assert f"at {doomed.remote}: the connection was lost (" in line
    load(there, remote=server.remote)
    load_once(here, files)
    assert state(there) == state(here)
    assert_sound(there)


@pytest.mark.skipif(SPARK not in os.environ, reason="Sail runs Python inside of the server")
def test_a_worker_that_is_killed_in_the_middle(tmp_path: Path, server: Server) -> None:
    """Spark tries the task again; what the first attempt left is no part of the load."""
    here, there = folders(tmp_path / "here"), folders(tmp_path / "there")
    files = {"slow.csv": SLOW, **FIRST}
    killed: list[int] = []

    def kill() -> None:
        for pid in server.python_workers():
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)

    for number in range(3):
        with killing(there, kill, number / 2):
            load_there(there, {f"{number}/{name}": text for name, text in files.items()}, server)
        assert len(killed) > number
        load_once(here, {f"{number}/{name}": text for name, text in files.items()})
        files = {"slow.csv": SLOW + f"2026-03-01T10:00:0{number}Z,late,sensor,online\n"}
    assert state(there) == state(here)
    assert_sound(there)


@contextmanager
def all_marts_there() -> Iterator[None]:
    """A cluster makes every mart, however few rows there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spark_maker, "LEAST_ROWS", 0)
        yield


@pytest.mark.parametrize("first_there", [True, False], ids=["there, then here", "here, then there"])
def test_marts_made_there_are_those_made_here(
    tmp_path: Path,
    server: Server,
    clean_states: tuple[State, State],
    first_there: bool,
) -> None:
    settings, progress = folders(tmp_path), Told()
    for files, on_cluster in ((FIRST, first_there), (SECOND, not first_there)):
        lay(settings.incoming, files)
        with all_marts_there():
            load(settings, progress, server.remote if on_cluster else None)
    (said,) = [text for text in progress.said if "marts computed" in text]
    assert re.fullmatch(rf"2\d marts computed at {server.remote} from 0.\d MB", said)
    assert state(settings) == clean_states[1]
    assert_sound(settings)


@pytest.mark.parametrize(
    "history",
    [test_checkpoints.history, test_store_checkpoints.history],
    ids=["connectivity", "stores"],
)
def test_marts_made_there_from_checkpoints_on(
    tmp_path: Path, server: Server, history: History
) -> None:
    """Loads there and here in turn; verify makes every mart anew, here and without checkpoints."""
    settings = folders(tmp_path)
    as_written: set[Path] = set()  # parts that the cluster wrote
    with soon(), all_marts_there():
        for number, (path, text) in enumerate(islice(history(random.Random(4)), 4)):
            if not text:
                take_back(settings, [path], "drawn")
            elif number % 2:
                load_once(settings, {path: text})
            else:
                load_there(settings, {path: text}, server)
                as_written |= {*settings.data.glob("marts/*/*/*-00000.parquet")}
    assert as_written
    assert verify.main(["--data", str(settings.data)]) == 0


def test_a_server_that_is_killed_while_it_makes_marts(
    tmp_path: Path,
    server: Server,
    clean_states: tuple[State, State],
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = folders(tmp_path)
    lay(settings.incoming, FIRST)
    with all_marts_there():
        with sail(tmp_path) as doomed, killing(settings, doomed.kill, 0.0, "marts-*/00012-*"):
            line = fails(settings, doomed.remote, capsys)
        assert f"at {doomed.remote}: the connection was lost (" in line
        load(settings, remote=server.remote)
    assert state(settings) == clean_states[0]
    assert_sound(settings)

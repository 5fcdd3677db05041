"""Data in an object store: as a data folder row by row, however many machines write and read it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from etl import checkpoints, remote, verify
from etl.datasets import datasets
from etl.run import compact, load, take_back
from etl.storage import Overtaken
from tests.etl import world
from tests.etl.loading import answer, current, lay
from tests.etl.store_server import Place
from tests.etl.test_incoming_bucket import HEADER, day
from tests.etl.world import FIRST, SECOND, State
from warehouse import (
    NoGeneration,
    Settings,
    commits,
    current_path,
    open_generation,
    working_copy,
)
from warehouse.bucket import Bucket, BucketError, Stored
from warehouse.settings import CACHE

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _parts_after_any_event(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of marts are among what is written, and nothing waits before it is looked at."""
    monkeypatch.setattr(checkpoints, "TAIL_ROWS", 0)
    monkeypatch.setenv(working_copy.FOLLOW_SECONDS, "0")


@pytest.fixture
def machine(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machines:
    return Machines(place, tmp_path, monkeypatch)


class Machines:
    """Machines that share a bucket, each with an incoming folder and a working copy of its own."""

    def __init__(self, place: Place, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = place
        self.root = root
        self.monkeypatch = monkeypatch

    def __call__(self, name: str) -> Settings:
        """The settings of one; the working copy in use is its own from now on."""
        self.monkeypatch.setenv(CACHE, str(self.root / name))
        incoming = self.root / f"{name}-incoming"
        incoming.mkdir(exist_ok=True)
        return Settings.at(incoming, self.place.data)

    def load(self, name: str, files: dict[str, str]) -> Settings:
        settings = self(name)
        lay(settings.incoming, files)
        load(settings)
        return settings


def command(settings: Settings, program: str, *options: str) -> list[str]:
    return [sys.executable, str(ROOT / "etl" / f"{program}.py"), *options, *places(settings)]


def places(settings: Settings) -> list[str]:
    return ["--incoming", settings.incoming_place, "--data", settings.data_place]


def state(settings: Settings) -> State:
    """All that can be read, the lake too, which comes when it is asked for."""
    generation = open_generation(settings)
    for dataset in datasets():
        generation.stream(f"select * from {dataset}").read_all()
    return world.state(settings)


def assert_right(settings: Settings) -> None:
    assert verify.main(["--data", settings.data_place]) == 0


def test_the_same_as_a_folder_row_by_row_on_any_machine(
    machine: Machines, clean_states: tuple[State, State]
) -> None:
    first, second = clean_states
    assert state(machine.load("a", FIRST)) == first
    assert state(machine("b")) == first
    lay(machine("b").incoming, FIRST)  # known, though another machine loaded them
    assert state(machine.load("b", SECOND)) == second
    assert state(machine("c")) == second
    assert state(machine("a")) == second
    assert_right(machine("c"))
    assert load(machine("b")).published is False


def test_incoming_and_data_in_one_bucket(
    machine: Machines, clean_states: tuple[State, State]
) -> None:
    machine("a")
    settings = Settings.at(machine.place.incoming, machine.place.data)
    for files, expected in zip((FIRST, SECOND), clean_states, strict=True):
        machine.place.lay(files)
        load(settings)
        assert state(settings) == expected
    assert machine.place.keys("in/") == sorted(f"in/{name}" for name in {**FIRST, **SECOND})


def test_before_the_first_load(machine: Machines) -> None:
    with pytest.raises(NoGeneration, match="Nothing has been loaded into 's3://"):
        current_path(machine("a"))


def test_of_two_writers_one_wins_and_the_other_says_so(machine: Machines) -> None:
    machine.load("a", {"1.csv": day(1)})
    before = machine.place.keys("data/")
    one, other = machine("a"), machine("b")
    lay(other.incoming, {"b.csv": day(3)})
    lay(one.incoming, {"a.csv": day(2)})

    def meanwhile(method: str, path: str) -> None:
        if method == "PUT" and "/data/commits/" in path:
            machine.place.store.before = None
            machine("a")
            load(one)

    machine("b")
    machine.place.store.before = meanwhile
    with pytest.raises(Overtaken, match="another writer published generation 2 to s3://"):
        load(other)
    added = set(machine.place.keys("data/")) - set(before)
    assert len([key for key in added if key.startswith("data/generations/")]) == 1
    machine("b")
    load(other)
    rows = answer(current(other), "select path from files order by 1")[1:]
    assert rows == [["1.csv"], ["a.csv"], ["b.csv"]]
    assert_right(other)


def test_the_loser_exits_with_75(machine: Machines) -> None:
    machine.load("a", {"1.csv": day(1)})
    one = machine("a")
    lay(one.incoming, {"a.csv": day(2)})
    other = machine("b")
    lay(other.incoming, {"b.csv": day(3)})

    def meanwhile(method: str, path: str) -> None:
        if method == "PUT" and "/data/commits/" in path:
            machine.place.store.before = None
            machine("a")
            load(one)

    machine.place.store.before = meanwhile
    done = subprocess.run(command(other, "load", "--json"), capture_output=True, text=True)
    assert done.returncode == 75
    assert done.stderr == (
        f"load: another writer published generation 2 to {other.data_url} meanwhile; "
        "nothing was done\n"
    )


def test_many_writers_at_once_lose_nothing(machine: Machines) -> None:
    machines = {}
    for name in "abc":
        settings = machine(name)
        lay(settings.incoming, {f"{name}{n}.csv": day(n + 1, name) for n in range(2)})
        machines[name] = (settings, dict(os.environ))
    until = time.monotonic() + 120
    waiting = set(machines)
    while waiting:
        running = {
            name: subprocess.Popen(
                command(machines[name][0], "load", "--json"), env=machines[name][1]
            )
            for name in waiting
        }
        waiting = {name for name, process in running.items() if process.wait() == 75}
        assert all(process.returncode in (0, 75) for process in running.values())
        assert len(waiting) < len(running)  # one always wins
        assert time.monotonic() < until
    reader = machine("reader")
    assert answer(current(reader), "select count(*) from files where status = 'loaded'")[1] == ["6"]
    assert_right(reader)


@pytest.mark.parametrize(
    "part",
    [
        "/data/commits/",
        pytest.param("/data/generations/", marks=pytest.mark.torture),
        pytest.param("/data/lake/health", marks=pytest.mark.torture),
    ],
)
def test_killed_before_the_commit(machine: Machines, part: str) -> None:
    machine.load("a", {"1.csv": day(1)})
    settings = machine("a")
    before = state(settings)
    lay(settings.incoming, {"2.csv": day(2)})
    running: list[subprocess.Popen[bytes]] = []

    def kill(method: str, path: str) -> None:
        if method == "PUT" and part in path:
            machine.place.store.before = None
            running[0].send_signal(signal.SIGKILL)
            running[0].wait()

    machine.place.store.before = kill
    running.append(subprocess.Popen(command(settings, "load", "--json")))
    assert running[0].wait() == -signal.SIGKILL
    time.sleep(0.3)  # what was on its way has arrived
    if part != "/data/commits/":
        assert state(machine("reader")) == before
    load(machine("a"))
    rows = answer(current(settings), "select path, count(*) from files group by 1 order by 1")[1:]
    assert rows == [["1.csv", "1"], ["2.csv", "1"]]
    assert_right(settings)
    assert_right(machine("c"))


def test_what_a_killed_writer_left_is_removed_when_it_is_old(
    machine: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.load("a", {"1.csv": day(1)})
    client = machine.place.store.client()
    left = [
        "data/lake/health_reports/day=2017-05-01/load000002-dead_0_0.parquet",
        "data/lake/_loads/000001-dead.tar",
        "data/lake/_loads/000009-dead.tar",
        "data/marts/000002-dead/online_spans/000001.parquet",
        "data/generations/000002-dead.duckdb",
        "data/staging/tasks-dead/00000-dead.tar",
    ]
    for key in left:
        client.put_object(Bucket=machine.place.name, Key=key, Body=b"x")
    (machine("a").data / remote.SWEPT).unlink()
    machine.load("a", {"2.csv": day(2)})
    assert set(left) <= set(machine.place.keys())  # somebody may be about to commit it
    (machine("a").data / remote.SWEPT).unlink()
    monkeypatch.setattr(remote, "OLD_SECONDS", -5)
    settings = machine.load("a", {"3.csv": day(3)})
    assert not set(left) & set(machine.place.keys())
    assert_right(settings)
    assert_right(machine("fresh"))


def test_what_no_kept_generation_names_is_removed(machine: Machines) -> None:
    machine.load("a", FIRST)
    for number in range(1, 8):
        event = f"2018-01-0{number} 05:00:00,d{number},u1,s1,True\n"
        machine.load("a", {f"connectivity_events/{number}.csv": event})
    settings = machine("a")
    assert len(machine.place.keys("data/generations/")) == working_copy.KEPT
    named = {part.key for n in range(4, 9) for part in commit_of(settings, n)}
    assert set(machine.place.keys("data/marts/")) == {f"data/{key}" for key in named}
    held = {p.relative_to(settings.data).as_posix() for p in settings.data.glob("marts/*/*/*")}
    assert named <= held
    assert_right(machine("b"))


def commit_of(settings: Settings, number: int) -> list[Stored]:
    assert settings.data_url
    commit = commits.get(Bucket(settings.data_url), number)
    assert commit is not None
    return list(commit.parts)


def test_files_are_taken_back_and_joined(machine: Machines) -> None:
    machine.load("a", {f"{n}.csv": day(1, f"d{n}") for n in range(3)})
    machine.load("a", {"4.csv": day(1, "d4")})
    take_back(machine("b"), ["1.csv"], "wrong site")
    assert compact(machine("c")).joined == 2
    reader = machine("d")
    devices = open_generation(reader).query("select id from health_reports order by id")
    assert devices["id"].to_pylist() == ["d0", "d2", "d4"]
    assert_right(reader)


def test_a_retract_list_in_the_bucket(machine: Machines) -> None:
    import hashlib

    machine("a")
    settings = Settings.at(machine.place.incoming, machine.place.data)
    machine.place.lay({"1.csv": day(1), "2.csv": day(2)})
    load(settings)
    source = hashlib.sha256(day(1).encode()).hexdigest()
    machine.place.lay({"retract.csv": f"source_id,reason\n{source},wrong\n"})
    assert load(settings).retracted == ["1.csv"]
    assert_right(settings)


def test_nothing_rests_on_a_listing(machine: Machines) -> None:
    machine.place.store.fault("GET", "list-type", "500")
    machine.load("a", {"1.csv": day(1)})
    settings = machine.load("b", {"2.csv": day(2)})
    assert open_generation(settings).number == 2
    assert open_generation(machine("reader")).number == 2


def test_a_reader_follows_without_writing(machine: Machines) -> None:
    machine.load("a", {"1.csv": day(1)})
    reader = machine("reader")
    assert open_generation(reader).number == 1
    machine.load("a", {"2.csv": day(2)})
    machine.place.store.requests.clear()
    machine("reader")
    assert open_generation(reader).number == 2
    assert {one.split()[0] for one in machine.place.store.requests} == {"GET"}


def test_a_reader_asks_once_in_two_seconds(
    machine: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(working_copy.FOLLOW_SECONDS, "2")
    machine.load("a", {"1.csv": day(1)})
    reader = machine("reader")
    current_path(reader)
    machine.load("a", {"2.csv": day(2)})
    published = time.monotonic()
    machine("reader")
    machine.place.store.requests.clear()
    while open_generation(reader).number == 1:
        time.sleep(0.02)
        assert time.monotonic() - published < 5
    assert len([one for one in machine.place.store.requests if "/commits/" in one]) <= 6


def test_files_of_the_lake_are_fetched_when_they_are_read(machine: Machines) -> None:
    machine.load("a", {f"{n}.csv": day(n, f"d{n}") for n in range(1, 6)})
    reader = machine("reader")
    generation = open_generation(reader)
    assert generation.query("select count(*) as n from files")["n"].to_pylist() == [5]
    machine.place.store.requests.clear()
    rows = generation.query("select id from health_reports where day = date '2017-05-03'")
    assert rows["id"].to_pylist() == ["d3"]
    got = [one for one in machine.place.store.requests if ".parquet" in one]
    assert len(got) == 1
    stream = generation.stream("select id from health_reports order by id")
    assert stream.read_all()["id"].to_pylist() == [f"d{n}" for n in range(1, 6)]


def test_the_working_copy_is_bounded(machine: Machines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(working_copy.CACHE_MB, "0")
    monkeypatch.setattr(working_copy, "QUIET_SECONDS", -5)
    settings = machine.load("a", FIRST)
    load(settings)
    held = [path.stat().st_size for path in settings.lake.glob("[!_]*/*/*.parquet")]
    assert sum(held) == 0
    query = "select count(*) as n from health_reports"
    assert open_generation(settings).query(query)["n"].to_pylist() == [6]


def test_a_reader_goes_on_where_the_store_does_not_answer(machine: Machines) -> None:
    machine.load("a", {"1.csv": day(1)})
    reader = machine("reader")
    before = current_path(reader)
    machine.place.store.fault("GET", "/", "500")
    assert current_path(reader) == before
    with pytest.raises(BucketError):
        current_path(machine("another"))


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("500", "/data/commits/"),
        ("cut", "/data/generations/"),
        *(
            pytest.param(kind, part, marks=pytest.mark.torture)
            for kind, part in (
                ("cut", "/data/commits/"),
                ("500", "/data/generations/"),
                ("500", "/data/lake/"),
                ("cut", "/data/lake/"),
            )
        ),
    ],
)
def test_a_reader_never_shows_half_of_a_generation(machine: Machines, kind: str, part: str) -> None:
    machine.load("a", FIRST)
    first = state(machine("reader"))
    machine.load("a", SECOND)
    second = state(machine("a"))
    reader = machine("reader")
    machine.place.store.fault("GET", part, kind)
    assert current_path(reader).stem in ("000001", "000002")
    machine.place.store.calm()
    assert first != second == state(reader)


@pytest.mark.parametrize("part", ["/data/commits/", "/data/generations/", "/data/lake/"])
def test_a_store_that_does_not_take_it_publishes_nothing(machine: Machines, part: str) -> None:
    machine.load("a", {"1.csv": day(1)})
    settings = machine("a")
    lay(settings.incoming, {"2.csv": day(2)})
    machine.place.store.fault("PUT", part, "503")
    done = subprocess.run(command(settings, "load", "--json"), capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("load: failed, nothing was published: s3://")
    assert done.stderr.count("\n") == 1
    machine.place.store.calm()
    assert open_generation(machine("reader")).number == 1
    assert load(machine("a")).loaded == 1
    assert_right(settings)


def test_an_answer_that_is_lost_is_no_defeat(machine: Machines) -> None:
    machine.load("a", {"1.csv": day(1)})
    machine.place.store.fault("PUT", "/data/commits/", "lost", times=1)
    settings = machine.load("a", {"2.csv": day(2)})
    assert open_generation(settings).number == 2


def test_damage_in_the_bucket_is_found_and_repaired(
    machine: Machines, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = machine.load("a", FIRST)
    (generation,) = machine.place.keys("data/generations/")
    part = machine.place.keys("data/marts/")[0]
    client = machine.place.store.client()
    client.put_object(Bucket=machine.place.name, Key=generation, Body=b"x" * 1000)
    client.put_object(Bucket=machine.place.name, Key=part, Body=b"x" * 1000)
    assert verify.main(["--data", settings.data_place]) == 1
    assert "a part of a mart, was changed after it was written" in capsys.readouterr().out
    fresh = machine("b")
    assert verify.main(["--data", fresh.data_place, "--repair"]) == 0
    assert open_generation(fresh).number > 1


def test_a_harmed_file_of_the_lake_stops_only_what_reads_it(
    machine: Machines, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.load("a", {f"{n}.csv": day(n, f"d{n}") for n in range(1, 4)})
    client = machine.place.store.client()
    for key in machine.place.keys("data/lake/health_reports/")[:2]:
        client.put_object(Bucket=machine.place.name, Key=key, Body=b"x" * 1000)
    reader = machine("reader")
    ranks = "select device_id from top_devices(date '2017-05-03')"
    assert open_generation(reader).query(ranks)["device_id"].to_pylist() == ["d3"]
    assert load(machine("b")).published is False
    assert verify.main(["--data", machine("c").data_place]) == 1
    assert capsys.readouterr().out.count("its sha256 is another; it held 1 rows") == 2


def test_a_folder_that_was_copied_there_is_not_written_over(machine: Machines) -> None:
    elsewhere = Settings(machine.root / "in", machine.root / "folder")
    elsewhere.incoming.mkdir()
    lay(elsewhere.incoming, {"1.csv": day(1)})
    load(elsewhere)
    client = machine.place.store.client()
    for path in (p for p in elsewhere.data.rglob("*") if p.is_file()):
        key = f"data/{path.relative_to(elsewhere.data).as_posix()}"
        client.put_object(Bucket=machine.place.name, Key=key, Body=path.read_bytes())
    with pytest.raises(BucketError, match="a data folder that was copied there"):
        machine.load("a", {"2.csv": day(2)})


def test_a_bucket_that_was_emptied_begins_again(machine: Machines) -> None:
    settings = machine.load("a", {"1.csv": day(1), "2.csv": HEADER})
    client = machine.place.store.client()
    for key in sorted(machine.place.keys()):
        client.delete_object(Bucket=machine.place.name, Key=key)
    assert load(settings).loaded == 2
    assert open_generation(settings).number == 1
    assert_right(machine("b"))


def test_a_missing_bucket_and_missing_boto3_are_named(
    machine: Machines, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = machine("a")
    gone = Settings.at(settings.incoming, "s3://nothing-here/data")
    for program in ("load", "compact", "verify"):
        options = places(gone) if program == "load" else places(gone)[2:]
        done = subprocess.run(
            [sys.executable, str(ROOT / "etl" / f"{program}.py"), *options],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert "there is no bucket 'nothing-here'" in done.stderr
        assert "Traceback" not in done.stderr
    without = "import sys; sys.modules['boto3'] = None; from etl.load import main; sys.exit(main())"
    done = subprocess.run(
        [sys.executable, "-c", without, *places(settings)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "object storage needs boto3: pip install 'fleetpulse[s3]'" in done.stderr


def test_a_store_that_overwrites_is_not_written_to(machine: Machines) -> None:
    settings = machine("a")
    lay(settings.incoming, {"1.csv": day(1)})
    machine.place.store.fault("PUT", "/data/commits/", "careless")
    with pytest.raises(BucketError, match="overwrites what is there although asked not to"):
        load(settings)
    assert machine.place.keys("data/commits/") == []

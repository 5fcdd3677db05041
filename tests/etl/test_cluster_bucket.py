"""A cluster that shares an object store with the loader, and no folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from etl import load as command
from etl.engines import spark
from etl.run import load
from tests.cluster import Server, any_server, may_hide, sail
from tests.etl.loading import answer, current, folders, lay, load_once
from tests.etl.ranges import RANGES, Parts, in_ranges
from tests.etl.store_server import Place, Store
from tests.etl.test_batches import told
from tests.etl.test_data_bucket import state
from tests.etl.test_incoming_bucket import day
from tests.etl.world import FIRST, SECOND, State
from warehouse import Settings
from warehouse.settings import CACHE

STAGING = "data/staging/"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this machine, of which the cluster sees nothing."""
    return tmp_path_factory.mktemp("ours")


@pytest.fixture(scope="module")
def reaching(store_server_of_all: Store) -> Mapping[str, str]:
    """What lets a worker reach the store."""
    return {
        "AWS_ENDPOINT_URL": store_server_of_all.url,
        "AWS_ACCESS_KEY_ID": "worker",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "2",
    }


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, ours: Path, reaching: Mapping[str, str]
) -> Iterator[Server]:
    hidden = ours if may_hide() else None
    with any_server(tmp_path_factory.mktemp("server"), reaching, hidden) as running:
        yield running


@pytest.fixture
def settings(place: Place, ours: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv(CACHE, str(ours))
    return Settings.at(place.incoming, place.data)


def fails(settings: Settings, place: Place, remote: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Run the command, which must fail with one line and publish nothing; returns what it says."""
    places = ["--incoming", settings.incoming_place, "--data", settings.data_place]
    assert command.main(["--json", *places, "--remote", remote]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert line.startswith("load: failed, nothing was published: ")
    assert [key for key in place.keys("data/") if not key.startswith(STAGING)] == []
    return line


def rows(settings: Settings) -> list[list[str]]:
    return answer(current(settings), "select id from health_reports order by id")[1:]


def test_the_same_rows_and_fates_as_one_process_gives(
    settings: Settings, place: Place, server: Server, clean_states: tuple[State, State]
) -> None:
    for files, expected in zip((FIRST, SECOND), clean_states, strict=True):
        place.lay(files)
        load(settings, remote=server.remote)
        assert state(settings) == expected
    assert place.keys(STAGING) == []


def test_tasks_of_one_file(
    settings: Settings,
    place: Place,
    server: Server,
    clean_states: tuple[State, State],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spark, "MOST_LINES", 0)
    place.lay(FIRST)
    load(settings, remote=server.remote)
    found, expected = state(settings), clean_states[0]
    for world in (found, expected := {**expected}):
        del world["parquet_files"]  # a task of its own writes files of its own
    assert found == expected


def test_large_objects_in_ranges(
    tmp_path: Path,
    settings: Settings,
    place: Place,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = {f"health/{name}": RANGES[name][0] for name in ("long.csv", "quoted.csv")}
    here = folders(tmp_path / "here")
    load_once(here, files)
    in_ranges(monkeypatch)
    place.lay(files)
    parts = Parts()
    load(settings, parts, server.remote)
    assert told(settings) == told(here)
    assert parts.of["health/long.csv"] > 5
    assert place.keys(STAGING) == []


@pytest.mark.parametrize("folder", ["incoming", "data"])
def test_one_of_both_may_be_a_folder_that_all_see(
    tmp_path: Path,
    settings: Settings,
    place: Place,
    server: Server,
    clean_states: tuple[State, State],
    folder: str,
) -> None:
    if folder == "incoming":
        settings = Settings.at(tmp_path / folder, settings.data_place)
        lay(settings.incoming, FIRST)
    else:
        settings = Settings.at(settings.incoming_place, tmp_path / folder)
        place.lay(FIRST)
    load(settings, remote=server.remote)
    assert state(settings) == clean_states[0]


def test_a_time_column_that_an_upload_named(
    settings: Settings, place: Place, server: Server
) -> None:
    text = "made,sent\n2024-01-01 00:00:00,2024-02-01 00:00:00\n"
    place.lay({"customers/acme/1.csv": text, "customers/acme/_time_column": "sent"})
    load(settings, remote=server.remote)
    named = "select time_column from customer_tables"
    assert answer(current(settings), named)[1:] == [["sent"]]


def test_an_object_that_is_replaced_after_the_loader_saw_it(
    settings: Settings, place: Place, server: Server
) -> None:
    """What the loader saw is loaded, what it is now by the next load: as without a cluster."""
    place.lay({"a.csv": day(1, "seen"), "b.csv": day(2, "other")})

    def replace(method: str, path: str) -> None:
        if method == "GET" and STAGING in path and ".pickle" in path:
            place.store.before = None
            place.lay({"a.csv": day(1, "later")})

    place.store.before = replace
    load(settings, remote=server.remote)
    assert rows(settings) == [["other"], ["seen"]]
    load(settings, remote=server.remote)
    assert rows(settings) == [["later"], ["other"], ["seen"]]


@pytest.mark.parametrize(
    ("method", "part", "kind", "says"),
    [
        ("GET", ".pickle", "403", "wrong credentials (InvalidAccessKeyId: The key does not exist)"),
        ("PUT", ".tar", "503", "SlowDown"),
    ],
    ids=["wrong credentials", "cannot write"],
)
def test_a_worker_without_access(
    settings: Settings,
    place: Place,
    server: Server,
    capsys: pytest.CaptureFixture[str],
    method: str,
    part: str,
    kind: str,
    says: str,
) -> None:
    place.lay({"a.csv": day(1)})
    place.store.fault(method, part, kind)
    line = fails(settings, place, server.remote, capsys)
    assert ": the worker on " in line
    assert says in line
    place.store.calm()
    assert load(settings, remote=server.remote).loaded == 1


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("boto3", "object storage needs boto3: pip install 'fleetpulse[s3]'"),
        ("credentials", "there are no credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID"),
    ],
)
def test_a_worker_without(
    tmp_path: Path,
    settings: Settings,
    place: Place,
    reaching: Mapping[str, str],
    capsys: pytest.CaptureFixture[str],
    without: str,
    says: str,
) -> None:
    environment = {**reaching, "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    if without == "boto3":
        (tmp_path / "boto3.py").write_text("raise ImportError('no boto3')")
        environment["PYTHONPATH"] = str(tmp_path)
    else:
        environment["AWS_ACCESS_KEY_ID"] = environment["AWS_SECRET_ACCESS_KEY"] = ""
    place.lay({"a.csv": day(1)})
    with sail(tmp_path, environment) as other:
        line = fails(settings, place, other.remote, capsys)
    assert ": the worker on " in line
    assert says in line


def test_a_server_that_is_killed_before_it_hands_rows_back(
    tmp_path: Path,
    settings: Settings,
    place: Place,
    server: Server,
    reaching: Mapping[str, str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    place.lay({"a.csv": day(1, "d1"), "b.csv": day(2, "d2")})
    with sail(tmp_path, reaching) as doomed:

        def kill(method: str, path: str) -> None:
            if method == "PUT" and ".tar" in path:
                place.store.before = None
                doomed.kill()

        place.store.before = kill
        line = fails(settings, place, doomed.remote, capsys)
    assert f"at {doomed.remote}: the connection was lost (" in line
    load(settings, remote=server.remote)
    assert rows(settings) == [["d1"], ["d2"]]

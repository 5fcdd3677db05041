"""CSVs that arrive in an object store: the same rows as from a folder, whatever goes wrong."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from etl import incoming
from etl.run import load
from etl.summary import Summary
from tests.etl import store_server
from tests.etl.loading import answer, current
from tests.etl.store_server import Place, Store
from tests.etl.world import FIRST, SECOND, State, assert_sound, state
from warehouse import Settings, current_path
from warehouse.bucket import BucketError

ROOT = Path(__file__).parents[2]
HEADER = "timestamp,id,type,status\n"


def day(number: int, device: str = "d1") -> str:
    """A file of one report."""
    return f"{HEADER}2017-05-{number:02d}T00:00:00Z,{device},sensor,online\n"


def settings_of(place: Place, tmp_path: Path) -> Settings:
    return Settings.at(place.incoming, tmp_path / "data")


def files(settings: Settings, columns: str = "path, status") -> list[list[str]]:
    return answer(current(settings), f"select {columns} from files order by path, load_id")[1:]


def command(place: Place, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """The loader as a program of its own."""
    return subprocess.run(
        [
            *(sys.executable, str(ROOT / "etl" / "load.py"), "--json"),
            *("--incoming", place.incoming, "--data", str(tmp_path / "data")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_bucket_gives_the_same_as_a_folder(
    place: Place, tmp_path: Path, clean_states: tuple[State, State]
) -> None:
    settings = settings_of(place, tmp_path)
    for arriving, expected in zip((FIRST, SECOND), clean_states, strict=True):
        place.lay(arriving)
        load(settings)
        assert state(settings) == expected
        assert_sound(settings)
    assert load(settings).published is False
    assert not settings.incoming.exists()


def test_what_was_seen_is_not_fetched_again(place: Place, tmp_path: Path) -> None:
    settings = settings_of(place, tmp_path)
    place.lay({"a.csv": day(1), "b.csv": day(2)})
    load(settings)
    place.store.requests.clear()
    place.lay({"c.csv": day(3)})
    load(settings)
    got = [one for one in place.store.requests if one.startswith("GET") and ".csv" in one]
    assert len(got) == 1
    assert "c.csv" in got[0]


def test_the_same_bytes_again_are_a_duplicate(place: Place, tmp_path: Path) -> None:
    settings = settings_of(place, tmp_path)
    place.lay({"a.csv": day(1)})
    load(settings)
    place.lay({"a.csv": day(1), "b.csv": day(1)})  # a.csv has another time now
    load(settings)
    assert files(settings) == [["a.csv", "loaded"], ["b.csv", "duplicate"]]
    place.lay({"a.csv": day(2)})
    load(settings)
    assert files(settings, "path, source_id") == [
        ["a.csv", hashlib.sha256(day(1).encode()).hexdigest()],
        ["a.csv", hashlib.sha256(day(2).encode()).hexdigest()],
        ["b.csv", hashlib.sha256(day(1).encode()).hexdigest()],
    ]


def test_more_than_fits_is_loaded_in_several_steps(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(incoming.AT_ONCE_MB, "1")
    row = "2017-05-02T00:00:00Z,{},sensor,online\n"
    place.lay({f"{n}.csv": HEADER + row.format(f"device{n}-") * 18_000 for n in range(4)})
    summary = load(settings_of(place, tmp_path))
    assert (summary.loaded, summary.rows_loaded) == (4, 72_000)
    loads = answer(current(settings_of(place, tmp_path)), "select files_loaded from loads")
    assert loads[1:] == [["1"]] * 4


def test_a_listing_goes_on_behind_the_last_key_and_now_and_then_in_full(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(incoming, "FEW", 0)
    settings = settings_of(place, tmp_path)
    place.lay({"m.csv": day(1), "notes.pdf": "x"})
    load(settings)
    place.lay({"a-late.csv": day(2), "z.csv": day(3)})
    load(settings)
    assert files(settings) == [["m.csv", "loaded"], ["z.csv", "loaded"]]
    unread = answer(current(settings), "select path, reason is null from unread_changes")
    assert unread[1:] == [["notes.pdf", "false"]]  # not listed this time, but not gone
    monkeypatch.setenv(incoming.FULL_SECONDS, "0")
    place.store.requests.clear()
    load(settings)
    assert files(settings)[0] == ["a-late.csv", "loaded"]
    got = [one for one in place.store.requests if one.startswith("GET") and ".csv" in one]
    assert len(got) == 1  # what the listing before did not see was not forgotten


def test_a_listing_that_lags_delays_and_loses_nothing(place: Place, tmp_path: Path) -> None:
    settings = settings_of(place, tmp_path)
    place.lay({"b.csv": day(1)})
    load(settings)
    place.lay({"a.csv": day(2), "c.csv": day(3)})
    place.store.fault("GET", "list-type", "stale")
    assert load(settings).published is False
    place.store.calm()
    assert load(settings).loaded == 2
    client = place.store.client()
    client.delete_object(Bucket=place.name, Key="in/c.csv")
    place.lay({"d.csv": day(4)})
    place.store.fault("GET", "list-type", "stale")  # c.csv is listed and gone, and was loaded
    assert load(settings).waiting == 0


def test_an_object_that_is_listed_and_gone_is_left_alone(place: Place, tmp_path: Path) -> None:
    settings = settings_of(place, tmp_path)
    place.lay({"a.csv": day(1), "b.csv": day(2)})
    client = place.store.client()

    def remove(method: str, path: str) -> None:
        if method == "GET" and path.endswith("/in/b.csv"):
            client.delete_object(Bucket=place.name, Key="in/b.csv")

    place.store.before = remove
    summary = load(settings)
    assert (summary.loaded, summary.waiting) == (1, 1)


def test_an_object_that_is_replaced_meanwhile_is_loaded_later(place: Place, tmp_path: Path) -> None:
    settings = settings_of(place, tmp_path)
    place.lay({"a.csv": day(1)})

    def replace(method: str, path: str) -> None:
        if method == "GET" and path.endswith("/in/a.csv"):
            place.store.before = None
            place.lay({"a.csv": day(2)})

    place.store.before = replace
    assert load(settings).waiting == 1
    load(settings)
    assert files(settings, "source_id") == [[hashlib.sha256(day(2).encode()).hexdigest()]]


@pytest.mark.parametrize(
    "key",
    ["a//b.csv", "../up.csv", "./x.csv", "x/./dot.csv", "ü x/ß [1]*?.csv", "d.csv/e.csv"],
)
def test_any_key_is_read_and_named_as_it_is(place: Place, tmp_path: Path, key: str) -> None:
    settings = settings_of(place, tmp_path)
    place.lay({key: day(1), "d.csv": day(2), "folder/": ""})
    load(settings)
    expected = [] if key.startswith(".") or "/." in key else [[key, "loaded"]]
    assert sorted(files(settings)) == sorted([["d.csv", "loaded"], *expected])
    assert not load(settings).published


def test_an_object_with_the_name_of_a_folder_is_listed(place: Place, tmp_path: Path) -> None:
    settings = settings_of(place, tmp_path)
    place.lay({"a.csv/": day(1), "empty/": ""})
    load(settings)
    listed = answer(current(settings), "select path, reason from unread_changes")[1:]
    assert listed == [["a.csv/", incoming.NO_NAME]]


@pytest.mark.parametrize(("method", "part"), [("GET", "list-type"), ("GET", "/in/b.csv")])
@pytest.mark.parametrize("kind", ["500", "503", "cut"])
def test_what_passes_is_tried_again(
    place: Place, tmp_path: Path, method: str, part: str, kind: str
) -> None:
    place.lay({"a.csv": day(1), "b.csv": day(2) * 50})
    place.store.fault(method, part, kind, times=2)
    assert load(settings_of(place, tmp_path)).loaded == 2


@pytest.mark.parametrize(("method", "part"), [("GET", "list-type"), ("GET", "/in/b.csv")])
@pytest.mark.parametrize("kind", ["500", "cut"])
def test_what_stays_is_one_line_and_the_next_run_converges(
    place: Place, tmp_path: Path, method: str, part: str, kind: str
) -> None:
    settings = settings_of(place, tmp_path)
    place.lay({"a.csv": day(1)})
    before = load(settings).generation
    place.lay({"b.csv": day(2) * 50, "c.csv": day(3)})
    place.store.fault(method, part, kind)
    done = command(place, tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("load: failed, nothing was published: s3://")
    assert done.stderr.count("\n") == 1
    assert int(current_path(settings).stem) == before
    place.store.calm()
    assert load(settings).loaded == 2
    assert_sound(settings)


def test_a_missing_bucket_is_named(store: Store, tmp_path: Path) -> None:
    done = command(Place(store, "nothing-here"), tmp_path)
    assert done.returncode == 1
    assert done.stderr == (
        "load: failed, nothing was published: there is no bucket 'nothing-here' at "
        f"{store.url} (s3://nothing-here/in)\n"
    )


def test_a_place_without_a_bucket_is_a_wrong_usage(tmp_path: Path, store: Store) -> None:
    done = command(Place(store, ""), tmp_path)
    assert done.returncode == 2
    assert "names no bucket: expected s3://bucket/prefix" in done.stderr


def test_nobody_answers(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    done = command(place, tmp_path)
    assert done.returncode == 1
    assert "Could not connect to the endpoint URL" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_credentials(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    done = command(place, tmp_path)
    assert done.returncode == 1
    assert "there are no credentials. Set AWS_PROFILE" in done.stderr


def test_wrong_credentials(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INITIAL_NO_AUTH_ACTION_COUNT", "1")
    with store_server.serving() as strict:
        monkeypatch.setenv("AWS_ENDPOINT_URL", strict.url)
        strict.client().create_bucket(Bucket="guarded")
        done = command(Place(strict, "guarded"), tmp_path)
    assert done.returncode == 1
    assert "s3://guarded/in cannot be listed: wrong credentials (InvalidAccessKeyId" in done.stderr


def test_an_empty_place_is_no_error(place: Place, tmp_path: Path) -> None:
    summary: Summary = load(settings_of(place, tmp_path))
    assert (summary.loaded, summary.waiting) == (0, 0)


def test_the_error_is_one_that_pages_can_tell(store: Store) -> None:
    from warehouse.bucket import Bucket

    with pytest.raises(BucketError, match="there is no bucket"):
        list(Bucket("s3://nothing-here/x").objects())


def test_watch_asks_again_and_again(place: Place, tmp_path: Path) -> None:
    settings = settings_of(place, tmp_path)
    place.lay({"a.csv": day(1)})
    watch = subprocess.Popen(
        [
            *(sys.executable, str(ROOT / "etl" / "watch.py"), "--every", "0.2"),
            *("--incoming", place.incoming, "--data", str(tmp_path / "data")),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert watch.stdout is not None
    assert watch.stdout.readline() == f"watching {place.incoming}; Ctrl-C stops\n"
    assert "files 1 new" in watch.stdout.readline()
    place.lay({"b.csv": day(2)})
    assert "files 1 new" in watch.stdout.readline()
    watch.terminate()
    assert watch.wait() == 0
    watch.stdout.close()
    assert files(settings) == [["a.csv", "loaded"], ["b.csv", "loaded"]]

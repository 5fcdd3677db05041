"""Whatever is changed behind the ledger's back is found and named, and the warehouse rebuilt."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from etl import lake, verify
from tests.etl.loading import load_all, load_once
from tests.etl.world import FIRST, SECOND, State, run, state
from warehouse import Settings, current_path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_all(tmp_path_factory.mktemp("whole"), [FIRST, SECOND])


@pytest.fixture(scope="module")
def right(whole: Settings) -> State:
    return state(whole)


@pytest.fixture
def settings(whole: Settings, tmp_path: Path) -> Settings:
    """A copy that may be broken."""
    shutil.copytree(whole.data, tmp_path / "data", symlinks=True)
    return Settings(whole.incoming, tmp_path / "data")


def verified(settings: Settings, *arguments: str) -> int:
    return verify.main(["--data", str(settings.data), *arguments])


def a_file(settings: Settings, pattern: str) -> Path:
    return sorted(settings.lake.glob(pattern))[0]


def test_what_is_right_is_exit_0(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(settings, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["problems"] == []
    assert told["files"] == len(list(settings.lake.glob("[!_]*/*/*.parquet")))
    assert told["rows"] == 27


def flip_a_bit(path: Path) -> None:
    stored = bytearray(path.read_bytes())
    stored[len(stored) // 2] ^= 1
    path.write_bytes(stored)


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def test_harmed_files_of_the_lake_are_named(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also a bit that changes no size, of which Parquet itself would not tell."""
    harms: dict[str, Callable[[Path], None]] = {
        "health_reports/*/*.parquet": flip_a_bit,
        "servers/*/*.parquet": cut_off,
        "store_status/*/*.parquet": Path.unlink,
    }
    paths = [a_file(settings, pattern) for pattern in harms]
    for path, harm in zip(paths, harms.values(), strict=True):
        harm(path)
    assert verified(settings) == 1
    told = capsys.readouterr().out
    for path in paths:
        assert path.relative_to(settings.data).as_posix() in told


def test_nothing_is_computed_from_a_harmed_lake(
    settings: Settings, right: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """The generation that was made before the harm stays, and new files wait."""
    harmed = a_file(settings, "health_reports/*/*.parquet")
    good, day = harmed.read_bytes(), harmed.parent.name.removeprefix("day=")
    flip_a_bit(harmed)
    assert verified(settings, "--repair") == 1
    assert "was not rebuilt" in capsys.readouterr().err
    late = {"late.csv": f"timestamp,id,type,status\n{day}T10:00:00Z,late,t,s\n"}
    with pytest.raises(lake.Damaged, match="was changed after it was written"):
        load_once(Settings(settings.incoming.parent / "late", settings.data), late)
    assert state(settings) == right
    harmed.write_bytes(good)
    assert verified(settings, "--repair") == 0


def test_a_lost_warehouse_is_named(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    lose_the_link(settings)
    assert verified(settings) == 1
    assert "the warehouse is lost; --repair" in capsys.readouterr().out


def test_a_lost_warehouse_and_a_new_file_take_one_run(settings: Settings) -> None:
    lose_all_generations(settings)
    late = {"late.csv": "timestamp,id,type,status\n2017-05-09T10:00:00Z,late,t,s\n"}
    summary = load_once(Settings(settings.incoming.parent / "late", settings.data), late)
    assert (summary.loaded, summary.rows_loaded) == (1, 1)
    assert verified(settings) == 0


def test_a_generation_number_never_comes_back(settings: Settings) -> None:
    before = int(current_path(settings).stem)
    lose_the_link(settings)
    lose_all_generations(settings)
    assert verified(settings, "--repair") == 0
    assert int(current_path(settings).stem) == before + 1


@pytest.mark.parametrize("harm", [cut_off, Path.unlink])
def test_a_harmed_ledger_is_named(
    settings: Settings, harm: Callable[[Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    tables = ["files", "rejects", "parquet_files", "loads"]
    for table in tables:
        harm(a_file(settings, f"_loads/000001/{table}.parquet"))
    assert verified(settings) == 1
    told = capsys.readouterr().out
    assert all(f"_loads/000001/{table}.parquet" in told for table in tables)


def test_a_missing_ledger_folder_is_named(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(settings.lake / "_loads" / "000002")
    assert verified(settings) == 1
    assert "load 2 is missing" in capsys.readouterr().out


def test_an_extra_file_is_named(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    known = a_file(settings, "health_reports/*/*.parquet")
    shutil.copy(known, known.with_name("extra.parquet"))
    assert verified(settings) == 1
    assert "extra.parquet is in the lake but in no ledger" in capsys.readouterr().out


@pytest.mark.parametrize(
    "changes",
    [
        {
            "files": "update files set rows_loaded = rows_loaded + 1 where path = 'servers.csv'",
            "rejects": "update rejects set raw = 'x' where line = 6",
            "loads": "update loads set seconds = 0",
            "parquet_files": "delete from parquet_files where dataset = 'servers'",
            "customer_uploads": "delete from customer_uploads",
        },
        {
            "health_device_days": "update health_device_days set reports = reports + 1",
            "health_device_ranks": "delete from health_device_ranks where day_rank = 1",
            "customer_totals": "drop table customer_totals",
            "online_intervals": "insert into online_intervals_tail from online_intervals",
        },
    ],
    ids=["ledger", "marts"],
)
def test_changed_tables_of_the_warehouse_are_named_and_repaired(
    settings: Settings, right: State, changes: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(current_path(settings))) as connection:
        for change in changes.values():
            connection.execute(change)
    assert verified(settings) == 1
    told = capsys.readouterr().out
    assert all(re.search(rf"\b{table}\b", told) for table in changes)
    assert verified(settings, "--repair") == 0
    assert state(settings) == right


def lose_the_link(settings: Settings) -> None:
    settings.warehouse.unlink()


def lose_all_generations(settings: Settings) -> None:
    shutil.rmtree(settings.generations)


def write_over_it(settings: Settings) -> None:
    path = current_path(settings)
    path.write_bytes(b"x" * path.stat().st_size)


def cut_it_in_half(settings: Settings) -> None:
    path = current_path(settings)
    os.truncate(path, path.stat().st_size // 2)


def empty_it(settings: Settings) -> None:
    os.truncate(current_path(settings), 0)


def lay_a_foreign_wal_beside_it(settings: Settings) -> None:
    other = settings.data.with_name("other.duckdb")
    with duckdb.connect(str(other)) as connection:
        connection.execute("pragma disable_checkpoint_on_shutdown")
        connection.execute("create table something as from range(10)")
    path = current_path(settings)
    shutil.move(f"{other}.wal", f"{path}.wal")


@pytest.mark.parametrize("harm", [lose_the_link, cut_it_in_half, lay_a_foreign_wal_beside_it])
def test_a_lost_or_broken_warehouse_is_rebuilt(
    settings: Settings, right: State, harm: Callable[[Settings], None]
) -> None:
    harm(settings)
    assert verified(settings) == 1
    assert verified(settings, "--repair") == 0
    assert state(settings) == right


@pytest.mark.parametrize("harm", [lose_all_generations, write_over_it, empty_it])
def test_the_loader_rebuilds_it_too(
    settings: Settings, right: State, harm: Callable[[Settings], None]
) -> None:
    harm(settings)
    assert run(settings) == 0
    assert verified(settings) == 0
    assert state(settings) == right


def test_repair_after_a_crash(settings: Settings, right: State) -> None:
    (settings.staging / "spill").mkdir(parents=True)
    assert verified(settings, "--repair") == 0
    assert state(settings) == right


def test_repair_mends_no_lake(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    path = a_file(settings, "store_status/*/*.parquet")
    path.unlink()
    assert verified(settings, "--repair") == 1
    told = capsys.readouterr()
    assert path.relative_to(settings.data).as_posix() in told.out + told.err


def test_no_data_folder_is_exit_2(tmp_path: Path) -> None:
    assert verified(Settings(data=tmp_path / "none")) == 2


def test_nothing_loaded_yet_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(Settings(data=tmp_path)) == 1
    assert "Nothing has been loaded" in capsys.readouterr().out


def test_a_warehouse_of_another_version_is_called_so(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with duckdb.connect(str(current_path(settings))) as connection:
        connection.execute("update generation set definitions = 'older'; drop table retractions")
    assert verified(settings) == 1
    told = capsys.readouterr().out
    assert "another version" in told
    assert "retractions" not in told
    assert verified(settings, "--repair") == 0

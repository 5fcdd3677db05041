"""Whatever is changed behind the ledger's back is found and named, and the warehouse rebuilt."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from etl import verify
from tests.etl.loading import load_all
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


@pytest.mark.parametrize("harm", [flip_a_bit, cut_off, Path.unlink])
@pytest.mark.parametrize("pattern", ["health_reports/*/*.parquet", "servers/*/*.parquet"])
def test_a_harmed_file_of_the_lake_is_named(
    settings: Settings,
    pattern: str,
    harm: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = a_file(settings, pattern)
    harm(path)
    assert verified(settings) == 1
    assert path.relative_to(settings.data).as_posix() in capsys.readouterr().out


@pytest.mark.parametrize("table", ["files", "rejects", "parquet_files", "loads"])
@pytest.mark.parametrize("harm", [cut_off, Path.unlink])
def test_a_harmed_ledger_is_named(
    settings: Settings,
    table: str,
    harm: Callable[[Path], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    harm(a_file(settings, f"_loads/000001/{table}.parquet"))
    assert verified(settings) == 1
    assert table in capsys.readouterr().out


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
    ("table", "change"),
    [
        ("files", "delete from files where path = 'servers.csv'"),
        ("files", "update files set rows_loaded = rows_loaded + 1 where path = 'servers.csv'"),
        ("files", "update files set reason = 'another' where status = 'rejected'"),
        ("rejects", "delete from rejects where line = 6"),
        ("rejects", "update rejects set raw = 'x' where line = 6"),
        ("loads", "update loads set rows_read = 0"),
        ("parquet_files", "delete from parquet_files where dataset = 'servers'"),
        ("health_device_days", "update health_device_days set reports = reports + 1"),
        ("health_device_ranks", "delete from health_device_ranks where day_rank = 1"),
        ("customer_totals", "drop table customer_totals"),
        ("online_intervals", "insert into online_intervals from online_intervals"),
    ],
)
def test_a_changed_table_of_the_warehouse_is_named_and_repaired(
    settings: Settings,
    right: State,
    table: str,
    change: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with duckdb.connect(str(current_path(settings))) as connection:
        connection.execute(change)
    assert verified(settings) == 1
    assert table in capsys.readouterr().out
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


HARMS = [
    *(lose_the_link, lose_all_generations, write_over_it, cut_it_in_half, empty_it),
    lay_a_foreign_wal_beside_it,
]


@pytest.mark.parametrize("harm", HARMS)
def test_a_lost_or_broken_warehouse_is_rebuilt(
    settings: Settings, right: State, harm: Callable[[Settings], None]
) -> None:
    harm(settings)
    assert verified(settings) == 1
    assert verified(settings, "--repair") == 0
    assert state(settings) == right


@pytest.mark.parametrize("harm", [lose_the_link, write_over_it, lay_a_foreign_wal_beside_it])
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

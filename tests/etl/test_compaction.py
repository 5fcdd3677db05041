"""Small files of a day become one: the rows and all that is computed from them stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl import compact
from etl.compaction import SETTING
from etl.ledger import TABLES
from etl.run import take_back
from tests.etl.loading import answer, current, load_all, load_once
from tests.etl.world import FIRST, SECOND, State, assert_sound, state
from warehouse import Settings

HEALTH = "timestamp,id,type,status\n"
LISTING = ("parquet_files", "parquet_removed", "days_dropped", "loads")
WORLD = {**FIRST, **SECOND, "servers.csv": FIRST["servers.csv"]}
LEFT_OUT = ("unknown.csv", "copy/2017-05-09.csv", "stores/plan.pdf", "customers/beta/1.csv")
PIECES = [{name: text} for name, text in WORLD.items() if name not in LEFT_OUT]


def command(settings: Settings, *arguments: str) -> int:
    return compact.main([*arguments, "--data", str(settings.data)])


def files(settings: Settings) -> list[list[str]]:
    with current(settings) as connection:
        query = "select dataset, day, count(*) from parquet_files group by all order by all"
        return answer(connection, query)[1:]


def rows(seen: State) -> State:
    return {name: seen[name] for name in seen.keys() - set(LISTING)}


@pytest.fixture(scope="module")
def in_pieces(tmp_path_factory: pytest.TempPathFactory) -> State:
    """Each file in a load of its own, never joined."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(SETTING, "0")
        return state(load_all(tmp_path_factory.mktemp("pieces"), PIECES))


def test_the_command(tmp_path: Path, in_pieces: State) -> None:
    settings = load_all(tmp_path, PIECES)
    assert rows(state(settings)) == rows(in_pieces)
    assert any(int(count) > 1 for *_, count in files(settings))
    assert command(settings) == 0
    assert {count for *_, count in files(settings)} == {"1"}
    assert rows(state(settings)) == rows(in_pieces)
    assert_sound(settings)
    with current(settings) as connection:
        loads = len(answer(connection, "from loads"))
    assert command(settings) == 0
    with current(settings) as connection:
        assert len(answer(connection, "from loads")) == loads
    settings.warehouse.unlink()
    load_once(settings, {})
    assert rows(state(settings)) == rows(in_pieces)


def test_the_loader_does_it_by_itself(
    tmp_path: Path, in_pieces: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, "1")
    settings = load_all(tmp_path, PIECES)
    assert all(int(count) <= 2 for *_, count in files(settings))
    assert rows(state(settings)) == rows(in_pieces)
    assert_sound(settings)


def test_a_file_is_taken_back_out_of_a_joined_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SETTING, "1")
    without = [piece for piece in PIECES if "health/late.csv" not in piece]
    settings = load_all(tmp_path / "with", PIECES)
    assert command(settings) == 0
    take_back(settings, ["health/late.csv"], "test")
    assert_sound(settings)
    seen, expected = state(settings), state(load_all(tmp_path / "without", without))
    for table in seen.keys() - TABLES.keys():
        assert seen[table] == expected[table], table


def test_old_days_are_dropped_and_the_ledger_says_what_they_were(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load_all(
        tmp_path,
        [
            {"a.csv": HEALTH + "".join(f"2026-02-0{n}T10:00:00Z,a,s,on\n" for n in range(1, 6))},
            {
                "b.csv": HEALTH + "2026-02-01T10:00:00Z,b,s,on\n",
                "servers.csv": "s,2020-01-01 00:00,\n",
            },
        ],
    )
    with pytest.raises(SystemExit):
        command(settings, "--keep-days", "0")
    assert command(settings, "--keep-days", "3") == 0
    assert "3 rows of old days dropped" in capsys.readouterr().out
    assert [row[:2] for row in files(settings)][:3] == [
        ["health_reports", f"2026-02-0{day}"] for day in (3, 4, 5)
    ]
    with current(settings) as connection:
        assert answer(connection, "select day, rows from days_dropped order by all")[1:] == [
            ["2026-02-01", "1"],
            ["2026-02-01", "1"],
            ["2026-02-02", "1"],
        ]
        assert answer(connection, "select dataset, rows, files from freshness()")[1:] == [
            ["health_reports", "3", "2"],
            ["servers", "1", "1"],
        ]
        assert answer(connection, "from top_devices(date '2026-02-01')")[1:] == []
    take_back(settings, ["a.csv"], "test")
    load_once(settings, {"late.csv": HEALTH + "2026-02-01T10:00:00Z,c,s,on\n"})
    assert [row[:2] for row in files(settings)][:1] == [["health_reports", "2026-02-01"]]
    assert_sound(settings)

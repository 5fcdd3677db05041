"""A file taken back: its rows count nowhere, and everything else is as if it had never come."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from etl import retract
from etl.ledger import TABLES
from etl.publish import KEPT
from etl.run import take_back
from tests.etl.loading import answer, current, folders, load_all, load_once
from tests.etl.world import FIRST, SECOND, assert_sound, state
from warehouse import Settings

HEALTH = "timestamp,id,type,status\n"
A = HEALTH + "2026-02-01T10:00:00Z,a,s,on\n2026-02-02T10:00:00Z,a,s,on\nbroken\n"
B = HEALTH + "2026-02-01T10:00:00Z,b,s,on\n"

TAKEN_BACK = [
    "health/2017-05-02.csv",
    "connectivity_events.csv",
    "servers.csv",
    "stores/polls.csv",
    "stores/zones.csv",
]


def source_id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def command(settings: Settings, *arguments: str) -> int:
    return retract.main(
        [*arguments, "--incoming", str(settings.incoming), "--data", str(settings.data)]
    )


def fates(settings: Settings) -> list[list[str]]:
    with current(settings) as connection:
        query = "select path, status, rows_loaded, reason, retracted_by from files order by path"
        return answer(connection, query)[1:]


def test_all_else_is_as_if_they_had_never_come(tmp_path: Path) -> None:
    settings = load_all(tmp_path / "with", [FIRST])
    take_back(settings, TAKEN_BACK, "from the wrong site")
    load_once(settings, SECOND)
    assert_sound(settings)
    others = {name: text for name, text in FIRST.items() if name not in TAKEN_BACK}
    seen, expected = state(settings), state(load_all(tmp_path / "without", [others, SECOND]))
    for table in seen.keys() - TABLES.keys():
        assert seen[table] == expected[table], table


@pytest.mark.torture
@pytest.mark.parametrize("path", ["stores/hours.csv", *TAKEN_BACK])
def test_all_else_is_as_if_one_had_never_come(tmp_path: Path, path: str) -> None:
    settings = load_all(tmp_path / "with", [FIRST, SECOND])
    take_back(settings, [source_id(FIRST[path])], "from the wrong site")  # of two by that path
    assert_sound(settings)
    others = {name: text for name, text in FIRST.items() if name != path}
    seen, expected = state(settings), state(load_all(tmp_path / "without", [others, SECOND]))
    for table in seen.keys() - TABLES.keys():
        assert seen[table] == expected[table], table


def test_a_list_in_the_incoming_folder(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [{"a.csv": A, "b.csv": B, "copy.csv": A}])
    listed = f'Reason;SOURCE_ID\n"twice, by mistake";{source_id(A)}\nnever came;{"0" * 64}\nhalf\n'
    summary = load_once(settings, {"retract.csv": listed, "again/a.csv": A})
    assert summary.retracted == ["a.csv"]
    assert fates(settings) == [
        ["a.csv", "retracted", "2", "twice, by mistake", "2"],
        ["again/a.csv", "loaded", "2", "", ""],
        ["b.csv", "loaded", "1", "", ""],
        ["copy.csv", "duplicate", "0", "the same bytes came as a.csv", ""],
        ["retract.csv", "loaded", "1", "", ""],
    ]
    assert_sound(settings)
    with current(settings) as connection:
        refused = "select line, reason, raw from rejects where path = 'retract.csv' order by line"
        assert answer(connection, refused)[1:] == [
            ["3", f"no file has the path or source id '{'0' * 64}'", f"never came;{'0' * 64}"],
            ["4", "1 cell where 2 are expected: Reason,SOURCE_ID", "half"],
        ]
        rejected = "select files, rows, rejected_rows from freshness()"
        assert answer(connection, rejected)[1:] == [["2", "3", "1"]]
        assert answer(connection, "select count(*) from rejected_rows()")[1:] == [["3"]]
    assert load_once(settings, {}).loaded == 0
    assert load_once(settings, {"more/retract.csv": listed}).duplicate == 1


def test_a_list_that_comes_with_the_file_that_it_names(tmp_path: Path) -> None:
    listed = f"source_id,reason\n{source_id(A)},wrong\n"
    files = {"a.csv": A, "b.csv": B, "retract.csv": listed}
    settings = folders(tmp_path)
    summary = load_once(settings, files)
    assert (summary.retracted, summary.loaded) == (["a.csv"], 3)
    assert [fate[1] for fate in fates(settings)] == ["retracted", "loaded", "loaded"]
    assert_sound(settings)


def test_what_stands_for_several_files_is_not_guessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = "a,b\n1,2\n"
    settings = load_all(
        tmp_path, [{"customers/x/1.csv": table, "customers/y/1.csv": table, "a.csv": A}]
    )
    load_once(settings, {"a.csv": B})
    for target in (source_id(table), "a.csv"):
        assert command(settings, target, "--why", "x") == 2
        assert "stands for 2 files; name one of" in capsys.readouterr().err
    listed = f"source_id,reason\n{source_id(table)},x\n"
    load_once(settings, {"retract.csv": listed})
    assert command(settings, f"{source_id(A)}:a.csv", "--why", "x") == 0
    listed = f"source_id,reason,path\n{source_id(table)},x,customers/y/1.csv\n"
    load_once(settings, {"b/retract.csv": listed})
    assert [fate[:2] for fate in fates(settings)] == [
        ["a.csv", "retracted"],
        ["a.csv", "loaded"],
        ["b/retract.csv", "loaded"],
        ["customers/x/1.csv", "loaded"],
        ["customers/y/1.csv", "retracted"],
        ["retract.csv", "rejected"],
    ]
    assert_sound(settings)


def test_a_path_is_also_taken_from_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_all(tmp_path, [{"a.csv": A, "sub/a.csv": B, "sub/-b.csv": A + "x\n"}])
    monkeypatch.chdir(settings.incoming / "sub")
    assert command(settings, "a.csv", "--why", "x") == 0  # as below incoming, first of all
    assert command(settings, "./-b.csv", "--why", "x") == 0
    assert [fate[:2] for fate in fates(settings)] == [
        ["a.csv", "retracted"],
        ["sub/-b.csv", "retracted"],
        ["sub/a.csv", "loaded"],
    ]


def test_an_old_generation_that_cannot_be_read_harms_no_load(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [{"a.csv": A, "b.csv": B}])
    take_back(settings, ["a.csv"], "x")
    (settings.generations / "000001.duckdb").write_bytes(b"x")
    assert load_once(settings, {"c.csv": A + "x\n"}).published


def test_a_list_that_names_nothing_is_rejected(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    load_once(settings, {"retract.csv": "source_id,reason\nx,y\n"})
    load_once(settings, {"a.csv": A, "b/retract.csv": "source,reason\nx,y\n"})
    assert [fate[:4] for fate in fates(settings)] == [
        ["a.csv", "loaded", "2", ""],
        [
            *("b/retract.csv", "rejected", "0"),
            "its header is source, reason; expected source_id,reason[,path]",
        ],
        ["retract.csv", "rejected", "0", "none of its 1 row names a file that can be taken back"],
    ]


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = folders(tmp_path)
    assert command(settings, "a.csv", "--why", "x") == 2
    assert not settings.data.exists()
    load_once(settings, {"a.csv": A, "b.csv": B})
    assert command(settings, "a.csv", "nowhere.csv", "--why", "x") == 2
    assert command(settings, "a.csv", "--why", " ") == 2
    assert [fate[1] for fate in fates(settings)] == ["loaded", "loaded"]
    capsys.readouterr()
    assert command(settings, str(settings.incoming / "a.csv"), "--why", "wrong site") == 0
    assert "taken back: a.csv" in capsys.readouterr().out
    assert command(settings, source_id(A), "--why", "again") == 2
    assert "retracted in load 1 (wrong site)" in capsys.readouterr().err
    assert load_once(settings, {}).published is False
    assert_sound(settings)


def test_a_customers_table_keeps_what_its_first_file_fixed(tmp_path: Path) -> None:
    first = "when,what\n2026-02-01 10:00,1\n2026-02-03 10:00,2\n"
    settings = load_all(tmp_path, [{"customers/a/1.csv": first, "customers/b/1.csv": first}])
    load_once(settings, {"customers/a/2.csv": "what,when\n3,2026-02-02 10:00\n"})
    take_back(settings, ["customers/a/1.csv"], "test")
    load_once(settings, {"customers/a/3.csv": "other\n1\n"})
    assert_sound(settings)
    with current(settings) as connection:
        query = "select customer_id, total_rows, first_row_at, newest_row_at from customer_totals"
        assert answer(connection, f"{query} order by 1")[1:] == [
            ["a", "1", "2026-02-02 10:00:00", "2026-02-02 10:00:00"],
            ["b", "2", "2026-02-01 10:00:00", "2026-02-03 10:00:00"],
        ]
    assert [fate[1] for fate in fates(settings)] == ["retracted", "loaded", "rejected", "loaded"]


def test_its_rows_leave_the_disk_when_no_kept_generation_needs_them(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [{"a.csv": A, "b.csv": B}])
    held = {path.name for path in settings.lake.glob("health_reports/*/*.parquet")}
    take_back(settings, ["a.csv"], "test")
    for number in range(KEPT - 1):
        assert {path.name for path in settings.lake.glob("health_reports/*/*.parquet")} > held
        load_once(settings, {f"c{number}.csv": f"{HEALTH}2026-02-0{number + 3}T10:00:00Z,c,s,on\n"})
    days = {path.parent.name for path in settings.lake.glob("health_reports/*/load000001*")}
    assert not days
    assert_sound(settings)

"""A time column that is named after the first file: the rows that are there are then read by it."""

from __future__ import annotations

from pathlib import Path

from etl.run import take_back
from tests.etl.loading import answer, current, load_all, load_once
from tests.etl.world import assert_sound, state
from warehouse import Settings

FIRST = "note,when\nx,2026-02-03 10:00\ny,soon\nz,NULL\nu,2026-01-31 24:00\n"
LATER = "WHEN,note\n2026-02-05 00:00,v\nsoon,w\n"
NAMED = {"customers/acme/_time_column": "when"}


def totals(settings: Settings) -> list[list[str]]:
    with current(settings) as connection:
        query = (
            "select customer_id, time_column, total_rows, first_row_at, newest_row_at, "
            "rejected_rows, founded_by, len(remarks) from customers()"
        )
        return answer(connection, query)[1:]


def instants(settings: Settings) -> list[list[str]]:
    with current(settings) as connection:
        return answer(connection, "select path, line, row_at from customer_rows('acme')")[1:]


def test_rows_that_are_there_are_read_by_it(tmp_path: Path) -> None:
    settings = load_all(
        tmp_path,
        [
            {"customers/acme/1.csv": FIRST, "customers/zed/1.csv": FIRST},
            {"customers/acme/2.csv": FIRST.replace("x", "X")},
        ],
    )
    assert [row[1] for row in totals(settings)] == ["", ""]
    summary = load_once(settings, {**NAMED, "customers/acme/3.csv": LATER})
    assert "customer acme: time column when from now on" in str(summary)
    assert totals(settings) == [
        [
            *("acme", "when", "9", "2026-02-03 10:00:00", "2026-02-05 00:00:00", "1"),
            *("customers/acme/1.csv", "0"),
        ],
        ["zed", "", "4", "", "", "0", "customers/zed/1.csv", "1"],
    ]
    read = ["2026-02-03 10:00:00", "", "", "2026-02-01 00:00:00"]
    assert instants(settings) == [
        *(
            [f"customers/acme/{file}.csv", str(at + 2), read[at]]
            for file in (1, 2)
            for at in range(4)
        ),
        ["customers/acme/3.csv", "2", "2026-02-05 00:00:00"],
    ]
    assert_sound(settings)
    seen = state(settings)
    settings.warehouse.unlink()
    load_once(settings, {})
    assert state(settings) == seen


def test_a_file_whose_rows_are_all_rejected_names_nothing(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [{"customers/acme/1.csv": FIRST}])
    load_once(settings, {**NAMED, "customers/acme/2.csv": "note,when\nx,never\n"})
    assert totals(settings)[0][1:6] == ["", "4", "", "", "1"]
    unknown = {"customers/acme/_time_column": "at", "customers/acme/3.csv": "note,when\nx,y\n"}
    summary = load_once(settings, unknown)
    assert "its time column 'at' is not among its columns" in summary.rejected_files[0][1]
    load_once(settings, {**NAMED, "customers/acme/4.csv": "when,note\n2026-03-01 00:00,a\n"})
    assert totals(settings)[0][1:5] == ["when", "5", "2026-02-03 10:00:00", "2026-03-01 00:00:00"]
    assert_sound(settings)


def test_it_stays_once_there_is_one(tmp_path: Path) -> None:
    settings = load_all(tmp_path, [{"customers/acme/1.csv": "a,b\n2026-02-03 10:00,1\n"}])
    load_once(
        settings,
        {"customers/acme/_time_column": "b", "customers/acme/2.csv": "a,b\n2026-02-04 10:00,2\n"},
    )
    assert totals(settings)[0][1:3] == ["a", "2"]


def test_a_file_that_was_read_again_is_taken_back(tmp_path: Path) -> None:
    settings = load_all(
        tmp_path, [{"customers/acme/1.csv": FIRST}, {"customers/acme/2.csv": FIRST + "t,\n"}]
    )
    both = {**NAMED, "customers/acme/3.csv": LATER}
    take_back(settings, ["customers/acme/1.csv"], "before")
    load_once(settings, both)
    take_back(settings, ["customers/acme/3.csv"], "after")
    assert [path for path, *_ in instants(settings)] == ["customers/acme/2.csv"] * 5
    assert totals(settings)[0][2:5] == ["5", "2026-02-03 10:00:00", "2026-02-03 10:00:00"]
    assert_sound(settings)

"""A new dataset, mart or metric is one file, with nothing else to touch."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.project import Project, copied
from warehouse import current_path
from warehouse.database import connect

DATASET = '''\
"""A column of every kind."""

from etl import fields
from etl.datasets.spec import Column, Dataset

DATASET = Dataset(
    name="everything",
    columns=(
        Column("at", fields.TIMESTAMP),
        Column("thing", fields.IDENTIFIER),
        Column("note", fields.TEXT, required=False),
        Column("pieces", fields.INTEGER),
        Column("stars", fields.integer(1, 5)),
        Column("price", fields.decimal(10, 2)),
        Column("due", fields.DATE),
        Column("state", fields.one_of("open", "paid")),
        Column("urgent", fields.BOOLEAN),
        Column("zone", fields.ZONE),
        Column("opens", fields.LOCAL_TIME),
        Column("weekday", fields.WEEKDAY, aliases=("day",)),
    ),
    day_column="at",
)
'''
HEADER = "at,thing,note,pieces,stars,price,due,state,urgent,zone,opens,day\n"
GOOD = "{at},x1,hello,12,5,0012.50,2026-02-28,PAID,t,Europe/Berlin,9:30,6\n"
BAD = {
    "2026-02-15T10:00:00Z,x1,,twelve,5,1,2026-02-28,open,t,UTC,9:30,6": (
        "pieces",
        "'twelve' is not a whole number such as 42",
    ),
    "2026-02-15T10:00:00Z,x1,,9223372036854775808,5,1,2026-02-28,open,t,UTC,9:30,6": (
        "pieces",
        "is not a whole number from",
    ),
    "2026-02-15T10:00:00Z,x1,,1,6,1,2026-02-28,open,t,UTC,9:30,6": (
        "stars",
        "'6' is not a whole number from 1 to 5",
    ),
    "2026-02-15T10:00:00Z,x1,,1,5,1.005,2026-02-28,open,t,UTC,9:30,6": (
        "price",
        "'1.005' has more than 8 digits before the point or 2 behind it",
    ),
    "2026-02-15T10:00:00Z,x1,,1,5,1e3,2026-02-28,open,t,UTC,9:30,6": (
        "price",
        "'1e3' is not a number such as 1234.5, with a point",
    ),
    "2026-02-15T10:00:00Z,x1,,1,5,1,2026-02-30,open,t,UTC,9:30,6": (
        "due",
        "'2026-02-30' is not a date such as 2026-02-15",
    ),
    "2026-02-15T10:00:00Z,x1,,1,5,1,2026-02-28,late,t,UTC,9:30,6": (
        "state",
        "'late' is neither open nor paid",
    ),
    "2026-02-15T10:00:00Z,x1,,1,5,1,2026-02-28,open,t,UTC,9:30,7": (
        "day",
        "'7' is not a weekday from 0 (Monday) to 6 (Sunday)",
    ),
}
DAY_MART = """\
-- What was sold on each day.
-- grain: one row per day
-- reads: everything
-- recompute: day
select day, cast(sum(pieces) as bigint) as pieces, sum(price) as price from everything group by day
"""
MART = """\
-- The best day.
-- grain: one row
-- reads: everything_days
-- recompute: all
select max(pieces) as most from everything_days
"""
AUDIT = """\
-- everything_best: the best day has {0} pieces, which are too many
select most from everything_best where most > 1000;
"""
PYTHON_MART = '''\
"""The names of the things, backwards: one row per thing."""

READS = ("everything",)
COLUMNS = {"thing": "varchar", "backwards": "varchar"}


def build(connection):
    rows = connection.execute("select distinct thing from everything order by 1").fetchall()
    return [(thing, thing[::-1]) for (thing,) in rows]
'''
METRIC = """\
-- The days and the things.
-- grain: one row per day and thing
-- dataset: everything
-- column day DATE: the day
-- column pieces BIGINT [pieces]: sold
-- column backwards VARCHAR: the name, backwards
create or replace macro everything_sold() as table
select day, pieces, backwards from everything_days cross join everything_names order by all;
"""


PAGE = '''\
"""What was sold."""

import streamlit as st

from pages.parts import answers

ORDER = 35
TITLE = "Everything sold"
ICON = "🧺"

sold = answers.ask("everything_sold").to_pylist()
st.subheader(f"{len(sold)} days sold", anchor=False)
st.dataframe(sold)
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = copied(tmp_path_factory.mktemp("project"))
    made.add("etl/datasets/everything.py", DATASET)
    made.add("warehouse/marts/everything_days.sql", DAY_MART)
    made.add("warehouse/marts/everything_best.sql", MART)
    made.add("warehouse/marts/everything_best.audit.sql", AUDIT)
    made.add("warehouse/marts/everything_names.py", PYTHON_MART)
    made.add("warehouse/metrics/everything_sold.sql", METRIC)
    made.add("pages/everything_sold.py", PAGE)
    first = HEADER + GOOD.format(at="2026-02-15T10:00:00Z") + "\n".join(BAD) + "\n"
    told = made.load({"1.csv": first, "everything/2.csv": GOOD.format(at="2026-02-14 10:00:00")})
    assert (told["rows_loaded"], told["rows_rejected"]) == (2, len(BAD))
    return made


@pytest.fixture
def warehouse(project: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(current_path(project.settings), read_only=True) as connection:
        yield connection


def test_a_column_of_every_kind_is_read(warehouse: duckdb.DuckDBPyConnection) -> None:
    query = "select * exclude (source_id) from everything where day = date '2026-02-15'"
    (row,) = warehouse.execute(query).fetchall()
    assert row[:13] == (
        *(dt.datetime(2026, 2, 15, 10), "x1", "hello", 12, 5, Decimal("12.50")),
        *(dt.date(2026, 2, 28), "paid", True, "Europe/Berlin", 34_200, 6, 2),
    )


def test_each_kind_says_what_is_wrong(warehouse: duckdb.DuckDBPyConnection) -> None:
    told = warehouse.execute("select raw, column_name, reason from rejects").fetchall()
    assert len(told) == len(BAD)
    for raw, column, reason in told:
        expected, words = BAD[raw]
        assert column == expected
        assert words in reason


def test_marts_and_a_metric_over_it(project: Project) -> None:
    project.load({"late.csv": HEADER + GOOD.format(at="2026-02-14T23:59:59Z")})
    with connect(current_path(project.settings), read_only=True) as connection:
        assert connection.execute("from everything_sold()").fetchall() == [
            (dt.date(2026, 2, 14), 24, "1x"),
            (dt.date(2026, 2, 15), 12, "1x"),
        ]
        assert connection.execute("from everything_best").fetchall() == [(24,)]
        fresh = connection.execute("select dataset, rows from freshness()").fetchall()
    assert fresh == [("everything", 3)]
    assert project.run("etl/verify.py").returncode == 0


def test_a_page_and_the_api_over_it(project: Project) -> None:
    program = (
        "from streamlit.testing.v1 import AppTest; import streamlit as st; "
        "app = AppTest.from_file('dashboard.py', default_timeout=60).run(); "
        "app.switch_page('pages/everything_sold.py').run(); "
        "assert not app.exception, app.exception; print(app.subheader[0].value); "
        "from fastapi.testclient import TestClient; import api; "
        "client = TestClient(api.app); client.__enter__(); "
        "print(len(client.get('/v1/metrics/everything_sold').json()['rows']))"
    )
    done = project.run("-W", "ignore", "-c", program)
    assert done.stdout.split("\n")[:2] == ["2 days sold", "2"], done.stderr
    menu = project.run("-c", "from pages.parts import menu; print(menu.entries()[3].title)")
    assert menu.stdout == "Everything sold\n"


def test_an_audit_that_finds_a_row_is_told(project: Project) -> None:
    project.add("warehouse/marts/everything_best.audit.sql", AUDIT.replace("1000", "1"))
    done = project.run("etl/verify.py")
    assert done.returncode == 1
    assert re.search(r"the best day has \d+ pieces, which are too many", done.stdout)
    project.add("warehouse/marts/everything_best.audit.sql", AUDIT)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"note"', '"day"', "the column 'day' has a name that every row of the lake has already"),
        ('"note"', '"raw"', "the column 'raw' has a name"),
        ('"note"', '"line"', "the column 'line' has a name"),
        ('"note"', '"source_id"', "the column 'source_id' has a name"),
        ('"note"', '"at_us"', "'at_us' is there more than once"),
        ('"note"', '"thing"', "'thing' is there more than once"),
        ('"note"', '"two words"', "'two words' is no name"),
        ('aliases=("day",)', 'aliases=("Note",)', "'note' is the name or alias of more than one"),
        ('day_column="at"', 'day_column="due"', "'due' is no required column of instants"),
        ('name="everything"', 'name="servers"', "dataset 'servers': two files declare it"),
        (
            'name="everything"',
            'name="files"',
            "dataset 'files': the ledger has",
        ),
    ],
)
def test_a_spec_that_cannot_work_is_rejected_where_it_is_declared(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    made = copied(tmp_path)
    made.add("etl/datasets/everything.py", DATASET.replace(old, new))
    done = made.run("etl/load.py")
    assert done.returncode == 1
    assert words in done.stderr


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("-- reads: health_reports, servers\n-- recompute: day", "rests on one dataset"),
        ("-- reads: online_spans\n-- recompute: day", "online_spans is none"),
        ("-- reads: nothing\n-- recompute: all", "it reads 'nothing'"),
        ("-- reads: servers\n-- recompute: now", "recompute is 'now', expected day or all"),
        ("-- reads: servers", "has no line `-- recompute: …`"),
    ],
)
def test_a_mart_that_could_never_be_computed_is_rejected(
    tmp_path: Path, header: str, words: str
) -> None:
    made = copied(tmp_path)
    text = f"-- Wrong.\n-- grain: one row\n{header}\nselect 1 as one\n"
    made.add("warehouse/marts/wrong.sql", text)
    done = made.run("etl/load.py")
    assert done.returncode == 1
    assert "wrong" in done.stderr
    assert words in done.stderr


def test_a_changed_type_rebuilds_the_views(tmp_path: Path) -> None:
    made = copied(tmp_path)
    made.add("etl/datasets/everything.py", DATASET)
    made.load({"1.csv": HEADER + GOOD.format(at="2026-02-15T10:00:00Z")})
    made.add("etl/datasets/everything.py", DATASET.replace("fields.INTEGER", "fields.decimal()"))
    made.load({})
    with connect(current_path(made.settings), read_only=True) as connection:
        told = connection.execute("select typeof(pieces), pieces from everything").fetchall()
    assert told == [("DECIMAL(18,6)", Decimal(12))]


def test_a_dataset_that_was_removed_stops_no_load(tmp_path: Path) -> None:
    made = copied(tmp_path)
    made.add("etl/datasets/everything.py", DATASET)
    made.load({"1.csv": HEADER + GOOD.format(at="2026-02-15T10:00:00Z")})
    (made.root / "etl/datasets/everything.py").unlink()
    told = made.load({"servers.csv": "s1,2017-01-01 00:00:00,\n"})
    assert told["rows_loaded"] == 1
    assert made.run("etl/verify.py").returncode == 0


def test_marts_in_a_circle_are_named(tmp_path: Path) -> None:
    made = copied(tmp_path)
    for name, other in (("left", "right"), ("right", "left")):
        text = f"-- A mart.\n-- grain: one row\n-- reads: {other}\n-- recompute: all\nselect 1 as x"
        made.add(f"warehouse/marts/{name}.sql", text)
    done = made.run("etl/load.py")
    assert done.returncode == 1
    assert "marts read each other in a circle" in done.stderr


def test_a_warehouse_without_events_has_the_one_row_that_its_mart_promises(tmp_path: Path) -> None:
    made = copied(tmp_path)
    made.load({"servers.csv": "s1,2017-01-01 00:00:00,\n"})
    with connect(current_path(made.settings), read_only=True) as connection:
        assert connection.execute("from online_observation").fetchall() == [(None,) * 4]

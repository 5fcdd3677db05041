"""What a visitor of *Customers* reads, on tables that the loader took."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.etl.loading import load_all
from tests.visits import Visit, cards, said, sentence, table
from warehouse import Settings

COLD = "measured_at,unit,temperature_c\n"
LOADS = [
    {
        "customers/cold/a.csv": COLD
        + "2026-03-01 00:00:00,one,-18.2\n2026-03-01 12:00:00,two,-18.9\n",
        "customers/menu/a.csv": "item,price_eur\nSoup,7.50\n",
    },
    {
        "customers/cold/b.csv": "unit,measured_at,temperature_c\n"
        "one,2026-03-03T01:30:00Z,-17\none,yesterday,-18\n",
        "customers/menu/b.csv": "item,price_usd\nSoup,8\n",
    },
]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_all(tmp_path_factory.mktemp("tables"), LOADS)


def test_who_sent_most(visit: Visit, tables: Settings) -> None:
    app = visit(tables, "customers")
    assert app.title[0].value == "2 customers sent 4 rows, `cold` most of them: 3"
    numbers = {label: value for label, (value, _) in cards(app).items()}
    assert numbers["Rejected rows"] == "2"
    cold, menu = table(app)
    assert (cold["customer"], cold["rows"], cold["uploads"]) == ("cold", 3, 2)
    assert (cold["difference"], cold["rejected"]) == ("2 days 2 h", 1)
    assert (menu["difference"], menu["columns"]) == ("–", "item, price_eur")


def test_a_customer_has_its_url(visit: Visit, tables: Settings) -> None:
    app = visit(tables, "customers", customer="cold")
    assert app.title[0].value == "`cold` has 3 rows from 2 uploads, over 2 days 2 h"
    assert cards(app)["Newest row"][0] == "3 Mar"
    preview = app.dataframe[0].value
    assert preview["c1"].tolist() == [
        "2026-03-01 00:00:00",
        "2026-03-01 12:00:00",
        "2026-03-03T01:30:00Z",
    ]
    assert preview["path"].tolist()[-1] == "customers/cold/b.csv"


def test_the_files_hold_the_whole_table(visit: Visit, tables: Settings) -> None:
    app = visit(tables, "customers", customer="cold")
    links = {button.proto.label: button.proto.url for button in app.get("link_button")}
    assert links == {
        "CSV, 3 rows": "/api/v1/customers/cold/rows?format=csv",
        "Parquet": "/api/v1/customers/cold/rows?format=parquet",
    }


def test_what_was_rejected_is_said_with_its_reason(visit: Visit, tables: Settings) -> None:
    app = visit(tables, "customers", customer="cold")
    (row,) = (rows for rows in app.dataframe if "raw" in rows.value.columns)
    assert row.value["line"].tolist() == [3]
    assert "'yesterday' is not" in row.value["reason"][0]


def test_a_table_without_a_time_column(visit: Visit, tables: Settings) -> None:
    app = visit(tables, "customers", customer="menu")
    assert (
        app.title[0].value == "`menu` has 1 row from 1 upload; none of its columns tells the time"
    )
    assert "Time difference" not in cards(app)
    assert "price_usd" in next(
        rows.value["reason"][0] for rows in app.dataframe if "rows_read" in rows.value.columns
    )


def test_how_to_send_more(visit: Visit, tables: Settings) -> None:
    commands = [code.value for code in visit(tables, "customers", customer="menu").code]
    assert commands[0].startswith("curl -F customer_id=menu -F file=@rows.csv 'http://")
    assert str(tables.incoming / "customers" / "menu") in commands[1]


def test_the_way_back(visit: Visit, tables: Settings) -> None:
    app = visit(tables, "customers", customer="menu")
    next(b for b in app.button if b.label == "◀ All customers").click().run()
    assert app.title[0].value.startswith("2 customers sent")
    assert "customer" not in app.query_params


def test_a_customer_that_does_not_exist(visit: Visit, tables: Settings) -> None:
    app = visit(tables, "customers", customer="nobody")
    assert sentence(app) == "There is no customer `nobody`"


def test_before_anybody_sent_anything(visit: Visit, tmp_path: Path) -> None:
    health = "timestamp,id,type,status\n2026-02-08 10:00:00,a,dpc,offline\n"
    app = visit(load_all(tmp_path, [{"health.csv": health}]), "customers")
    assert app.title[0].value == "No customer has sent a table yet"
    assert "curl -F customer_id=" in app.code[0].value
    assert "1 to 5 columns" in said(app)


# Customers of whom little or nothing could be loaded.


@pytest.fixture(scope="module")
def rejected(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    files = {
        "customers/header/1.csv": "at,what\n",
        "customers/rows/1.csv": "a,b\n1\n2\n",
        "customers/whole/1.csv": "a,b,c,d,e,f\n1,2,3,4,5,6\n",
    }
    return load_all(tmp_path_factory.mktemp("rejected"), [files])


def test_customers_of_whom_nothing_was_loaded_are_listed(visit: Visit, rejected: Settings) -> None:
    app = visit(rejected, "customers")
    rows = [(row["customer"], row["columns"], row["rows"], row["rejected"]) for row in table(app)]
    assert rows == [
        ("header", "at, what", 0, 0),
        ("rows", "no table yet", 0, 2),
        ("whole", "no table yet", 0, 1),
    ]
    assert cards(app)["Rejected rows"][0] == "3"


@pytest.mark.parametrize(
    ("customer", "reason"),
    [("rows", "none of its 2 rows could be read"), ("whole", "it has 6 columns")],
)
def test_a_customer_without_a_table_sees_what_was_rejected_and_why(
    visit: Visit, rejected: Settings, customer: str, reason: str
) -> None:
    app = visit(rejected, "customers", customer=customer)
    assert app.title[0].value.startswith(f"`{customer}` has no table yet")
    (file,) = table(app)
    assert reason in file["reason"]


def test_the_rejected_rows_of_a_rejected_file_are_shown(visit: Visit, rejected: Settings) -> None:
    rows = table(visit(rejected, "customers", customer="rows"), 1)
    assert [(row["line"], row["raw"]) for row in rows] == [(2, "1"), (3, "2")]


def test_a_table_of_no_rows_has_a_page(visit: Visit, rejected: Settings) -> None:
    app = visit(rejected, "customers", customer="header")
    assert app.title[0].value.startswith("`header` has 0 rows from 1 upload")

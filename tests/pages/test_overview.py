"""What a visitor of *Overview* reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests import health
from tests.etl.loading import load_all
from tests.pages.test_customers import LOADS
from tests.pages.test_online import SERVERS, events
from tests.pages.test_stores import BUSINESS, DOWN, ZONES, polls
from tests.visits import Visit, cards, said, sentence, table
from warehouse import Settings

LATER = "store_id,status,timestamp_utc\n" + "".join(
    f"{store},inactive,2026-03-{day:02} {hour:02}:30:00 UTC\n"
    for store in ("1111111111111111111", DOWN)
    for day in range(5, 12)
    for hour in range(24)
)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """All four kinds of data in one load, and a second one with news of three of them."""
    stores = {"polls.csv": polls(), "hours.csv": BUSINESS, "zones.csv": ZONES}
    online = {"connectivity_events.csv": events(70), "servers.csv": SERVERS}
    after = health.NEWEST + dt.timedelta(3)
    news = {"new.csv": health.day_file(after, {"a": 3}) + "yesterday,a,b,c\n", "late.csv": LATER}
    before = health.day_file(after - dt.timedelta(7), health.USUAL | {"quiet": 12})
    first = health.files() | stores | online | LOADS[0] | {"more.csv": before}
    return load_all(tmp_path_factory.mktemp("everything"), [first, news])


def lines(app: AppTest) -> list[str]:
    """The running text, line by line."""
    return said(app).splitlines()


def test_the_overview_says_what_the_newest_day_brought(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "overview")
    assert sentence(app) == (
        "6 devices sent 45 reports on Sun 15 Feb 2026, 12.5 % more than a week before"
    )
    assert cards(app) == {"Reports": ("45", "+12.5 %"), "Rejected rows": ("3", "")}
    (row,) = table(app)
    assert (row["dataset"], row["rejected_rows"], row["holes"]) == ("Health reports", 2, 1)
    assert row["newest_event"] == dt.datetime(2026, 2, 15, 14, 3)


def test_a_number_stays_with_its_percent_sign(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "overview")
    assert "12.5\u00a0%" in app.title[0].value
    assert app.metric[0].delta == "+12.5\u00a0%"


def test_each_kind_of_data_has_its_line(everything: Settings, visit: Visit) -> None:
    app = visit(everything, "overview")
    text = lines(app)
    assert (
        "⏰ **Health reports**: complete to Wed 18 Feb 2026 · 3 days missing · "
        "ends 81 days before other data · 3 rows rejected" in text
    )
    assert "✅ **Connectivity**: complete to Sun 10 May 2026" in text
    assert "⏰ **Stores**: complete to Wed 11 Mar 2026 · ends 60 days before other data" in text
    assert any(line.startswith("✅ **Customers**: newest file of ") for line in text)
    assert "⚠️ **Unknown files**: 1 file with 1 row that fits no dataset" in text


def test_four_cards_and_no_sum_of_unlike_things(everything: Settings, visit: Visit) -> None:
    numbers = cards(visit(everything, "overview"))
    assert list(numbers) == ["Reports", "Devices online", "Stores below 90 %", "Rejected rows"]
    assert numbers["Reports"][0] == "3"
    assert numbers["Stores below 90 %"][0] == "2"


def test_a_warehouse_of_stores_alone(tmp_path: Path, visit: Visit) -> None:
    app = visit(load_all(tmp_path, [{"polls.csv": polls(), "hours.csv": BUSINESS}]), "overview")
    assert sentence(app) == ("No health reports are loaded; there are business hours, store status")
    assert list(cards(app)) == ["Stores below 90 %", "Rejected rows"]
    assert "○ **Health reports**: nothing loaded yet" in lines(app)
    assert "✅ **Stores**: complete to Wed 4 Mar 2026" in lines(app)


def test_nothing_loaded(tmp_path: Path, visit: Visit) -> None:
    app = visit(Settings(tmp_path / "incoming", tmp_path / "data"), "overview")
    assert app.title[0].value == "Nothing has been loaded yet"


# Since the last visit.


def test_what_is_new_since_a_load_that_was_seen(everything: Settings, visit: Visit) -> None:
    text = lines(visit(everything, "overview", since="1"))
    assert (
        "📥 1 load: 2 files with 4 rows of health reports, 336 rows of store status; "
        "1 row rejected" in text
    )
    assert "🕳️ 2 new days without health reports: Mon 16 Feb, Tue 17 Feb" in text
    assert "🏪 1 store newly below 90 %" in text
    assert "🔇 1 device with at least 10 reports a week before fell silent on Wed 18 Feb" in text


def test_after_marking_as_seen_nothing_is_new(everything: Settings, visit: Visit) -> None:
    app = visit(everything, "overview", since="1")
    next(b for b in app.button if b.label == "Mark all as seen").click().run()
    assert app.query_params["since"] == "2"
    assert "Nothing new since load 2." in lines(app)


def test_without_a_load_in_the_link_it_says_how_to_keep_one(
    fortnight: Settings, visit: Visit
) -> None:
    text = said(visit(fortnight, "overview"))
    assert "Mark as seen and keep the link" in text


def test_a_load_that_never_was_is_said(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "overview", since="99")
    assert "instead of `since=99`" in app.warning[0].value
    assert "since" not in app.query_params

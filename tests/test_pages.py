"""What a visitor of *Overview*, *Top devices*, *Daily trend* and *Data* reads."""

from __future__ import annotations

import datetime as dt
import math
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from etl.run import load
from pages.parts import commands, ranking, words
from tests import health
from tests.etl.loading import folders, load_all
from tests.visits import Visit, cards, drawn, plain, said, sentence, table
from warehouse import Settings, current_path

PAGES = ("overview", "top_devices", "daily_trend", "data")
REAL = Path(__file__).parents[2] / "shared/real/health_reports.csv"


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_all(tmp_path_factory.mktemp("fortnight"), [health.files()])


# Top devices.


def test_the_newest_day_comes_first(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices")
    assert sentence(app) == (
        "`a` reported most on Sun 15 Feb 2026: 12 times, 20 % more than a week before"
    )
    assert cards(app) == {
        "Reports": ("45", "+12.5 %"),
        "Devices that reported": ("6", "±0 %"),
        "From the top 6": ("100 %", ""),
        "New in the top 6": ("1", ""),
    }


def test_a_rank_that_moved_says_so_in_words(fortnight: Settings, visit: Visit) -> None:
    rows = table(visit(fortnight, "top_devices"))
    assert [(row["device"], row["moved"], row["before"], row["change"]) for row in rows] == [
        ("a", "–", 10, "+20 %"),
        ("new", "new", 0, "new"),
        ("b", "▼ 1", 8, "±0 %"),
        ("c", "▼ 1", 7, "±0 %"),
        ("d", "–", 5, "±0 %"),
        ("=e", "–", 4, "±0 %"),
    ]


def test_a_hole_a_week_before_is_no_drop(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", day="2026-02-12")
    assert sentence(app) == (
        "`a` reported most on Thu 12 Feb 2026: 10 times; there is no data from a week before"
    )
    assert {row["change"] for row in table(app)} == {"no data"}
    assert all(pd.isna(row["before"]) for row in table(app))


def test_sparklines_have_30_days_and_mark_those_without_data(
    fortnight: Settings, visit: Visit
) -> None:
    by_device = {row["device"]: list(row["days"]) for row in table(visit(fortnight, "top_devices"))}
    before, usual = [ranking.HOLE] * 15, 10 / 12
    assert by_device["a"] == [*before, *[usual] * 4, ranking.HOLE, *[usual] * 9, 1]
    assert by_device["new"] == [*before, *[0] * 4, ranking.HOLE, *[0] * 9, 1]


def test_previous_and_next_skip_the_hole(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", day="2026-02-06")
    app.button(key="day ◀ Previous").click().run()
    assert "Wed 4 Feb 2026" in sentence(app)
    assert app.query_params["day"] == "2026-02-04"
    app.button(key="day Next ▶").click().run()
    assert "Fri 6 Feb 2026" in sentence(app)


def test_the_newest_day_leaves_the_url(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", day="2026-02-14")
    app.selectbox(key="day chosen").select(health.NEWEST).run()
    assert "day" not in app.query_params
    assert app.button(key="day Next ▶").disabled


def test_a_day_without_data_names_the_nearest(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", day="2026-02-05")
    assert sentence(app) == "No health reports were loaded for Thu 5 Feb 2026"
    assert "Wed 4 Feb 2026** or **Fri 6 Feb 2026" in said(app)
    assert app.code[0].value.startswith(".venv/bin/python etl/load.py --incoming ")
    app.button(key="day Next ▶").click().run()
    assert "Fri 6 Feb 2026" in sentence(app)


def test_a_link_says_how_many(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", top="3")
    assert [row["device"] for row in table(app)] == ["a", "new", "b"]
    assert cards(app)["From the top 3"] == ("64.4 %", "")


@pytest.mark.parametrize(
    ("link", "instead"),
    [
        ({"day": "yesterday"}, "**Sun 15 Feb 2026** instead of `day=yesterday`"),
        ({"day": "2031-01-01"}, "**Sun 15 Feb 2026** instead of `day=2031-01-01`"),
        ({"top": "1000000"}, "**10** instead of `top=1000000`"),
        (
            {"top": "many", "day": "?"},
            "**Sun 15 Feb 2026** instead of `day=?`, **10** instead of `top=many`",
        ),
    ],
)
def test_a_link_that_makes_no_sense_shows_the_default_and_says_so(
    fortnight: Settings, visit: Visit, link: dict[str, str], instead: str
) -> None:
    app = visit(fortnight, "top_devices", **link)
    assert "Sun 15 Feb 2026" in sentence(app)
    assert len(table(app)) == 6
    (notice,) = app.warning
    assert notice.value == f"The link asks for what is not there, so shown is {instead}."
    assert not app.query_params
    app.run()
    assert not app.warning


@pytest.mark.parametrize(
    "link", [{}, {"top": "10"}, {"top": "3", "day": "2026-02-15", "device": "a"}, {"strange": "1"}]
)
def test_a_link_that_makes_sense_gives_no_notice(
    fortnight: Settings, visit: Visit, link: dict[str, str]
) -> None:
    assert not visit(fortnight, "top_devices", **link).warning


def test_a_day_before_the_first_shows_the_first(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend", last_day="1999-01-01", type="nosuch", days="99999")
    assert "on Sun 1 Feb 2026" in sentence(app)
    assert app.warning[0].value == (
        "The link asks for what is not there, so shown is **Sun 1 Feb 2026** instead of "
        "`last_day=1999-01-01`, **sensor** instead of `type=nosuch`, **30** instead of "
        "`days=99999`."
    )
    assert app.query_params == {"last_day": "2026-02-01"}


def test_a_device_shows_the_lines_behind_its_number(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", device="a")
    assert "142 reports in the 30 days to Sun 15 Feb, by status" in said(app)
    assert "12 reports on Sun 15 Feb from 1 file, 1 repeated delivery not counted" in said(app)
    sources = table(app, 1)
    assert [(row["line"], row["counts"]) for row in sources[:3]] == [
        (2, True),
        (3, False),
        (4, True),
    ]
    app.button(key="close device").click().run()
    assert "device" not in app.query_params


def test_a_device_that_did_not_report_is_said_so(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", device="gone")
    assert "No reports on Sun 15 Feb 2026" in said(app)


@pytest.mark.skipif(
    not REAL.exists(), reason="the exercise's own file lies beside the project only"
)
def test_the_real_top_ten_of_9_may(tmp_path: Path, visit: Visit) -> None:
    csv = REAL.read_text(encoding="utf-8")
    settings = load_all(tmp_path, [{"health_reports.csv": csv}])
    today, before = (health.occurrences(csv, day) for day in ("2017-05-09", "2017-05-02"))
    expected = sorted(today, key=lambda device: (-today[device], device))[:10]
    rows = table(visit(settings, "top_devices", day="2017-05-09"))
    assert [(row["device"], row["reports"], row["before"]) for row in rows] == [
        (device, today[device], before[device]) for device in expected
    ]
    assert sum(row["reports"] >= 7 for row in rows) == 7


# Daily trend.


def test_the_busiest_type_comes_first(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend", days="15")
    assert sentence(app) == (
        "4 sensor devices reported on Sun 15 Feb 2026, as many as a week before"
    )
    assert cards(app)["Days with data"] == ("14 of 15", "")


@pytest.mark.parametrize("days", ["2", "7"])
def test_a_few_days_are_compared_to_a_week_before_too(
    fortnight: Settings, visit: Visit, days: str
) -> None:
    app = visit(fortnight, "daily_trend", days=days, type="Any")
    assert sentence(app) == "6 devices reported on Sun 15 Feb 2026, as many as a week before"
    assert len(table(app)) == int(days)
    assert cards(app)["Days with data"] == (f"{days} of {days}", "")


def test_the_newest_day_is_said_to_be_seen_in_part(fortnight: Settings, visit: Visit) -> None:
    note = "Sun 15 Feb is seen only up to its newest report, at 14:03 UTC"
    for page in ("overview", "top_devices", "daily_trend"):
        assert note in said(visit(fortnight, page))
    assert note not in said(visit(fortnight, "top_devices", day="2026-02-14"))
    assert note not in said(visit(fortnight, "daily_trend", last_day="2026-02-14"))


def test_a_number_stays_with_its_percent_sign(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "overview")
    assert "12.5\u00a0%" in app.subheader[0].value
    assert app.metric[0].delta == "+12.5\u00a0%"


def test_a_drop_has_the_minus_of_everywhere(tmp_path: Path, visit: Visit) -> None:
    days = {health.NEWEST - dt.timedelta(7): {"a": 3}, health.NEWEST: {"a": 1}}
    files = {f"{day}.csv": health.day_file(day, counts) for day, counts in days.items()}
    app = visit(load_all(tmp_path, [files]), "top_devices")
    assert sentence(app) == (
        "`a` reported most on Sun 15 Feb 2026: 1 time, 66.7 % fewer than a week before"
    )
    assert cards(app)["Reports"] == ("1", "−66.7 %")
    assert app.metric[0].proto.direction == app.metric[0].proto.MetricDirection.DOWN
    assert table(app)[0]["change"] == "−66.7 %"


def test_a_gap_has_no_number(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend", type="Any", status="online", days="15")
    rows = {row["day"]: row["devices"] for row in table(app)}
    assert len(rows) == 15
    assert pd.isna(rows[health.HOLE])
    assert rows[health.NEWEST] == 6


def test_a_last_day_without_data_is_unknown(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend", last_day="2026-02-05")
    assert sentence(app) == (
        "No data was loaded for Thu 5 Feb 2026, so how many sensor devices reported is unknown"
    )


def test_a_type_that_is_called_any_is_one_of_them(tmp_path: Path, visit: Visit) -> None:
    lines = "2026-02-15T10:00:00Z,a,Any,online\n2026-02-15T10:00:00Z,b,sensor,online\n"
    settings = load_all(tmp_path, [{"any.csv": health.HEADER + lines}])
    named = visit(settings, "daily_trend", type="Any")
    assert sentence(named) == "1 Any device reported on Sun 15 Feb 2026"
    assert named.selectbox(key="type").options == ["Any", "sensor", "(Any)"]
    every = visit(settings, "daily_trend", type="(Any)")
    assert sentence(every) == "2 devices reported on Sun 15 Feb 2026"


def test_a_status_is_part_of_the_sentence(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend", type="camera", status="error")
    assert sentence(app) == (
        "1 camera device reported error on Sun 15 Feb 2026, as many as a week before"
    )


# The ends of the calendar among ordinary days.


FAR = "".join(
    f"{day}T00:00:00Z,a,sensor,online\n"
    for day in ("0001-01-01", "0001-01-02", "2026-02-15", "9999-12-31")
)


@pytest.fixture(scope="module")
def ages(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load_all(tmp_path_factory.mktemp("ages"), [{"ages.csv": health.HEADER + FAR}])


@pytest.mark.parametrize("day", ["0001-01-01", "0001-01-02", "2026-02-15", "9999-12-31"])
def test_any_day_of_the_calendar_is_shown(ages: Settings, visit: Visit, day: str) -> None:
    said_day = words.day(dt.date.fromisoformat(day))
    leading = visit(ages, "top_devices", day=day, device="a")
    assert f"reported most on {said_day}" in sentence(leading)
    assert f"1 report on {words.short_day(dt.date.fromisoformat(day))} from 1 file" in said(leading)
    trend = visit(ages, "daily_trend", last_day=day)
    assert sentence(trend) == f"1 sensor device reported on {said_day}"
    assert trend.selectbox(key="last_day chosen").options == [
        "Fri 31 Dec 9999",
        "Sun 15 Feb 2026",
        "Tue 2 Jan 0001",
        "Mon 1 Jan 0001",
    ]
    assert "1 device sent 1 report on Fri 31 Dec 9999" in said(visit(ages, "overview"))


# Overview.


def test_the_overview_says_what_the_newest_day_brought(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "overview")
    assert sentence(app) == (
        "6 devices sent 45 reports on Sun 15 Feb 2026, 12.5 % more than a week before"
    )
    assert cards(app)["Days missing"] == ("1", "")
    assert cards(app)["Rejected rows"] == ("3", "")
    (row,) = table(app)
    assert (row["dataset"], row["rejected_rows"], row["holes"]) == ("Health reports", 2, 1)
    assert row["newest_event"] == dt.datetime(2026, 2, 15, 14, 3)


# Data.


def test_what_came_in(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "data")
    assert "took 14 files with 579 rows and rejected 3 rows" in sentence(app)
    assert cards(app)["Files rejected"] == ("1", "")
    assert table(app)[0]["rows_read"] == 582


def test_a_line_on_a_card_is_interrupted_where_there_is_no_data(
    fortnight: Settings, visit: Visit
) -> None:
    card = visit(fortnight, "overview").metric[0]
    drawn = [None if math.isnan(value) else value for value in card.proto.chart_data]
    assert drawn == [None] * 15 + [40] * 4 + [None] + [40] * 9 + [45]


def test_a_file_that_fits_no_dataset_says_why(fortnight: Settings, visit: Visit) -> None:
    (row,) = table(visit(fortnight, "data", show="Files", fate="rejected"))
    assert row["path"] == "notes.csv"
    assert row["reason"]


def test_the_numbers_of_rejected_rows_explain_each_other(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "data", show="Rejected rows")
    card = next(card for card in app.metric if card.label == "Rows rejected")
    assert card.value == "3"
    assert plain(card.proto.delta_description) == "0.5 % of those read, 1 in 1 whole file"
    assert len(table(app)) == 2
    assert "Not in this list: 1 in 1 whole file; see *Files*." in said(app)
    overview = said(visit(fortnight, "overview"))
    assert "Not in the table: 1 file with 1 row that fits no dataset" in overview


def test_reasons_beyond_the_commonest_stand_together(tmp_path: Path, visit: Visit) -> None:
    lines = [f"2026-02-15T10:00:00Z,a,b{',c' * cells}\n" for cells in (0, *range(2, 12))]
    settings = load_all(tmp_path, [{"odd.csv": health.HEADER + "".join(lines)}])
    app = visit(settings, "data", show="Rejected rows")
    bars = drawn(app, "Rejected rows by reason")
    assert len(bars) == 8
    assert bars[-1]["name"] == "all 4 other reasons"
    assert sum(bar["amount"] for bar in bars) == len(lines)


def test_rejected_rows_are_found_by_what_they_say(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "data", show="Rejected rows")
    assert len(table(app)) == 2
    app.text_input(key="text").input("id is EMPTY").run()
    (row,) = table(app)
    assert (row["path"], row["raw"]) == ("health/2026-02-14.csv", health.REJECTED[1].strip())
    assert "Not in this list" not in said(app)
    app.text_input(key="text").input("nothing like that").run()
    assert app.info[0].value == "No rejected row fits the filter."


# When there is nothing, or something is broken.


@pytest.mark.parametrize("page", PAGES)
def test_before_the_first_load_it_says_what_to_do(page: str, tmp_path: Path, visit: Visit) -> None:
    settings = folders(tmp_path)
    app = visit(settings, page)
    assert app.header[0].value == "Nothing has been loaded yet"
    load = f".venv/bin/python etl/load.py --incoming {settings.incoming} --data {settings.data}"
    demo = f".venv/bin/python etl/demo.py --out {settings.incoming}"
    assert [code.value for code in app.code] == [load, f"{demo}\n{load}"]


def test_folders_that_are_the_usual_ones_are_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLEETPULSE_INCOMING", raising=False)
    monkeypatch.setenv("FLEETPULSE_DATA", "/srv/the data")
    assert commands.load() == ".venv/bin/python etl/load.py --data '/srv/the data'"
    assert commands.repair() == ".venv/bin/python etl/verify.py --data '/srv/the data' --repair"
    monkeypatch.delenv("FLEETPULSE_DATA")
    assert commands.load() == ".venv/bin/python etl/load.py"


@pytest.mark.parametrize("page", ["overview", "top_devices", "daily_trend", "online_fleet"])
def test_after_a_load_of_nothing_it_says_what_to_do(
    page: str, tmp_path: Path, visit: Visit
) -> None:
    app = visit(load_all(tmp_path, [{}]), page)
    assert app.header[0].value == "Nothing has been loaded yet"
    assert len(app.code) == 2


@pytest.mark.parametrize("page", ["overview", "top_devices", "daily_trend", "online_fleet"])
def test_after_a_load_of_strangers_it_says_where_to_look(
    page: str, tmp_path: Path, visit: Visit
) -> None:
    app = visit(load_all(tmp_path, [{"notes.csv": "what,ever\n1,2\n"}]), page)
    assert app.header[0].value == "No row has been loaded yet"
    assert "1 file came in, of which nothing could be loaded; *Data* says why" in said(app)


def test_a_lost_file_is_told_from_nothing_loaded(tmp_path: Path, visit: Visit) -> None:
    settings = load_all(tmp_path, [health.files()])
    settings.warehouse.unlink()
    shutil.rmtree(settings.generations)
    app = visit(settings, "overview")
    assert app.header[0].value == "The DuckDB file is gone, the data is not"
    assert len(app.code) == 1
    load(settings)
    assert sentence(visit(settings, "overview")).startswith("6 devices sent 45 reports")


@pytest.mark.parametrize("page", PAGES)
def test_no_page_shows_a_missing_value(page: str, fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, page)
    shown = said(app) + str(cards(app))
    assert not any(word in shown for word in ("None", "nan", "NaT", "_"))


@pytest.mark.parametrize("page", ["top_devices", "daily_trend"])
def test_other_data_only(page: str, tmp_path: Path, visit: Visit) -> None:
    settings = load_all(tmp_path, [{"servers.csv": "7,2026-01-01 00:00:00,\n"}])
    app = visit(settings, page)
    assert app.header[0].value == "No health reports have been loaded yet"
    assert "There is other data: servers." in said(app)
    assert sentence(visit(settings, "overview")).startswith("1 row of 1 dataset loaded")


def broken(settings: Settings, to: Path) -> Settings:
    """The same data with a generation that cannot answer."""
    copy = Settings(settings.incoming, to / "data")
    shutil.copytree(settings.data, copy.data, symlinks=True)
    with duckdb.connect(current_path(copy)) as connection:
        connection.execute("drop macro table top_devices; drop macro table load_history")
    return copy


def test_a_failed_query_names_the_remedy(fortnight: Settings, tmp_path: Path, visit: Visit) -> None:
    app = visit(broken(fortnight, tmp_path), "top_devices")
    assert "No data is lost: the lake holds every row." in app.error[0].value
    assert app.code[0].value.startswith(".venv/bin/python etl/verify.py --data ")
    assert "Traceback" not in said(app)


def test_a_file_that_is_no_database_names_the_remedy(
    fortnight: Settings, tmp_path: Path, visit: Visit
) -> None:
    settings = broken(fortnight, tmp_path)
    current_path(settings).write_bytes(b"not a database" * 1000)
    app = visit(settings, "overview")
    (error,) = app.error
    assert "The warehouse could not answer" in error.value
    assert app.code[0].value.endswith(" --repair")

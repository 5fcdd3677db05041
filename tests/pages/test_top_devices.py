"""What a visitor of *Top devices* reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from pages.parts.top_devices import ranking
from tests import health
from tests.etl.loading import load_all
from tests.visits import Visit, cards, drawn, plain, said, sentence, table
from warehouse import Settings

REAL = Path(__file__).parents[3] / "shared/real/health_reports.csv"


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


def test_all_devices_that_changed_most(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", list="rose")
    assert sentence(app) == "`a` rose most on Sun 15 Feb 2026, from 10 to 12 reports"
    (row,) = table(app)
    assert (row["device"], row["reports"], row["before"], row["change"]) == ("a", 12, 10, 2)
    assert row["change_pct"] == 20
    assert "against Sun 8 Feb" in said(app)
    silent = visit(fortnight, "top_devices", list="silent")
    assert sentence(silent) == "No device fell silent on Sun 15 Feb 2026"
    hole = visit(fortnight, "top_devices", list="fell", day="2026-02-12")
    assert sentence(hole) == "There is no data from a week before Thu 12 Feb 2026"
    first = visit(fortnight, "top_devices", list="new", day="2026-02-01")
    assert sentence(first) == "There is no data from a week before Sun 1 Feb 2026"


def test_places_and_changes_are_numbers(fortnight: Settings, visit: Visit) -> None:
    rows = table(visit(fortnight, "top_devices"))
    found = [(row["device"], row["moved"], row["before"], row["change"]) for row in rows]
    assert found[0] == ("a", 0, 10, 20)
    assert found[1][0] == "new"
    assert found[1][2] == 0
    assert all(pd.isna(found[1][place]) for place in (1, 3))
    assert found[2:] == [("b", -1, 8, 0), ("c", -1, 7, 0), ("d", 0, 5, 0), ("=e", 0, 4, 0)]


def test_a_hole_a_week_before_is_no_drop(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", day="2026-02-12")
    assert sentence(app) == (
        "`a` reported most on Thu 12 Feb 2026: 10 times; there is no data from a week before"
    )
    assert all(pd.isna(row["change"]) for row in table(app))
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


@pytest.mark.parametrize(("asked", "shown"), [("5.5", "5"), ("3.99", "3"), ("10.4", "10")])
def test_a_number_that_is_cut_to_a_whole_one_is_said_so(
    fortnight: Settings, visit: Visit, asked: str, shown: str
) -> None:
    app = visit(fortnight, "top_devices", top=asked)
    (notice,) = app.warning
    assert notice.value.endswith(f" shown is **{shown}** instead of `top={asked}`.")
    assert app.query_params.get("top", "10") == shown
    app.run()
    assert not app.warning


@pytest.mark.parametrize(
    "link",
    [
        {},
        {"top": "10"},
        {"top": "3", "day": "2026-02-15", "device": "a"},
        {"top": "10.0"},
    ],
)
def test_a_link_that_makes_sense_gives_no_notice(
    fortnight: Settings, visit: Visit, link: dict[str, str]
) -> None:
    assert not visit(fortnight, "top_devices", **link).warning


def test_what_a_page_does_not_know_is_told_and_left_out(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", strange="1", day="2026-02-30")
    said_so = [warning.value for warning in app.warning]
    assert any("says `strange=1`, which this page does not know" in value for value in said_so)
    assert any("instead of `day=2026-02-30`" in value for value in said_so)
    assert not app.query_params


def test_a_device_shows_the_lines_behind_its_number(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", device="a")
    assert app.subheader[0].value.startswith("Reported 12 times on Sun 15 Feb 2026, ")
    assert "142 reports in the 30 days to Sun 15 Feb, by status" in said(app)
    assert "12 reports on Sun 15 Feb from 1 file, 1 repeated delivery not counted" in said(app)
    sources = table(app, 1)
    assert [(row["line"], row["counts"]) for row in sources[:3]] == [
        (2, True),
        (3, False),
        (4, True),
    ]


def test_a_device_that_did_not_report_is_said_so(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", device="gone")
    assert "Did not report on Sun 15 Feb 2026; its newest report is of Sat 14 Feb 2026" in said(app)


def test_an_id_that_nobody_has_is_no_dead_device(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", device="on")
    assert app.warning[0].value.startswith("No device `on` ever reported.")
    assert not app.subheader
    app.button(key="find it").click().run()
    assert app.query_params == {"find": "on"}
    assert sentence(app) == "1 of 7 devices matches `on`"


def test_two_devices_beside_each_other(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", device="b,a")
    assert plain(app.subheader[0].value).startswith(
        "`a` reported most in the 30 days to Sun 15 Feb"
    )
    rows = table(app, 1)
    assert [(row["device"], row["occurrences"], row["reports"]) for row in rows] == [
        ("b", 8, 112),
        ("a", 12, 142),
        ("a less b", 4, 30),
    ]
    points = drawn(app, "Lines of the reports a day of 2 devices")
    hole = [point["amount"] for point in points if point["day"] == health.HOLE]
    assert hole == [None, None]


def test_more_than_four_devices_are_cut_to_four(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", device="a,b,c,d,new,gone")
    assert "shown is **the first 4 devices** instead" in app.warning[0].value
    assert app.query_params == {"device": "a,b,c,d"}


def test_a_comma_within_an_id(tmp_path: Path, visit: Visit) -> None:
    rows = '2026-02-15T10:00:00Z,"a,1",sensor,online\n2026-02-15T11:00:00Z,100%,sensor,online\n'
    settings = load_all(tmp_path, [{"h.csv": health.HEADER + rows}])
    for written in ("a%2C1", "100%", "100%25"):
        app = visit(settings, "top_devices", device=written)
        assert app.subheader[0].value.startswith("Reported 1 time on Sun 15 Feb 2026")


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


def test_a_drop_has_the_minus_of_everywhere(tmp_path: Path, visit: Visit) -> None:
    days = {health.NEWEST - dt.timedelta(7): {"a": 3}, health.NEWEST: {"a": 1}}
    files = {f"{day}.csv": health.day_file(day, counts) for day, counts in days.items()}
    app = visit(load_all(tmp_path, [files]), "top_devices")
    assert sentence(app) == (
        "`a` reported most on Sun 15 Feb 2026: 1 time, 66.7 % fewer than a week before"
    )
    assert cards(app)["Reports"] == ("1", "−66.7 %")
    assert app.metric[0].proto.direction == app.metric[0].proto.MetricDirection.DOWN
    assert round(table(app)[0]["change"], 1) == -66.7


def test_a_tie_that_goes_on_below_the_list_is_not_counted_as_if_it_ended(
    visit: Visit, tmp_path: Path
) -> None:
    rows = "".join(f"2026-02-15T10:00:00Z,`d{n}`,sensor,online\n" for n in range(3))
    settings = load_all(tmp_path, [{"h.csv": health.HEADER + rows}])
    said = "reported most on Sun 15 Feb 2026: 1 time each"
    app = visit(settings, "top_devices", top="2")
    assert sentence(app) == f"`` `d0` `` and at least 1 other device {said}"
    assert sentence(visit(settings, "top_devices")) == f"`` `d0` `` and 2 other devices {said}"


def test_a_device_is_found_by_any_part_of_its_id_among_all(
    fortnight: Settings, visit: Visit
) -> None:
    app = visit(fortnight, "top_devices", find="E", top="1")
    assert sentence(app) == "3 of 7 devices match `E`"
    found = [(row["device"], row["reports"], row["before"]) for row in table(app)]
    assert found == [("new", 9, 0), ("=e", 4, 4), ("gone", 0, 6)]
    app.text_input(key="find typed").set_value("new").run()
    assert sentence(app) == "1 of 7 devices matches `new`"
    assert app.query_params == {"find": "new", "top": "1"}
    app.button(key="find nothing").click().run()
    assert "find" not in app.query_params
    assert "reported most" in sentence(app)


def test_a_device_that_did_not_report_for_weeks_is_found_too(visit: Visit, tmp_path: Path) -> None:
    lines = "2026-01-02T10:00:00Z,lost,sensor,ok\n2026-02-15T10:00:00Z,a,sensor,ok\n"
    app = visit(load_all(tmp_path, [{"h.csv": health.HEADER + lines}]), "top_devices", find="os")
    (row,) = table(app)
    assert (row["device"], row["reports"], f"{row['last']}") == ("lost", 0, "2026-01-02")


def test_nothing_found_says_among_how_many(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "top_devices", find="zz`")
    assert sentence(app) == "None of 7 devices match `` zz` ``"
    assert "try a shorter one" in said(app)
    assert not app.dataframe

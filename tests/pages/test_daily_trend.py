"""What a visitor of *Daily trend* reads."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tests import health
from tests.etl.loading import load_all
from tests.visits import Visit, cards, drawn, sentence, table
from warehouse import Settings


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


def test_a_link_copied_today_shows_the_same_type_tomorrow(
    fortnight: Settings, visit: Visit, tmp_path: Path
) -> None:
    today = visit(fortnight, "daily_trend").query_params
    assert today == {"type": "sensor"}
    times = (f"{at // 60:02}:{at % 60:02}" for at in range(999))
    cameras = "".join(f"2026-02-15T10:{time}Z,d,camera,online\n" for time in times)
    tomorrow = load_all(tmp_path, [health.files() | {"more.csv": health.HEADER + cameras}])
    assert visit(tomorrow, "daily_trend").query_params == {"type": "camera"}
    assert sentence(visit(tomorrow, "daily_trend", **today)).startswith("4 sensor devices")


def test_a_chosen_type_stands_in_the_url_whatever_it_is(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend")
    for kind, said in (("camera", "1 camera device"), ("Any", "6 devices"), ("sensor", "4 sensor")):
        app.selectbox(key="type chosen").select(kind).run()
        assert sentence(app).startswith(said)
        assert app.query_params == {"type": kind}
        assert not app.warning


def test_what_is_not_there_is_shown_as_the_default(fortnight: Settings, visit: Visit) -> None:
    link = {"last_day": "1999-01-01", "type": "nosuch", "status": "nosuch", "days": "99999"}
    app = visit(fortnight, "daily_trend", **link)
    assert "on Sun 1 Feb 2026" in sentence(app)
    assert app.warning[0].value == (
        "The link asks for what is not there, so shown is **sensor** instead of `type=nosuch`, "
        "**Sun 1 Feb 2026** instead of `last_day=1999-01-01`, **1 day** instead of `days=99999`, "
        "**Any** instead of `status=nosuch`."
    )
    assert app.query_params == {"type": "sensor", "last_day": "2026-02-01"}


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
    assert named.selectbox(key="type chosen").options == ["Any", "sensor", "(Any)"]
    every = visit(settings, "daily_trend", type="(Any)")
    assert sentence(every) == "2 devices reported on Sun 15 Feb 2026"


def test_a_status_is_part_of_the_sentence(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend", type="camera", status="error")
    assert sentence(app) == (
        "1 camera device reported error on Sun 15 Feb 2026 (100 % of 1), as many as a week before"
    )


def test_names_from_the_data_are_no_markdown(visit: Visit, tmp_path: Path) -> None:
    kind, status = "![x](http://evil.example/x.png)", "[go](http://evil.example)"
    row = f"2026-02-15T10:00:00Z,d1,{kind},{status}\n"
    settings = load_all(tmp_path, [{"h.csv": health.HEADER + row}])
    app = visit(settings, "daily_trend", status=status)
    assert sentence(app) == f"1 `{kind}` device reported `{status}` on Sun 15 Feb 2026 (100 % of 1)"
    app = visit(settings, "daily_trend", type=kind[1:])
    assert app.warning[0].value == (
        f"The link asks for what is not there, so shown is **`{kind}`** "
        f"instead of `type={kind[1:]}`."
    )


def test_each_day_has_the_share_of_its_kind(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend", type="sensor", status="error", measure="share")
    rows = {row["day"]: row for row in table(app)}
    assert rows[health.NEWEST]["share_pct"] == 100
    points = {point["day"]: point for point in drawn(app, "Line of sensor devices")}
    assert points[health.NEWEST]["amount"] == 100
    assert (points[health.HOLE]["amount"], points[health.HOLE]["hole"]) == (None, "no data")


def test_a_day_shows_what_its_devices_reported(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend", type="Any", day="2026-02-14")
    assert app.subheader[0].value == "6 devices sent 40 reports"
    statuses = {row["status"]: row["devices"] for row in table(app, -1)}
    assert statuses == {"online": 6, "offline": 6, "error": 6}


def test_a_day_that_is_none_is_said_so(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "daily_trend", day="2026-02-30")
    assert "**Sun 15 Feb 2026** instead of `day=2026-02-30`" in app.warning[0].value
    assert not app.subheader

"""What a visitor of *Store uptime* and *Reports* reads, on polls that the loader took."""

from __future__ import annotations

import datetime as dt
import math
import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.store_uptime import cause, clock
from reports import Jobs, order
from tests.etl.loading import load_all
from tests.visits import Visit, cards, drawn, plain, said, sentence, table
from warehouse import Settings

# A week of polls on the hour, up to Wed 4 Mar 2026, 12:00 UTC.
NEWEST = dt.datetime(2026, 3, 4, 12)
WEEK = dt.timedelta(7)
HOURS = [NEWEST - dt.timedelta(hours=back) for back in reversed(range(24 * 7 + 1))]
GOOD, DOWN, SILENT = "1111111111111111111", "2222222222222222222", "3333333333333333333"
SHAKY = "4444444444444444444"  # always open, down from 23:30 to 05:30, asked often about 02:00

BUSINESS = "store_id,dayOfWeek,start_time_local,end_time_local\n" + "".join(
    f"{store},{day},09:00:00,17:00:00\n" for store in (GOOD, DOWN, SILENT) for day in range(7)
)
ZONES = f"store_id,timezone_str\n{GOOD},Europe/Berlin\n{DOWN},Asia/Tokyo\n{SILENT},Asia/Tokyo\n"


def polls() -> str:
    lines = ["store_id,status,timestamp_utc"]
    for at in HOURS:
        night = dt.datetime(2026, 3, 3) <= at <= dt.datetime(2026, 3, 3, 5)
        lines += [f"{GOOD},active,{at} UTC", f"{DOWN},inactive,{at} UTC"]
        lines += [f"{SHAKY},{'inactive' if night else 'active'},{at} UTC"]
    lines += [f"{SHAKY},inactive,2026-03-03 02:{minute} UTC" for minute in ("10:00", "20:00")]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    files = {"polls.csv": polls(), "hours.csv": BUSINESS, "zones.csv": ZONES}
    return load_all(tmp_path_factory.mktemp("week"), [files])


def listed(app: AppTest) -> list[str]:
    return [row["store"] for row in table(app)]


# The answer and its numbers.


def test_the_page_opens_with_the_answer(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime")
    assert sentence(app) == (
        "3 stores were up 65.5 % of the known opening hours on average in the 7 days to "
        "Wed 4 Mar 2026, 12:00 UTC; 1 of them less than 90 %"
    )
    numbers = {label: value for label, (value, _) in cards(app).items()}
    assert numbers == {
        "Stores": "4",
        "Mean uptime": "65.5 %",
        "Below 90 %": "1",
        "Unknown": "16.7 %",
    }


def test_the_worst_comes_first_and_what_is_not_known_last(visit: Visit, week: Settings) -> None:
    rows = table(visit(week, "store_uptime"))
    assert [row["store"] for row in rows] == [DOWN, SHAKY, GOOD, SILENT]
    shaky, silent = rows[1], rows[3]
    assert (shaky["uptime"], shaky["down"], shaky["unknown"]) == (96.4, 6, 0)
    assert (shaky["least"], shaky["most"]) == (95.8, 97)
    assert math.isnan(silent["uptime"])
    assert (silent["unknown"], silent["least"], silent["most"]) == (100, 0, 100)


def test_a_store_without_a_zone_is_in_chicago(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", zone="America/Chicago")
    assert listed(app) == [SHAKY]
    assert sentence(app).startswith("1 store in America/Chicago was up 96.4 %")


def test_a_shorter_window_has_its_own_numbers(visit: Visit, week: Settings) -> None:
    link = {"window": "day", "as_of": "2026-03-03T06:00"}
    app = visit(week, "store_uptime", **link)
    assert "in the 24 hours to Tue 3 Mar 2026, 06:00 UTC" in sentence(app)
    rows = {row["store"]: row for row in table(app)}
    assert (rows[SHAKY]["uptime"], rows[SHAKY]["down"]) == (75, 6)
    assert "least" not in rows[SHAKY]  # the polls' range is known for a week only


def test_the_effect_of_the_method_is_said(visit: Visit, week: Settings) -> None:
    nearest = visit(week, "store_uptime")
    assert plain(nearest.expander[0].label) == (
        "By the method *hour a poll* instead: mean 65.1 % (−0.4 points), 1 below 90 % (±0), "
        "one store by 1.1 points"
    )
    poll = visit(week, "store_uptime", method="poll")
    assert cards(poll)["Mean uptime"][0] == "65.1 %"
    assert "*nearest poll* instead: mean 65.5 % (+0.4 points)" in plain(poll.expander[0].label)


# Filters.


@pytest.mark.parametrize(
    ("link", "stores"),
    [
        ({"only": "low"}, [DOWN]),
        ({"only": "low", "below": "97"}, [DOWN, SHAKY]),
        ({"only": "silent"}, [SILENT]),
        ({"only": "low,silent"}, []),
        ({"uptime": "95-100"}, [SHAKY, GOOD]),
        ({"listed": "2"}, [DOWN, SHAKY]),
    ],
)
def test_a_link_narrows_the_list(
    visit: Visit, week: Settings, link: dict[str, str], stores: list[str]
) -> None:
    app = visit(week, "store_uptime", **link)
    if stores:
        assert listed(app) == stores
    else:
        assert "No store is left by these filters." in said(app)


@pytest.mark.parametrize(
    ("link", "instead"),
    [
        ({"only": "nosuch"}, "**every store** instead of `only=nosuch`"),
        ({"only": "low,nosuch"}, "**low** instead of `only=low,nosuch`"),
        ({"uptime": "87-90"}, "**every uptime** instead of `uptime=87-90`"),
        ({"listed": "2.5"}, "**2** instead of `listed=2.5`"),
        ({"below": "nan"}, "**90** instead of `below=nan`"),
    ],
)
def test_a_filter_that_is_none_is_said_to_be_left_out(
    visit: Visit, week: Settings, link: dict[str, str], instead: str
) -> None:
    (notice,) = visit(week, "store_uptime", **link).warning
    assert notice.value == f"The link asks for what is not there, so shown is {instead}."


@pytest.mark.parametrize(
    "link", [{"below": "90.0"}, {"only": "silent,low"}, {"uptime": "0-5"}, {"unknown": "5.50"}]
)
def test_a_filter_that_is_one_gives_no_notice(
    visit: Visit, week: Settings, link: dict[str, str]
) -> None:
    assert not visit(week, "store_uptime", **link).warning


def test_a_chosen_step_can_be_cleared(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", uptime="95-100")
    next(b for b in app.button if plain(b.label) == "Uptime 95 to 100 % ✕").click().run()
    assert listed(app) == [DOWN, SHAKY, GOOD, SILENT]
    assert "uptime" not in app.query_params


# The instant.


def test_an_instant_of_another_zone_is_the_same_instant(visit: Visit, week: Settings) -> None:
    utc = visit(week, "store_uptime", as_of="2026-03-03T06:00")
    berlin = visit(week, "store_uptime", as_of="2026-03-03T07:00:00+01:00")
    assert berlin.title[0].value == utc.title[0].value


def test_an_instant_beyond_the_polls_says_what_may_be_asked(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", as_of="2026-03-12T00:00")
    assert app.warning[0].value == (
        "Nothing is known as of Thu 12 Mar 2026, 00:00 UTC. The polls reach from Wed 25 Feb 2026, "
        "12:00 UTC to Wed 4 Mar 2026, 12:00 UTC. Any instant up to 7 days after the newest can be "
        "asked."
    )
    next(b for b in app.button if b.label == "Show the newest poll").click().run()
    assert "Wed 4 Mar 2026, 12:00 UTC" in sentence(app)


def test_an_instant_that_is_none_says_what_one_looks_like(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", as_of="yesterday")
    assert "`as_of=yesterday` is not an instant like `2026-02-15T10:00`" in app.warning[0].value
    assert app.session_state["as of chosen"] == NEWEST
    assert sentence(app).startswith("3 stores were up")


@pytest.mark.parametrize(
    ("asked", "nearest"), [("1999-01-01T00:00", HOURS[0]), ("2031-01-01T00:00", NEWEST + WEEK)]
)
def test_beside_an_instant_that_may_not_be_asked_stands_the_nearest(
    visit: Visit, week: Settings, asked: str, nearest: dt.datetime
) -> None:
    app = visit(week, "store_uptime", as_of=asked)
    assert abs(app.session_state["as of chosen"] - nearest) <= dt.timedelta(minutes=1)
    assert app.query_params["as_of"] == asked


def test_an_instant_between_polls_that_are_years_apart(visit: Visit, tmp_path: Path) -> None:
    lines = "".join(f"{GOOD},active,{day} 12:00:00 UTC\n" for day in ("2023-01-01", "2026-03-04"))
    settings = load_all(tmp_path, [{"polls.csv": f"store_id,status,timestamp_utc\n{lines}"}])
    app = visit(settings, "store_uptime", as_of="2024-06-01T00:00")
    assert app.warning[0].value.endswith("No store was polled for more than a year around it.")


def test_choices_that_do_not_exist_leave_the_link(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", method="garbage", window="Hour", only="low")
    assert {name: app.query_params.get(name) for name in ("method", "window", "only")} == {
        "method": None,
        "window": None,
        "only": "low",
    }
    assert "There is no metric `nope`" in visit(week, "reports", metric="nope").warning[0].value


# One store.


def test_a_store_has_its_url(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", store=SHAKY)
    assert f"`{SHAKY}` was up 96.4 % of the 168 h that are known, and down 6 h" in said(app)
    assert "Always open, by the clock of America/Chicago (assumed, no zone was loaded)" in said(app)
    assert cards(app)["Possible range"][0] == "95.8–97 %"
    assert (cards(app)["Open"][0], cards(app)["Polls"][0]) == ("168 h", "170")


def test_by_the_other_method_a_store_says_its_polls(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", store=SHAKY, method="poll")
    assert f"`{SHAKY}` was up 162 h and down 8 h, an hour for each of 170 polls" in said(app)
    assert cards(app)["Open"][0] == "168 h"


def test_an_hour_for_a_single_poll(visit: Visit, tmp_path: Path) -> None:
    one = f"store_id,status,timestamp_utc\n{GOOD},active,{NEWEST} UTC\n"
    app = visit(load_all(tmp_path, [{"one.csv": one}]), "store_uptime", store=GOOD, method="poll")
    assert "was up 1 h and down 0 h, an hour for the one poll while open" in said(app)


def test_a_store_never_heard_of_has_one_too(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", store=SILENT)
    assert f"`{SILENT}` was not heard of while open" in said(app)


def test_a_store_that_does_not_exist(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", store="0")
    assert "There is no store `0`" in app.warning[0].value


def test_the_neighbours_in_the_list_are_one_click_away(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", store=SHAKY)
    assert "2 of 4 listed" in said(app)
    next(b for b in app.button if b.label == "◀ Worse").click().run()
    assert app.query_params["store"] == DOWN


def test_a_store_says_what_made_its_number(visit: Visit, week: Settings) -> None:
    text = said(visit(week, "store_uptime", store=SHAKY))
    assert "and down 6 h, all of it on Mon 2 Mar; 8 of 170 polls found it down" in text


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ({1: 4.0, 2: 3.0, 3: 0.5}, "most of it on Thu 1 Oct"),
        ({1: 2.0, 2: 3.0, 3: 1.5, 4: 0.5}, "most of it on Thu 1 Oct and Fri 2 Oct"),
        ({1: 2.0}, "all of it on Thu 1 Oct"),
        (dict.fromkeys(range(1, 9), 1.0), "spread over 8 days"),
    ],
)
def test_the_days_that_hold_most_of_it(hours: dict[int, float], said: str) -> None:
    down = {dt.date(2026, 10, day): much for day, much in hours.items()}
    assert cause.when(down) == said


# Found by any part of an id.


def test_a_store_is_found_among_all_by_a_part_of_its_id(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", find="333", only="low", zone="America/Chicago")
    assert sentence(app) == "1 of 4 stores matches `333`"
    assert listed(app) == [SILENT]
    next(b for b in app.button if b.label == "Show all").click().run()
    assert "find" not in app.query_params


def test_an_id_that_nobody_has_is_not_found(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", find="x")
    assert sentence(app) == "None of 4 stores match `x`"


def test_a_store_of_another_zone_opens_too(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", store=SHAKY, zone="Asia/Tokyo")
    assert f"`{SHAKY}` was up 96.4 %" in said(app)


# Beside each other.


def test_stores_beside_each_other(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", store=f"{GOOD},{SHAKY}")
    assert f"`{GOOD}` was up most in the 7 days to Wed 4 Mar 2026" in said(app)
    good, shaky, apart = table(app, 1)
    assert (good["uptime"], shaky["uptime"], apart["uptime"]) == (100, 96.4, pytest.approx(-3.6))
    assert apart["store"] == f"{SHAKY} less {GOOD}"
    assert (apart["down"], apart["open"]) == (6, 168 - 56)
    points = drawn(app, "Lines of the daily uptime of 2 stores")
    bad = {row["day"]: row["uptime_pct"] for row in points if row["store"] == SHAKY}
    assert bad[dt.date(2026, 3, 2)] == pytest.approx(75)


def test_more_than_four_are_the_first_four(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", store="1,2,3,4,5")
    assert app.query_params["store"] == "1,2,3,4"


def test_a_store_that_does_not_exist_among_others(visit: Visit, week: Settings) -> None:
    app = visit(week, "store_uptime", store=f"{GOOD},0")
    assert "There is no store `0`" in app.warning[0].value
    assert f"`{GOOD}` was up 100 %" in said(app)


# The clock of a timeline.


def spans(first: str, last: str, zone: str) -> list[tuple[str, float, float]]:
    pieces = clock.by_day(
        dt.datetime.fromisoformat(first), dt.datetime.fromisoformat(last), ZoneInfo(zone)
    )
    return [(str(day), start, end) for day, start, end in pieces]


def test_a_span_is_cut_at_local_midnight() -> None:
    assert spans("2026-03-03 20:00:00", "2026-03-04 08:00:00", "America/Chicago") == [
        ("2026-03-03", 14.0, 24.0),
        ("2026-03-04", 0.0, 2.0),
    ]


def test_an_hour_that_happens_twice_is_covered_twice() -> None:
    assert spans("2026-11-01 05:00:00", "2026-11-01 09:00:00", "America/Chicago") == [
        ("2026-11-01", 0.0, 2.0),
        ("2026-11-01", 1.0, 3.0),
    ]


def test_an_hour_that_is_skipped_is_left_out() -> None:
    assert spans("2026-03-08 07:00:00", "2026-03-08 09:00:00", "America/Chicago") == [
        ("2026-03-08", 1.0, 2.0),
        ("2026-03-08", 3.0, 4.0),
    ]


def test_a_day_that_begins_at_one() -> None:
    assert spans("2026-03-28 21:00:00", "2026-03-28 23:00:00", "Asia/Beirut") == [
        ("2026-03-28", 23.0, 24.0),
        ("2026-03-29", 1.0, 2.0),
    ]


# Without data.


def test_hours_without_polls(visit: Visit, tmp_path: Path) -> None:
    app = visit(load_all(tmp_path, [{"hours.csv": BUSINESS}]), "store_uptime")
    assert app.title[0].value == "No store polls have been loaded yet"


def test_nothing_loaded_at_all(visit: Visit, tmp_path: Path) -> None:
    app = visit(Settings(tmp_path / "incoming", tmp_path / "data"), "store_uptime")
    assert app.title[0].value == "Nothing has been loaded yet"


# Reports.


@pytest.fixture
def served(week: Settings) -> Iterator[Jobs]:
    """The report service, in this process."""
    jobs = Jobs(week)
    jobs.start()
    yield jobs
    jobs.stop()


def test_a_report_that_a_program_asked_for_is_listed(
    visit: Visit, week: Settings, served: Jobs
) -> None:
    asked = order(served, "store_uptime", {"method": "poll"})
    while served.find(asked.report_id).status == "running":
        time.sleep(0.05)
    app = visit(week, "reports")
    assert sentence(app).startswith(
        "The newest report, Store uptime, method poll, has 4 rows and took"
    )
    (row,) = table(app)
    assert (row["state"], row["rows"]) == ("✓ done", 4)
    assert row["file"] == f"/api/v1/reports/{asked.report_id}/csv"
    assert "Store uptime, method poll" in [
        r["report"] for r in table(visit(week, "store_uptime"), 1)
    ]


def test_a_report_that_failed_says_why_below_the_table(
    visit: Visit, week: Settings, served: Jobs
) -> None:
    asked = order(served, "store_uptime", {"as_of": "1999-01-01 00:00:30"})
    while served.find(asked.report_id).status == "running":
        time.sleep(0.05)
    app = visit(week, "reports")
    assert table(app)[0]["state"] == "✗ failed"
    (why,) = (c.value for c in app.caption if c.value.startswith("✗"))
    assert "as of Fri 1 Jan 1999, 00:00:30 UTC, method nearest" in why
    assert "as_of must be from the first poll to 7 days after the newest" in why


@pytest.mark.usefixtures("served")
def test_who_is_not_on_this_machine_may_not_ask(visit: Visit, week: Settings) -> None:
    button = next(b for b in visit(week, "reports").button if b.label == "Make the report")
    assert button.disabled
    assert "only from this machine" in button.help


@pytest.mark.usefixtures("served")
def test_with_a_token_whoever_has_it_may_ask(
    visit: Visit, week: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEETPULSE_API_TOKEN", "right")
    app = visit(week, "reports", metric="store_timeline")
    for token, refused in (("wrong", True), ("right", False)):
        app.text_input("access token").input(token).run()
        button = next(b for b in app.button if b.label == "Make the report")
        assert button.disabled == refused
    app.text_input("store_timeline store").input(GOOD)
    app.text_input("store_timeline first_at").input("2026-03-04 00:00:00")
    app.text_input("store_timeline last_at").input("2026-03-04 12:00:00")
    button.click().run()
    assert "Report asked for" in [toast.value for toast in app.toast]
    asked = [r["report"] for r in table(app)]
    assert (
        "Store timeline, first at Wed 4 Mar 2026, 00:00 UTC, last at Wed 4 Mar 2026, 12:00 UTC, "
        f"store {GOOD}" in asked
    )


def test_every_metric_can_be_asked_for(visit: Visit, week: Settings) -> None:
    app = visit(week, "reports", metric="top_devices")
    assert [field.label for field in app.text_input] == ["On day *", "Top n"]

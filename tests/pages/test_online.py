"""What a visitor of *Online fleet* and *Fleet operations* reads, on data that the loader took."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pandas as pd
import pytest

from etl.mart import marts
from pages.parts import palette
from pages.parts.online_fleet import fleet_size, projection
from tests.etl.loading import load_all
from tests.visits import Visit, cards, drawn, plain, said, sentence, table
from warehouse import Settings
from warehouse.database import connect

REAL = Path(__file__).parents[3] / "shared/real"
MONDAY = dt.date(2026, 3, 2)
DEVICES = {"a1": "ann", "a2": "ann", "b1": "bob", "b2": "bob", "b3": "bob", "c1": "cat"}

SIZES = ("1-2", "3-9", "10-99", "100-999", "1000+")


def test_the_pages_know_the_ranges_of_the_warehouse() -> None:
    mart = marts()["fleet_sizes"].definition
    with connect() as connection:
        rows = connection.execute(f"select fleet_size from ({mart}) order by place").fetchall()
    assert tuple(palette.FLEET_SIZE) == tuple(palette.FLEET_SIZE_IN_THE_DARK) == SIZES
    assert tuple(size for (size,) in rows) == SIZES


def events(days: int, gaps: bool = True) -> str:
    """Every device from 8 to 17 h on server 7, `c1` not at weekends; two of the gaps of a stream:
    `a1` never goes offline on 5 May, and `b1` is on server 9 on 6 May when that ends at noon."""
    lines = []
    for day in (MONDAY + dt.timedelta(step) for step in range(days)):
        for device, user in DEVICES.items():
            if device == "c1" and day.weekday() >= 5:
                continue
            server = "9" if gaps and (device, str(day)) == ("b1", "2026-05-06") else "7"
            lines.append(f"{day} 08:00:00,{device},{user},{server},true")
            if gaps and (device, str(day)) in {("a1", "2026-05-05"), ("b1", "2026-05-06")}:
                continue
            lines.append(f"{day} 17:00:00,{device},{user},{server},false")
    return "".join(f"{line}\n" for line in lines)


SERVERS = "7,2026-01-01 00:00:00,\n9,2026-05-01 00:00:00,2026-05-06 12:00:00\n"


@pytest.fixture(scope="module")
def ten_weeks(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """70 days, from Mon 2 Mar to Sun 10 May 2026."""
    loads = [{"connectivity_events.csv": events(70), "servers.csv": SERVERS}]
    return load_all(tmp_path_factory.mktemp("ten_weeks"), loads)


# The answer and its numbers.


def test_the_newest_whole_day_comes_first(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet")
    assert sentence(app) == (
        "5 devices were online on Sat 9 May 2026, the newest whole day: as many as a week before"
    )
    assert cards(app) == {
        "Online on Sat 9 May": ("5", "±0 % in a week"),
        "In 28 days": ("6", "±0 % in a week"),
        "In fleets of 3–9": ("60 %", "3 devices"),
        "Events repaired": ("2", "0.5 % of online events"),
    }


def test_a_link_names_period_and_window(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", window="28", last_day="2026-04-03", days="28")
    assert sentence(app) == ("6 devices were online at some time in the 28 days to Fri 3 Apr 2026")
    assert "began before the first event, on Mon 2 Mar 2026" in said(app)


def test_each_day_adds_up_to_its_devices(ten_weeks: Settings, visit: Visit) -> None:
    days = table(visit(ten_weeks, "online_fleet", view="days"))
    assert len(days) == 70
    sunday, saturday, friday = days[:3]
    assert sunday["day"] == dt.date(2026, 5, 10)
    assert saturday["devices"] == 5
    assert friday["devices"] == 6
    assert [friday[size] for size in SIZES] == [3, 3, 0, 0, 0]


def test_the_day_still_running_is_marked(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", view="days")
    assert table(app)[0]["seen"] == "until the newest event, 17:00 UTC"
    assert "Sun 10 May, seen only up to the newest event, at 17:00 UTC" in said(app)


# What lies behind it.


def test_a_day_shows_its_users_and_their_fleets(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", day="2026-05-08")
    assert "3 users had 6 devices online on Fri 8 May 2026; user `bob` the most: 3 (50 %)" in said(
        app
    )
    sizes, users = table(app, 0), table(app, 1)
    assert sizes[0] == {"size": "1–2", "users": 2, "devices": 3, "share": 50}
    assert [(row["user"], row["before"]) for row in users] == [("bob", 3), ("ann", 2), ("cat", 1)]


def test_another_day_is_a_click_away(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet")
    previous = next(button for button in app.button if button.label == "◀ Previous")
    previous.click().run()
    assert app.query_params["day"] == "2026-05-08"
    assert "3 users had 6 devices online on Fri 8 May 2026" in said(app)
    next(button for button in app.button if button.label == "Back to Sat 9 May").click().run()
    assert "day" not in app.query_params


def test_who_left_is_said(tmp_path: Path, visit: Visit) -> None:
    lines = events(20, gaps=False).splitlines()
    stay = [line for line in lines if not (",bob," in line and line >= "2026-03-15")]
    files = {"connectivity_events.csv": "\n".join(stay), "servers.csv": SERVERS}
    app = visit(load_all(tmp_path, [files]), "online_fleet")
    assert "no user came, 1 user left, `bob` shrank most, by 3" in said(app)


def test_what_a_user_lost_is_a_number_to_sort_by(tmp_path: Path, visit: Visit) -> None:
    lines = events(20, gaps=False).splitlines()
    stay = [line for line in lines if not (",b1," in line and line >= "2026-03-15")]
    files = {"connectivity_events.csv": "\n".join(stay), "servers.csv": SERVERS}
    users = table(visit(load_all(tmp_path, [files]), "online_fleet"), 1)
    changes = {row["user"]: row["more"] for row in users if not pd.isna(row["more"])}
    assert changes == {"ann": 0, "bob": -1, "cat": 0}


def test_the_audit_counts_each_rule(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", view="repair")
    audit = {row["next"]: (row["events"], row["hours"]) for row in table(app)}
    assert audit["Online, same server"] == (1, 24)
    assert audit["Online, other server"] == (1, 4)
    assert audit["Offline, same server"] == (398, 398 * 9)
    assert audit["Events ignored"][0] == 0
    assert (
        "398 of 400 online events (99.5 %) were followed by their offline event; the end of 2 was"
        in said(app)
    )


def test_a_device_shows_what_closed_each_interval(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", device="b1")
    assert "Of user `bob`: came online 70 times" in said(app)
    cut_off = next(
        row for row in table(app, -1) if row["started"] == pd.Timestamp("2026-05-06 08:00")
    )
    assert cut_off["long"] == "4 h"
    assert cut_off["rule"] == "Online, other server"
    assert cut_off["means"] == "Ended by the destruction of server 9"


def test_a_device_is_found_by_any_part_of_its_id(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", find="B")
    assert sentence(app) == "3 of 6 devices match `B`"
    assert [row["device_id"] for row in table(app)] == ["b1", "b2", "b3"]
    none = visit(ten_weeks, "online_fleet", find="zz")
    assert sentence(none) == "None of 6 devices match `zz`"


def test_a_device_that_nobody_knows(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", device="zz")
    assert "No online event of a device `zz`" in said(app)
    app.button(key="find it").click().run()
    assert app.query_params == {"find": "zz"}


def test_a_user_of_the_day_shows_the_devices(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", user="bob", day="2026-05-08")
    assert app.subheader[0].value == "Had 3 devices online on Fri 8 May 2026"
    assert [row["device_id"] for row in table(app, -1)] == ["b1", "b2", "b3"]
    nobody = visit(ten_weeks, "online_fleet", user="zz")
    assert "User `zz` had no device online on Sat 9 May 2026." in said(nobody)


def test_two_devices_on_one_axis_of_time(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", device="c1,b1")
    assert app.subheader[0].value.startswith("`b1` was online longest, 26 days")
    rows = table(app, -1)
    assert [row["device"] for row in rows] == ["c1", "b1", "b1 less c1"]
    assert rows[2]["intervals"] == rows[1]["intervals"] - rows[0]["intervals"] == 20
    bars = drawn(app, "The 120 intervals in which c1 and b1 were online")
    assert {bar["device"] for bar in bars} == {"c1", "b1"}


def test_the_projection_says_how_wrong_it_was(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", view="projection")
    assert re.search(
        r"devices? expected online on Sun 7 Jun 2026, with 80 % .* \d to \d", said(app)
    )
    assert "the same model missed by" in said(app)
    assert len(table(app)) == 28


def test_a_projection_that_was_far_off_is_not_drawn(tmp_path: Path, visit: Visit) -> None:
    lines = [
        f"{MONDAY + dt.timedelta(day)} 08:00:00,d{device},ann,7,{connected}\n"
        for day in range(90)
        for device in range(30 if day < 60 else 3)
        for connected in ("true", "false")
    ]
    files = {"connectivity_events.csv": "".join(lines), "servers.csv": SERVERS}
    app = visit(load_all(tmp_path, [files]), "online_fleet")
    assert re.search(r"No projection: .* missed by .* on average, more than 20 %\.", said(app))
    assert not any("expected" in row for row in drawn(app, "Bars of devices online a day"))


def test_one_fleet_size_alone_and_how_it_grew(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", size="3-9")
    assert sentence(app) == (
        "Fleets of 3–9 did not grow in 4 weeks: 3 devices (60 % of all) on Sat 9 May 2026, "
        "3 (60 % of all) then"
    )
    points = drawn(app, "Line of devices online a day, fleets of 3–9")
    assert [point["amount"] for point in points[-3:]] == [3, 3, None]
    assert points[-1]["so_far"] is not None
    early = visit(ten_weeks, "online_fleet", size="1-2", last_day="2026-03-20")
    assert sentence(early).endswith("4 weeks before is not known")


@pytest.mark.parametrize(
    ("now", "before", "said_so"),
    [(42, 40, "grew by 5 %"), (30, 40, "shrank by 25 %"), (4, 4, "did not grow"), (2, 0, "grew")],
)
def test_growth_in_words(now: int, before: int, said_so: str) -> None:
    assert plain(fleet_size.grew(now, before)) == said_so


def test_too_little_history_is_said(tmp_path: Path, visit: Visit) -> None:
    settings = load_all(tmp_path, [{"connectivity_events.csv": events(10), "servers.csv": SERVERS}])
    assert "needs 56 whole days of connectivity events, there are 8" in said(
        visit(settings, "online_fleet", view="projection")
    )


@pytest.mark.skipif(
    not REAL.exists(), reason="the exercise's own files lie beside the project only"
)
def test_the_real_events(tmp_path: Path, visit: Visit) -> None:
    names = ("connectivity_events.csv", "servers.csv")
    files = {name: (REAL / name).read_text(encoding="utf-8") for name in names}
    settings = load_all(tmp_path, [files])
    first_day = said(visit(settings, "online_fleet", day="2015-05-31"))
    assert (
        "3 users had 5 devices online on Sun 31 May 2015; user `1` the most: 3 (60 %)" in first_day
    )
    device = visit(settings, "online_fleet", device="9529")
    assert (
        "Of user `168`: came online 6 times for 24 days 6 h in all, last until "
        "Mon 12 Feb 2018, 15:06 UTC"
    ) in said(device)
    assert [row["means"] for row in table(device, -1)] == [
        "Ended by the destruction of server 29",
        "Ended by the next event",
        "Ended by the next event",
        "Ended by the next event",
        "Ended by the destruction of server 2",
        "Ended by the next event",
    ]


def test_a_single_event_is_said_in_the_singular(tmp_path: Path, visit: Visit) -> None:
    lines = "2026-03-02 08:00:00,a1,ann,7,true\n2026-03-03 08:00:00,a1,ann,7,false\n"
    settings = load_all(tmp_path, [{"connectivity_events.csv": lines}])
    app = visit(settings, "online_fleet", view="repair")
    assert "1 of 1 online event (100 %) was followed by its offline event" in said(app)


def test_one_day_is_not_all_of_several(tmp_path: Path, visit: Visit) -> None:
    settings = load_all(tmp_path, [{"connectivity_events.csv": ODD["one event"]}])
    assert visit(settings, "online_fleet").selectbox(key="days chosen").options == ["1 day"]


def test_a_device_without_a_next_event_is_told_so_in_words(
    ten_weeks: Settings, visit: Visit
) -> None:
    audit = table(visit(ten_weeks, "online_fleet", view="repair"))
    assert "No next event" in {row["next"] for row in audit}


def test_the_days_in_view_are_counted_where_the_data_begins(
    ten_weeks: Settings, visit: Visit
) -> None:
    app = visit(ten_weeks, "online_fleet", last_day="2026-03-02")
    assert "In view: 1 day, from the first event on." in said(app)
    assert "In view" not in said(visit(ten_weeks, "online_fleet"))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (56.7, "57 devices"),
        (9.96, "10 devices"),
        (2.54, "2.5 devices"),
        (1.0, "1 device"),
        (0.4, "0.4 devices"),
        (0.01, "less than 0.1 devices"),
        (0.0, "0 devices"),
    ],
)
def test_a_small_error_is_not_rounded_away(error: float, words: str) -> None:
    assert projection.devices(error) == words


# Fleet operations.


def test_without_a_picture_nothing_is_said_of_its_parts(tmp_path: Path, visit: Visit) -> None:
    settings = load_all(tmp_path, [{"connectivity_events.csv": ODD["one event"]}])
    read = said(visit(settings, "fleet_operations"))
    assert "No picture yet: in the first week, from Mon 2 Mar 2026, every device is new." in read
    assert "the line" not in read
    assert "Lighter" not in read


def test_weeks_say_what_came_and_went(tmp_path: Path, visit: Visit) -> None:
    """`b1` is gone from Mon 23 Mar on, `d1` comes on the day after and stays."""
    lines = events(28, gaps=False).splitlines()
    march = [line for line in lines if not (",b1," in line and line >= "2026-03-23")]
    later = ["2026-03-24 09:00:00,d1,dan,7,true", "2026-03-31 08:00:00,a1,ann,7,true"]
    files = {"connectivity_events.csv": "\n".join(march + later), "servers.csv": SERVERS}
    app = visit(load_all(tmp_path, [files]), "fleet_operations")
    assert sentence(app) == "1 new device and 1 lost in the week from Mon 23 Mar 2026"
    assert cards(app)["Online in the week"] == ("6", "±0 % in a week")
    weeks = table(app)
    assert [week["devices"] for week in weeks] == [2, 6, 6, 6, 6]
    assert [week["seen"] for week in weeks] == ["in part", "whole", "whole", "whole", "in part"]


def test_a_week_with_a_day_still_running_is_no_whole_one(ten_weeks: Settings, visit: Visit) -> None:
    """The newest event is of Sun 10 May, 17 h."""
    app = visit(ten_weeks, "fleet_operations")
    assert sentence(app) == "No new device and none lost in the week from Mon 27 Apr 2026"
    assert [week["seen"] for week in table(app)] == ["in part", *["whole"] * 8, "in part"]
    assert "seen only up to Sun 10 May 2026, 17:00 UTC" in said(app)
    earlier = visit(ten_weeks, "fleet_operations", last_day="2026-03-20")
    assert "seen only up to" not in said(earlier)


def test_hours_online_per_device(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "fleet_operations", view="hours")
    assert (
        "A device that was online on Sat 9 May 2026 was so for 9 h on average; half of the devices "
        "were so for 9 h or more" in said(app)
    )
    assert cards(app)["Online per device-day"] == ("9 h", "±0 % in a week")


def test_devices_that_never_go_offline_are_online_all_day(tmp_path: Path, visit: Visit) -> None:
    lines = "2026-03-02 08:00:00,a1,ann,7,true\n2026-03-05 08:00:00,a1,ann,7,false\n"
    app = visit(
        load_all(tmp_path, [{"connectivity_events.csv": lines}]), "fleet_operations", view="hours"
    )
    assert "was so for 24 h on average; half of the devices were so all day" in said(app)


def test_servers_say_what_they_cut_off(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "fleet_operations", view="servers")
    assert (
        "Server `7` carried the most devices, 6; the destruction of `9` on Wed 6 May 2026 cut off "
        "the most, 1 interval" in said(app)
    )
    lives, ended = table(app)
    assert (lives["server"], lives["state"], lives["cut_off"]) == ("7", "Lives", 0)
    assert (ended["server"], ended["state"], ended["cut_off"]) == ("9", "Destroyed", 1)
    assert ended["lived"] == "5 days 12 h"


# Whatever the data, people can read it.


@pytest.mark.parametrize("page", ["online_fleet", "fleet_operations"])
def test_before_the_first_load(tmp_path: Path, visit: Visit, page: str) -> None:
    empty = Settings(tmp_path / "incoming", tmp_path / "data")
    assert "Nothing has been loaded yet" in said(visit(empty, page))


@pytest.mark.parametrize("page", ["online_fleet", "fleet_operations"])
def test_without_connectivity_events(tmp_path: Path, visit: Visit, page: str) -> None:
    settings = load_all(tmp_path, [{"servers.csv": SERVERS}])
    assert "No connectivity events have been loaded yet" in said(visit(settings, page))


VIEWS = [
    *(("online_fleet", view) for view in ("users", "days", "projection", "repair")),
    *(("fleet_operations", view) for view in ("weeks", "hours", "servers")),
]
ODD = {
    "one event": "2026-03-02 08:00:00,a1,ann,7,true\n",
    "only offline events": "2026-03-02 08:00:00,a1,ann,7,false\n",
    "two days": "2026-03-02 08:00:00,a1,ann,7,true\n2026-03-03 08:00:00,a1,ann,8,false\n",
    "the whole calendar": "0001-01-01 00:00:00,a1,ann,7,true\n0001-01-02 00:00:00,a1,ann,7,false\n"
    "2026-03-03 23:59:59,a2,ann,7,true\n",
    "a year between": "2025-03-02 08:00:00,a1,ann,9,true\n2026-03-03 08:00:00,a2,ann,7,true\n",
}


def test_a_day_without_events_has_its_place_in_the_line(tmp_path: Path, visit: Visit) -> None:
    lines = ("04 08:00:00,a1,ann,7,true", "04 09:00:00,a1,ann,7,true", "06 09:00:00,a1,ann,7,false")
    files = {"connectivity_events.csv": "".join(f"2026-03-{line}\n" for line in lines)}
    app = visit(load_all(tmp_path, [files]), "online_fleet")
    repaired = next(card for card in app.metric if card.label == "Events repaired")
    assert list(repaired.proto.chart_data) == [1, 0, 0]


@pytest.mark.parametrize("odd", ODD)
def test_odd_data_is_said_in_words(tmp_path: Path, visit: Visit, odd: str) -> None:
    settings = load_all(tmp_path, [{"connectivity_events.csv": ODD[odd], "servers.csv": SERVERS}])
    for page, view in VIEWS:
        app = visit(settings, page, view=view, device="a1")
        read = said(app) + str(cards(app))
        assert "failed" not in read, f"{page} {view}"
        assert not re.search(r"\b(nan|inf|NaT|null|None)\b", read), f"{page} {view}: {read}"


def test_the_first_days_of_the_calendar(tmp_path: Path, visit: Visit) -> None:
    files = {"connectivity_events.csv": ODD["the whole calendar"]}
    settings = load_all(tmp_path, [files])
    app = visit(settings, "online_fleet", last_day="0001-01-02", day="0001-01-01")
    assert sentence(app) == "No device was online on Tue 2 Jan 0001"  # it left at midnight
    assert "1 user had 1 device online on Mon 1 Jan 0001" in said(app)
    weeks = visit(settings, "fleet_operations", last_day="0001-01-02")
    assert [week["devices"] for week in table(weeks)] == [1]


def test_a_broken_link_says_what_is_shown_instead(ten_weeks: Settings, visit: Visit) -> None:
    app = visit(ten_weeks, "online_fleet", window="5", day="2025-01-01", days="99999")
    assert app.warning[0].value == (
        "The link asks for what is not there, so shown is **Daily** instead of `window=5`, "
        "**All 70 days** instead of `days=99999`, **Mon 2 Mar 2026** instead of `day=2025-01-01`."
    )
    assert app.query_params == {"day": "2026-03-02"}


@pytest.mark.parametrize(
    "link",
    [
        {"window": "7", "days": "x", "last_day": "2031-01-01", "day": "1999-01-01", "view": "?"},
        {"days": "99999", "measure": "no", "device": "' or 1=1 --"},
        {"days": "3", "last_day": "2026-03-02", "window": "28", "measure": "share"},
    ],
)
def test_a_broken_link_still_shows_the_page(
    ten_weeks: Settings, visit: Visit, link: dict[str, str]
) -> None:
    for page in ("online_fleet", "fleet_operations"):
        app = visit(ten_weeks, page, **link)
        assert app.title
        assert "failed" not in said(app)

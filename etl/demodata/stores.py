"""Stores: opening hours in twelve time zones, polled across a clock change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from etl.demodata.edits import insert_lines
from etl.demodata.output import Output
from etl.demodata.size import Request, Size

DEMO = Size(days=21, devices=1_000, rows=420_000)
BENCH = Size(days=7, devices=14_000, rows=1_800_000)

# Stores in a hundred.
ZONES = {
    "America/New_York": 30,
    "America/Chicago": 20,
    "America/Los_Angeles": 17,
    "America/Denver": 9,
    "America/Phoenix": 6,
    "America/Detroit": 5,
    "Europe/London": 4,
    "Europe/Berlin": 2,
    "America/Boise": 2,
    "America/Anchorage": 2,
    "Pacific/Honolulu": 2,
    "Asia/Kolkata": 1,
}
DAYS_AFTER_CHANGE = 3
REFERENCE_CHANGES = 3


def write(out: Output, request: Request) -> None:
    """Write polls by week, and hours and zones with a newer file of changes to each."""
    size = request.size
    last_day = last_poll_day(request.last_day, size.days)
    first_day = last_day - timedelta(days=size.days - 1)
    out.prepare("stores", seed=request.seed, stores=size.devices, zones=_zone_of_percent())
    out.prepare(
        "store_polls",
        seed=request.seed,
        days=size.days,
        first_day=first_day,
        keep_pm=size.rows * 1083 // (size.devices * size.days * 24),
    )
    if request.single_file:
        _write_single(out, first_day, last_day)
    else:
        _write_folders(out, request, first_day, last_day)


def last_poll_day(last_day: date, days: int) -> date:
    """The day that the polls end: `last_day` if most zones change their clocks in the `days`
    ending then, else 3 days after the newest such change before it, so that the last week has it.
    """
    change = last_day
    while not _most_clocks_change(change):
        change -= timedelta(days=1)
    if change > last_day - timedelta(days=days):
        return last_day
    return min(last_day, change + timedelta(days=DAYS_AFTER_CHANGE))


def _most_clocks_change(day: date) -> bool:
    noon = datetime.combine(day, time(12), UTC)
    changes = sum(
        noon.astimezone(zone).utcoffset() != (noon - timedelta(days=1)).astimezone(zone).utcoffset()
        for zone in map(ZoneInfo, ZONES)
    )
    return changes * 2 > len(ZONES)


def _zone_of_percent() -> list[str]:
    return [zone for zone, percent in ZONES.items() for _ in range(percent)]


def _write_single(out: Output, first_day: date, last_day: date) -> None:
    end = last_day + timedelta(days=1)
    out.copy("store_status.csv", "store_polls_file", first_day=first_day, end_day=end)
    out.copy("business_hours.csv", "store_hours_file", changed=False)
    out.copy("store_timezones.csv", "store_zones_file", changed=False)


def _write_folders(out: Output, request: Request, first_day: date, last_day: date) -> None:
    changed = last_day - timedelta(days=REFERENCE_CHANGES)
    weeks = [first_day + timedelta(days=start) for start in range(0, request.size.days, 7)]
    for week in weeks:
        out.copy(
            f"store_status/{week}.csv",
            "store_polls_file",
            None if request.clean or week != weeks[-1] else insert_lines(_bad_polls(week)),
            first_day=week,
            end_day=min(week + timedelta(days=7), last_day + timedelta(days=1)),
        )
    hours_edit = None if request.clean else insert_lines(_BAD_HOURS)
    zones_edit = None if request.clean else insert_lines(_BAD_ZONES)
    out.copy(f"business_hours/{first_day}.csv", "store_hours_file", hours_edit, changed=False)
    out.copy(f"business_hours/{changed}.csv", "store_hours_file", changed=True)
    out.copy(f"store_timezones/{first_day}.csv", "store_zones_file", zones_edit, changed=False)
    out.copy(f"store_timezones/{changed}.csv", "store_zones_file", changed=True)


def _bad_polls(day: date) -> list[str]:
    return [
        f"8.13E+018,active,{day} 12:09:39.388884 UTC",
        f"8419537941919820732,closed,{day} 12:09:39.388884 UTC",
        f"8419537941919820732,active,{day:%d/%m/%Y} 12:09",
        f",active,{day} 12:09:39.388884 UTC",
    ]


_BAD_HOURS = [
    "8.13E+018,0,09:00:00,21:00:00",
    "8419537941919820732,Monday,09:00:00,21:00:00",
    "8419537941919820732,0,9am,9pm",
]
_BAD_ZONES = ["8.13E+018,America/New_York", "8419537941919820732,America/Nowhere"]

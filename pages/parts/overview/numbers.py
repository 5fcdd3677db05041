"""Four cards of one size, each with the way to its page; what there is no data of is left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pages.parts import answers, calendar, cards, fleets, layout, links, shares, uptime, words

BELOW_PCT = 90.0
Card = Callable[[], None]


def show(totals: Mapping[dt.date, dict[str, Any]], day: dt.date | None) -> None:
    """`totals` are the days of health reports, `day` the newest whole one."""
    made: list[Card] = []
    if day:
        made.append(lambda: reports(totals, day))
    observed = fleets.observed()
    if observed:
        made.append(lambda: online(observed))
    stores = measured()
    if stores:
        made.append(lambda: below(stores))
    made.append(rejected)
    grid = layout.cards(len(made), border=True)
    for put in made:
        with grid.cell():
            put()


def card(label: str, value: str, said: str | None, change: float | None, note: str) -> None:
    """A card without a border of its own: the box around it holds its link too."""
    cards.compared(label, value, said, change, description=note, border=False)


def reports(totals: Mapping[dt.date, dict[str, Any]], day: dt.date) -> None:
    before = calendar.week_before(totals, day)
    now = totals[day]["reports"]
    change = words.change_pct(now, before["reports"] if before else None)
    note = f"{day.day} {day:%b}"
    card("Reports", words.count(now), _percent(change), change, note)
    links.to("daily_trend", "Daily trend →")


def online(observed: fleets.Observed) -> None:
    day = observed.usual
    table = answers.ask("online_devices", first_day=day - calendar.WEEK, last_day=day)
    days = fleets.days(table)
    change = fleets.change(days, len(days) - 1)
    card(
        "Devices online",
        words.count(days[-1].total),
        _percent(change),
        change,
        f"{day.day} {day:%b}",
    )
    links.to("online_fleet", "Online fleet →")


def measured() -> pa.Table | None:
    """Each store's uptime over the week to the newest poll; None without a poll."""
    polled = [
        row for row in answers.ask("freshness").to_pylist() if row["dataset"] == "store_status"
    ]
    if not polled or not polled[0]["newest_event"]:
        return None
    return week_to(None)


def week_to(as_of: dt.datetime | None) -> pa.Table:
    """Each store's uptime over the week that ends at `as_of`; None is the newest poll."""
    rows = answers.ask("store_uptime", as_of=as_of)
    return uptime.measured(rows, pa.nulls(rows.num_rows, pa.string()), uptime.WINDOWS["week"])


def low(stores: pa.Table) -> set[str]:
    """The stores that were up for less than BELOW_PCT of what is known."""
    return set(stores.filter(pc.less(stores["uptime_pct"], BELOW_PCT))["store_id"].to_pylist())


def below(stores: pa.Table) -> None:
    heard = stores.num_rows - stores["uptime_pct"].null_count
    note = f"of {words.counted(heard, 'store')}, 7 days"
    card(f"Stores below {shares.limit(BELOW_PCT)}", words.count(len(low(stores))), None, None, note)
    links.to("store_uptime", "Store uptime →", only="low")


def rejected() -> None:
    loads = answers.ask("load_history").to_pylist()
    rows, read = (sum(load[name] for load in loads) for name in ("rows_rejected", "rows_read"))
    card("Rejected rows", words.count(rows), None, None, f"{shares.of(rows, read)} of those read")
    links.to("data", "How to fix →", show="How to fix")


def _percent(change: float | None) -> str | None:
    return None if change is None else words.percent(change)

"""What is new since a load that the visitor saw last: `?since=12`.

Streamlit lets a page read what a browser keeps, but not write it; so the link carries the load, and
whoever keeps the link as a bookmark comes back to what is new since then.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import streamlit as st

from pages.parts import address, answers, links, shares, words
from pages.parts.overview import numbers
from warehouse import QueryFailed

Row = dict[str, Any]
AT_LEAST = 10  # reports a week before, of a device that fell silent
ALL = 2_000_000_000
NAMED = 3  # days of a line


def show(day: dt.date | None) -> None:
    """`day`: the newest whole day of health reports."""
    loads = answers.ask("load_history").to_pylist()
    since = chosen(loads)
    st.header("Since your last visit", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        choose(loads, since)
        st.button(
            "Mark all as seen",
            on_click=address.put,
            args=("since", loads[0]["load_id"]),
            help="Puts the newest load into the link. Keep the link as a bookmark: the page then "
            "shows what is new since.",
            disabled=address.text("since") == str(loads[0]["load_id"]),
        )
    if since is None:
        st.caption("Mark as seen and keep the link: next time it shows what is new since then.")
        return
    lines = told(loads, since, day)
    if not lines:
        st.caption(f"Nothing new since load {since}.")
    for line in lines:
        line()


def chosen(loads: list[Row]) -> int | None:
    """The load that the link names; else the newest one of an earlier day than the newest load."""
    asked = address.text("since")
    known = {str(load["load_id"]): load["load_id"] for load in loads}
    if asked in known:
        return int(known[asked])
    newest = loads[0]["started_at"].date()
    usual = next((load["load_id"] for load in loads if load["started_at"].date() < newest), None)
    if asked:
        address.mend("since", f"load {usual}" if usual else "every load")
    return usual


def choose(loads: list[Row], since: int | None) -> None:
    labels = {load["load_id"]: name(load) for load in loads}
    st.session_state["since chosen"] = since
    st.selectbox(
        "Since",
        list(labels),
        key="since chosen",
        format_func=labels.__getitem__,
        placeholder="Choose a load",
        on_change=lambda: address.put("since", st.session_state["since chosen"]),
        width=330,
    )


def name(load: Row) -> str:
    return f"Load {load['load_id']}, {words.instant(load['started_at'])}"


# What is told: each line with the way to where it is seen.


def told(loads: list[Row], since: int, day: dt.date | None) -> list[Any]:
    news = answers.ask("news_since", since_load=since).to_pylist()
    lines = [came(loads, since, news), *map(holes, news)]
    by_name = {row["dataset"]: row for row in news}
    lines.append(newly_below(by_name.get("store_status")))
    lines.append(silent(by_name.get("health_reports"), day))
    return [line for line in lines if line]


def line(said: str, page: str, label: str, **shown: str) -> Any:
    def put() -> None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(said, width="content")
            links.to(page, label, **shown)

    return put


def came(loads: list[Row], since: int, news: list[Row]) -> Any:
    """Which loads came, and what they brought."""
    after = [load for load in loads if load["load_id"] > since]
    if not after:
        return None
    files, back = (sum(row[name] for row in news) for name in ("files", "files_retracted"))
    said = f"📥 {words.counted(len(after), 'load')}: {words.counted(files, 'file')}"
    kinds = [
        f"{words.counted(row['rows'], 'row')} of {words.dataset(row['dataset']).lower()}"
        for row in news
        if row["rows"]
    ]
    if kinds:
        said += f" with {', '.join(kinds)}"
    if back:
        said += f"; {words.counted(back, 'file')} taken back"
    bad = sum(row["rejected_rows"] for row in news)
    if bad:
        said += f"; {words.counted(bad, 'row')} rejected"
        return line(said, "data", "How to fix →", show="How to fix")
    return line(said, "data", "Loads →")


def holes(row: Row) -> Any:
    """Days that went without data."""
    days = row["new_holes"]
    if not days:
        return None
    named = ", ".join(map(words.short_day, days[:NAMED]))
    more = f" and {words.counted(len(days) - NAMED, 'more day')}" if len(days) > NAMED else ""
    of = words.dataset(row["dataset"]).lower()
    said = f"🕳️ {words.counted(len(days), 'new day')} without {of}: {named}{more}"
    pages = {"connectivity_events": "online_fleet", "store_status": "store_uptime"}
    return line(said, pages.get(row["dataset"], "daily_trend"), "Show →")


def newly_below(news: Row | None) -> Any:
    """Stores that are below the limit now and were not in the week to the newest poll then."""
    if not news or not news["rows"] or not news["newest_event_before"]:
        return None
    try:
        before = numbers.low(numbers.week_to(news["newest_event_before"]))
    except QueryFailed:
        return None  # that instant may no longer be asked for
    fresh = len(numbers.low(numbers.week_to(None)) - before)
    if not fresh:
        return None
    said = f"🏪 {words.counted(fresh, 'store')} newly below {shares.limit(numbers.BELOW_PCT)}"
    return line(said, "store_uptime", "Stores →", only="low")


def silent(news: Row | None, day: dt.date | None) -> Any:
    """Devices that sent nothing on a whole day that is newer than what was known then."""
    before = news and news["newest_day_before"]
    if day is None or (before and before >= day):
        return None
    gone = answers.ask("device_movers", on_day=day, kind="silent", at_least=AT_LEAST, top_n=ALL)
    if not gone.num_rows:
        return None
    said = (
        f"🔇 {words.counted(gone.num_rows, 'device')} with at least {AT_LEAST} reports a week "
        f"before fell silent on {words.short_day(day)}"
    )
    return line(said, "top_devices", "Devices →", list="silent")

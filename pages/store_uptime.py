"""How long each store was up within its own opening hours, and how sure the polls make us."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pyarrow as pa
import streamlit as st

from pages.parts import (
    address,
    answers,
    calendar,
    cards,
    late,
    layout,
    reports,
    tab,
    trouble,
    uptime,
    words,
)
from pages.parts.shares import limit, percent, points
from pages.parts.store_uptime import drawer, store_choice, store_list, store_methods
from pages.parts.store_uptime.store_choice import Choice
from warehouse import QueryFailed

ORDER = 60
TITLE = "Store uptime"
ICON = "🏪"

Change = TypeVar("Change", int, float)
WORTH_SAYING_PCT = 20


def page() -> None:
    profile = answers.ask("store_profile")
    if not any(profile["polls"].to_pylist()):
        trouble.no_rows("store polls")
        return
    chosen, part = store_choice.controls(profile)
    try:
        stores = store_choice.measured(chosen, profile)
    except QueryFailed as refused:
        cannot_ask(refused, chosen, profile)
        return
    everywhere = store_choice.of_any_zone(chosen, profile)
    tab.name(TITLE, *choice(chosen, part))
    if part:
        ids = store_list.show_found(everywhere, part, chosen)
    else:
        ids = show_all(stores, chosen, profile)
    show_reports(chosen)
    drawer.open_drawer(ids, everywhere, chosen)


def choice(chosen: Choice, part: str) -> list[str]:
    """What sets this tab apart: the stores that are open or looked for, the zone, the instant."""
    instant = words.instant(chosen.as_of) if chosen.as_of else ""
    return [address.text("store") or part, chosen.zone or "", instant]


def show_all(stores: pa.Table, chosen: Choice, profile: pa.Table) -> list[str]:
    """The stores of the choice in numbers, and the worst of them; gives the ids listed."""
    above, filters = st.container(), st.container()
    with filters:
        kept = store_list.filters(stores)
    with above:
        show_numbers(stores, chosen, profile, kept.below)
    return store_list.show_list(store_list.narrowed(stores, kept), chosen, kept)


def show_reports(chosen: Choice) -> None:
    """Every store as a file, made in the background: what programs ask the API for."""
    st.header("Reports", anchor=False)
    asked = {"method": chosen.method}
    if chosen.as_of:
        asked["as_of"] = chosen.as_of.isoformat()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reports.ask_token()
        reports.button("Make a report of every store", "store_uptime", lambda: asked)
    reports.listing("store_uptime")


def cannot_ask(refused: QueryFailed, chosen: Choice, profile: pa.Table) -> None:
    """An instant that no poll informs; whatever else went wrong is not for here."""
    if "store_uptime: as_of" not in str(refused):
        raise refused
    first, newest = store_choice.polled(profile)
    after = words.counted(store_choice.ASKABLE_AFTER.days, "day")
    if first <= chosen.end <= newest + store_choice.ASKABLE_AFTER:
        why = "No store was polled for more than a year around it."
    else:
        why = f"Any instant up to {after} after the newest can be asked."
    st.warning(
        f"Nothing is known as of {words.instant(chosen.end)}. The polls reach from "
        f"{words.instant(first)} to {words.instant(newest)}. {why}",
        icon="🗓️",
    )
    st.button("Show the newest poll", on_click=address.put, args=("as_of", None))


def show_numbers(stores: pa.Table, chosen: Choice, profile: pa.Table, below: float) -> None:
    """The answer, the cards, what the other method says, and the distribution."""
    now = uptime.summary(stores, below)
    st.title(answer(now, chosen, below), anchor=False)
    late.note("store_status")
    before = week_before(chosen, profile, below)
    show_cards(now, before, chosen, below)
    store_list.show_distribution(stores, below, answer(now, chosen, below), chosen)
    if before:
        then = words.instant(chosen.end - calendar.WEEK)
        st.caption(f"Changes on the cards: against the {chosen.window.said} to {then}")
    others = store_choice.measured(chosen, profile, method=chosen.other_method)
    store_methods.show(stores, others, chosen, below)


# The answer: a sentence and the numbers that matter.


def answer(now: uptime.Summary, chosen: Choice, below: float) -> str:
    where = f" in {chosen.zone}" if chosen.zone else ""
    heard = now.stores - now.unheard
    if now.mean_pct is None:
        many = words.counted(now.stores, "store")
        return f"None of {many}{where} was heard of while open {chosen.when}"
    said = f"{words.counted(heard, 'store')}{where} {'were' if heard > 1 else 'was'} up"
    if now.mean_pct == 100:
        return f"{said} for all of the known opening hours {chosen.when}{mostly_unknown(now)}"
    low = words.count(now.below) if now.below else "none"
    return (
        f"{said} {percent(now.mean_pct)} of the known opening hours on average {chosen.when}; "
        f"{low} of them less than {limit(below)}{mostly_unknown(now)}"
    )


def mostly_unknown(now: uptime.Summary) -> str:
    """A warning where the known hours are not nearly all."""
    share = now.unknown_pct or 0.0
    return (
        f"; {percent(share)} of all opening hours are unknown" if share >= WORTH_SAYING_PCT else ""
    )


def show_cards(
    now: uptime.Summary, before: uptime.Summary | None, chosen: Choice, below: float
) -> None:
    mean, low, unknown = changes(now, before)
    with layout.cards(4):
        cards.plain(
            "Stores",
            words.count(now.stores),
            f"{words.count(now.unheard)} not heard of" if now.unheard else "all heard of",
            "Every store with a poll, opening hours or a time zone",
        )
        compared(
            "Mean uptime",
            percent(now.mean_pct),
            mean,
            points,
            "up",
            "Over the stores: the share of its known opening hours that each was up",
        )
        compared(
            f"Below {limit(below)}",
            words.count(now.below),
            low,
            words.difference,
            "down",
            "Stores that were up for less of their known opening hours",
        )
        compared(
            "Unknown",
            percent(now.unknown_pct),
            unknown,
            points,
            "down",
            "The share of all opening hours that is more than an hour from every poll; the method "
            "*hour a poll* knows no such time",
        )


def compared(
    label: str,
    value: str,
    change: Change | None,
    said: Callable[[Change], str],
    better: cards.Arrow,
    help: str,
) -> None:
    in_words = None if change is None else said(change)
    cards.compared(label, value, in_words, change, better=better, help=help)


def week_before(chosen: Choice, profile: pa.Table, below: float) -> uptime.Summary | None:
    """The same numbers 7 days earlier; None where the polls do not reach back so far."""
    try:
        return uptime.summary(store_choice.measured(chosen, profile, back=calendar.WEEK), below)
    except QueryFailed:
        return None


def changes(
    now: uptime.Summary, before: uptime.Summary | None
) -> tuple[float | None, int | None, float | None]:
    """What became of the mean, the count below and the unknown share, where both are known."""
    if before is None:
        return None, None, None
    return (
        less(now.mean_pct, before.mean_pct),
        now.below - before.below,
        less(now.unknown_pct, before.unknown_pct),
    )


def less(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


page()

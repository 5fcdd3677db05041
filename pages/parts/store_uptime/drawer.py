"""The drawer: one store, or two to four beside each other, as the URL names them."""

from __future__ import annotations

from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from pages.parts import drawer_controls, openable, several, trouble, words
from pages.parts.store_uptime import compare, store
from pages.parts.store_uptime.store_choice import Choice

WIDTH = 920
_KEY = "store"
_STORE = drawer_controls.Noun(_KEY, "◀ Worse", "Better ▶")


def open_drawer(ids: list[str], stores: pa.Table, chosen: Choice) -> None:
    """What the URL names; `ids` are the listed stores, to step through, `stores` all there are.

    Nothing happens where it names none.
    """
    named = several.asked(_KEY, "store")
    if not named:
        return
    one = f"Store {words.code(named[0])}"
    what = one if len(named) == 1 else f"Compare {words.counted(len(named), 'store')}"
    title = f"{what}, the {chosen.window.said} to "
    close = partial(openable.close, _KEY)
    dialog = st.dialog(
        title + words.instant(chosen.end), width=WIDTH, position="right", on_dismiss=close
    )
    dialog(_drawer)(named, ids, stores, chosen)


def _drawer(named: list[str], ids: list[str], stores: pa.Table, chosen: Choice) -> None:
    if (now := several.asked(_KEY, "store")) and now != named:
        st.rerun()  # the whole page, so that the drawer has the title of what it shows
    with trouble.explained():
        drawer_controls.show(_STORE, named, ids)
        found = _found(named, stores)
        missing = [name for name in named if name not in found]
        if missing:
            st.warning(
                f"There is no store {' or '.join(map(words.code, missing))}; *Find a store* finds "
                "it by any part of its id.",
                icon="🔗",
            )
        if len(found) > 1:
            compare.show(list(found.values()), chosen)
        elif found:
            store.show(next(iter(found.values())), chosen)


def _found(named: list[str], stores: pa.Table) -> dict[str, dict[str, Any]]:
    """The rows of the stores that there are, in the order of the URL."""
    rows = stores.filter(pc.is_in(stores["store_id"], pa.array(named, pa.string()))).to_pylist()
    by_id = {row["store_id"]: row for row in rows}
    return {name: by_id[name] for name in named if name in by_id}

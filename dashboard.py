"""The dashboard, and the HTTP API under /api, in one process: `streamlit run dashboard.py`.

The server imports this file for `app`; each visit of a page runs it as `__main__`.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path

import streamlit as st
from starlette.routing import Mount
from streamlit.runtime.pages_manager import PagesManager

import api
from pages.parts import made_files, ticks
from warehouse import Settings


def show() -> None:
    """One run of the page that the visitor is on."""
    from pages.parts import address, answers, kept, live, menu, openable, trouble

    st.set_page_config(
        page_title="fleetpulse", page_icon="💓", layout="wide", initial_sidebar_state=230
    )
    page = st.navigation(
        [st.Page(each.file, title=each.title, icon=each.icon) for each in menu.entries()]
    )
    shown = live.current()
    kept.arrive(page.title)
    with trouble.explained():
        answers.pin()
        with address.corrected():
            page.run()
    with trouble.explained(), st.sidebar:
        live.follow(shown)
        openable.listen()


def settle() -> None:
    """Import what pages need before anybody comes, and leave it out of every later collection of
    garbage: there are many objects, which live as long as the server."""
    for part in Path(__file__).parent.glob("pages/parts/**/[!_]*.py"):
        name = part.relative_to(Path(__file__).parent).with_suffix("")
        import_module(".".join(name.parts))
    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Report jobs and the loader's waker live as long as the server."""
    threading.Thread(target=settle, name="settle", daemon=True).start()
    async with api.running(Settings.from_env()):
        yield


if __name__ == "__main__":
    show()
else:
    # A folder named pages means Streamlit's older kind of app to it until the first st.navigation:
    # a server's first visitor, coming by a link to a page, would get that page without this file.
    PagesManager.uses_pages_directory = False
    made_files.keep()
    ticks.wait_for_what_was_said()
    app = st.App(__file__, routes=[Mount("/api", app=api.app), *api.root_routes], lifespan=lifespan)

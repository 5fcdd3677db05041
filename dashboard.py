"""The dashboard, and the HTTP API under /api, in one process: `streamlit run dashboard.py`.

The server imports this file for `app`; each visit of a page runs it as `__main__`.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import streamlit as st
from starlette.routing import BaseRoute, Mount
from streamlit.runtime.pages_manager import PagesManager

PAGES = (
    ("overview", "Overview", "🏠"),
    ("top_devices", "Top devices", "🏆"),
    ("daily_trend", "Daily trend", "📈"),
    ("online_fleet", "Online fleet", "📡"),
    ("fleet_operations", "Fleet operations", "🛠️"),
    ("data", "Data", "🗂️"),
)


def show() -> None:
    """One run of the page that the visitor is on."""
    from pages.parts import answers, live, trouble

    st.set_page_config(page_title="fleetpulse", page_icon="💓", layout="wide")
    page = st.navigation(
        [st.Page(f"pages/{name}.py", title=title, icon=icon) for name, title, icon in PAGES]
    )
    shown = live.current()
    with trouble.explained():
        answers.pin()
        page.run()
    with trouble.explained(), st.sidebar:
        live.follow(shown)


def routes() -> list[BaseRoute]:
    """The API's, once the package `api` has an `app`."""
    if find_spec("api") is None:
        return []
    api = getattr(import_module("api"), "app", None)
    return [Mount("/api", app=api)] if callable(api) else []


if __name__ == "__main__":
    show()
else:
    # A folder named pages means Streamlit's older kind of app to it until the first st.navigation:
    # a server's first visitor, coming by a link to a page, would get that page without this file.
    PagesManager.uses_pages_directory = False
    app = st.App(__file__, routes=routes())

"""A visitor of the dashboard without a browser: opens a page by a link and reads what it says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from streamlit.runtime import pages_manager
from streamlit.testing.v1 import AppTest, app_test

from warehouse import Settings

Visit = Callable[..., AppTest]  # settings, the name of a page, what its link says
DASHBOARD = Path(__file__).parents[1] / "dashboard.py"


class Pages(pages_manager.PagesManager):
    """AppTest takes a folder named pages for Streamlit's older kind of app, whose pages run
    without dashboard.py; the server does not, since dashboard.py says so when it is imported."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pages_manager.PagesManager.uses_pages_directory = False


def visit(monkeypatch: pytest.MonkeyPatch, settings: Settings, page: str, **link: str) -> AppTest:
    """Open pages/`page`.py with `link` as the URL's parameters."""
    monkeypatch.setenv("FLEETPULSE_DATA", settings.data_place)
    monkeypatch.setenv("FLEETPULSE_INCOMING", settings.incoming_place)
    monkeypatch.setattr(app_test, "PagesManager", Pages)
    app = AppTest.from_file(str(DASHBOARD), default_timeout=60)
    app.switch_page(f"pages/{page}.py")
    for key, value in link.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def said(app: AppTest) -> str:
    """All running text of the page."""
    headings = (*app.title, *app.header, *app.subheader)
    blocks = (*headings, *app.markdown, *app.caption, *app.info, *app.warning, *app.error)
    return plain("\n".join(block.value for block in blocks))


def sentence(app: AppTest) -> str:
    """The answer of the page."""
    return plain(app.title[0].value)


def plain(text: str) -> str:
    """With ordinary spaces, as a test writes them."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def cards(app: AppTest) -> dict[str, tuple[str, str]]:
    """Value and change of each metric card."""
    return {plain(card.label): (plain(card.value), plain(card.delta)) for card in app.metric}


def table(app: AppTest, place: int = 0) -> list[dict[str, Any]]:
    """The rows of a table of the page."""
    frame = app.dataframe[place].value
    return [
        {
            name: plain(cell) if isinstance(cell, str) else cell
            for name, cell in zip(frame.columns, row, strict=True)
        }
        for row in frame.itertuples(index=False)
    ]


def drawn(app: AppTest, alt: str) -> list[dict[str, Any]]:
    """The rows of the picture whose description begins with `alt`."""
    (chart,) = (c for c in app.get("vega_lite_chart") if c.proto.alt.startswith(alt))
    rows: list[dict[str, Any]] = pa.ipc.open_stream(chart.proto.data.data).read_all().to_pylist()
    return rows

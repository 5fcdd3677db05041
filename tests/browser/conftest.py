"""One Chromium for all tests of a browser; each test has a context of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from bench.page_change import chromium
from tests.api.server import Server
from tests.browser.windows import WIDE

PATIENCE = 60_000  # milliseconds: machines are shared


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with chromium() as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page of the test file's `server`, whose links begin at the server's root."""
    site = f"http://localhost:{server.port}"
    with browser.new_context(base_url=site, viewport=WIDE) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()

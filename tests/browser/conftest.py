"""One Chromium for all tests of a browser; each test has a context of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.api.server import Server
from tests.browser.windows import WIDE

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 60_000  # milliseconds: machines are shared


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("FLEETPULSE_CHROMIUM") or shutil.which("chromium")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page of the test file's `server`, whose links begin at the server's root."""
    site = f"http://localhost:{server.port}"
    with browser.new_context(base_url=site, viewport=WIDE) as context:
        context.set_default_timeout(PATIENCE)
        yield context.new_page()

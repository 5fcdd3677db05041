"""The sizes of a window, and when what it shows is done."""

from __future__ import annotations

from playwright.sync_api import Page, ViewportSize

WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


def settle(page: Page) -> None:
    """Wait until script and pictures are done: one that is still being drawn takes no click."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_timeout(700)

"""The sizes of a window, when what it shows is done, and a click into a table."""

from __future__ import annotations

from playwright.sync_api import Page, Position, ViewportSize

WIDE: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


def settle(page: Page) -> None:
    """Wait until script and pictures are done: one that is still being drawn takes no click, and
    what a component draws may come after the script has ended."""
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
    page.wait_for_selector("[data-testid=stSkeleton]", state="detached")
    page.wait_for_timeout(700)


def click_row(page: Page, row: int) -> None:
    """Click into a row of the first table; as for a person, the mouse is there before."""
    place: Position = {"x": 200, "y": 35 * (row + 1) + 17}
    grid = page.get_by_test_id("stDataFrame").first
    grid.hover(position=place)
    page.wait_for_timeout(300)
    grid.click(position=place)

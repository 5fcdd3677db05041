"""Somebody with a task: what they click is counted, and held against docs/TASKS.md."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.windows import click_row, settle

TASKS = Path(__file__).parents[2] / "docs/TASKS.md"


class Visitor:
    """A visitor who begins on the Overview."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0
        page.goto("/")
        expect(page.get_by_role("heading").first).to_be_visible()
        settle(page)

    def opens(self, menu: str) -> None:
        """A page of the menu."""
        self.clicks_on(self.page.get_by_role("link", name=menu, exact=True))
        expect(self.page).to_have_title(re.compile(rf"{menu} · fleetpulse$"))

    def clicks_on(self, what: Locator) -> None:
        what.click()
        self.clicks += 1
        settle(self.page)

    def chooses(self, box: str, option: str) -> None:
        """An option of a select box: two clicks."""
        self.clicks_on(self.page.get_by_role("combobox", name=box))
        self.clicks_on(self.page.get_by_role("option", name=option, exact=True))

    def clicks_row(self, row: int) -> None:
        click_row(self.page, row)
        self.clicks += 1

    def reads(self, text: str) -> None:
        """The page's answer."""
        expect(self.page.get_by_role("heading", level=1).first).to_contain_text(text)


def documented(task: str) -> int:
    """How many clicks docs/TASKS.md says a task takes; `task` is its letter."""
    (row,) = re.findall(rf"^\| {task}: .*", TASKS.read_text("utf-8"), re.MULTILINE)
    return int(row.split("|")[3])

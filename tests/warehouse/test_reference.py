"""The page that lists every metric is what their headers say."""

from __future__ import annotations

from pathlib import Path

from warehouse.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "REFERENCE.md"


def test_the_page_is_made_from_the_headers() -> None:
    assert PAGE.read_text("utf-8") == reference(), "run python -m warehouse.reference"

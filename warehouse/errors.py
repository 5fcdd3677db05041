"""What can go wrong when a number is asked for."""

from __future__ import annotations

from collections.abc import Iterable


class WarehouseError(Exception):
    """Base of every error that the read side raises on purpose; its text is fit for a page."""


class NoGeneration(WarehouseError):
    """Nothing has been published yet, so there is nothing to read."""


class UnknownMetric(WarehouseError):
    """No metric has that name."""

    def __init__(self, name: str, valid: Iterable[str]) -> None:
        super().__init__(f"There is no metric {name!r}. Metrics: {', '.join(sorted(valid))}.")
        self.name = name


class BadParameter(WarehouseError):
    """A parameter is missing, unknown, or has a value that does not fit its type."""


class QueryFailed(WarehouseError):
    """The database refused or failed to answer; the data itself is untouched."""

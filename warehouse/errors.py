"""What can go wrong when a number is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path


class WarehouseError(Exception):
    """Base of every error that the read side raises on purpose; its text is fit for a page."""


class NoGeneration(WarehouseError):
    """Nothing has been published yet, so there is nothing to read."""


class WarehouseLocked(WarehouseError):
    """Another process has the published file open for writing, so that nobody can read it."""

    def __init__(self, path: Path, error: Exception) -> None:
        holder = re.search(r"held in (.+?) \(PID (\d+)\)", str(error))
        who = f" ({holder[1]}, process {holder[2]})" if holder else ""
        super().__init__(
            f"{path.name} is locked: another program{who} has it open for writing. It is not "
            f"broken, and no data is lost. Close it there, and open it read-only from now on: "
            "`duckdb -readonly data/warehouse.duckdb`."
        )


class UnknownMetric(WarehouseError):
    """No metric has that name."""

    def __init__(self, name: str, valid: Iterable[str]) -> None:
        super().__init__(f"There is no metric {name!r}. Metrics: {', '.join(sorted(valid))}.")
        self.name = name


class BadParameter(WarehouseError):
    """A parameter is missing, unknown, or has a value that does not fit its type."""


# How the database says that it understood the values but will not take them, error() included.
_REFUSALS = tuple(
    f"{kind} Error: " for kind in ("Invalid Input", "Conversion", "Out of Range", "Binder")
)
_TOO_MUCH = ("Out of Memory Error: ", "INTERRUPT Error: ")


class QueryFailed(WarehouseError):
    """The database refused or failed to answer; the data itself is untouched."""

    @property
    def is_of_the_question(self) -> bool:
        """Did the database understand the values but not take them?"""
        return str(self).startswith(_REFUSALS)

    @property
    def is_too_much(self) -> bool:
        """Does the question need more time or memory than one may take?"""
        return str(self).startswith(_TOO_MUCH)


TOO_MUCH = "This needs more time or memory than one question may take: ask for less."
CANNOT_ANSWER = "The warehouse cannot answer now."


def said(wrong: WarehouseError) -> str:
    """What went wrong, for people: the database's own inside stays in the log."""
    if not isinstance(wrong, QueryFailed):
        return str(wrong)
    if wrong.is_of_the_question:
        return str(wrong).split(": ", 1)[1]
    return TOO_MUCH if wrong.is_too_much else CANNOT_ANSWER

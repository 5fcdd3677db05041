"""What can go wrong with a report; each text is fit for a page."""

from __future__ import annotations


class ReportError(Exception):
    """Base of what this room raises on purpose."""

    message = ""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.message)


class UnknownReport(ReportError):
    """No report has that id, or it is too old."""

    message = "There is no such report; finished ones are kept for 7 days."


class NotReady(ReportError):
    """The report is still being made."""

    message = "The report is still running."


class ReportFailed(ReportError):
    """There is no file, and never will be."""

    def __init__(self, reason: str | None) -> None:
        super().__init__(f"The report failed: {reason}")


class QueueUnreachable(ReportError):
    """The report is noted and is made once the queue can be reached."""

    message = "The report is noted, but its queue cannot be reached."


class NoData(ReportError):
    """Nothing of the dataset that a metric reads has been loaded."""

    def __init__(self, dataset: str, metric: str) -> None:
        super().__init__(
            f"No data yet: no file of {dataset} has been loaded, and {metric} reads it."
        )

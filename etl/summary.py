"""What a run did: for the terminal, for machines, and for whoever called it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from etl.customers import Customer
from etl.ledger import FileFate, Totals

SHOWN = 5


@dataclass(slots=True)
class Summary:
    """`generation` is the current one afterwards; `waiting` files are left for a later run.

    `joined` are small files of the lake, `dropped` rows of days that are no longer kept.
    `retracted` are the paths of files that were taken back, `rejected_files` and `unread` are
    (path, reason); `founded` the customers' tables that began, `timed` those that got a time
    column.
    """

    generation: int = 0
    loaded: int = 0
    rejected: int = 0
    duplicate: int = 0
    waiting: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    seconds: float = 0.0
    published: bool = False
    rejected_files: list[tuple[str, str]] = field(default_factory=list)
    unread: list[tuple[str, str]] = field(default_factory=list)
    founded: list[Customer] = field(default_factory=list)
    timed: list[Customer] = field(default_factory=list)
    joined: int = 0
    dropped: int = 0
    retracted: list[str] = field(default_factory=list)

    def note(self, totals: Totals, fates: Iterable[FileFate], founded: list[Customer]) -> None:
        """Take over what a load's ledger says."""
        self.loaded = totals.files_loaded
        self.rejected = totals.files_rejected
        self.duplicate = totals.files_duplicate
        self.rows_read = totals.rows_read
        self.rows_loaded = totals.rows_loaded
        self.rows_rejected = totals.rows_rejected
        self.rejected_files = sorted(
            (fate.path, fate.reason or "") for fate in fates if fate.status == "rejected"
        )
        self.founded = founded

    def after(self, first: Summary) -> Summary:
        """This load together with the one before it in the same run."""
        for name in (
            "loaded",
            "rejected",
            "duplicate",
            "rows_read",
            "rows_loaded",
            "rows_rejected",
        ):
            setattr(self, name, getattr(self, name) + getattr(first, name))
        self.published |= first.published
        self.rejected_files = first.rejected_files + self.rejected_files
        self.founded = first.founded + self.founded
        self.timed = first.timed + self.timed
        return self

    def as_json(self) -> dict[str, object]:
        """The object that --json prints; its keys are part of the contract."""
        return {
            "generation": self.generation,
            "files": {
                "new": self.loaded,
                "refused": self.rejected,
                "duplicate": self.duplicate,
                "waiting": self.waiting,
                "not_read": len(self.unread),
            },
            "rows_read": self.rows_read,
            "rows_loaded": self.rows_loaded,
            "rows_rejected": self.rows_rejected,
            "seconds": round(self.seconds, 3),
        }

    def __str__(self) -> str:
        return "\n".join([self.headline, *self.details()])

    @property
    def headline(self) -> str:
        """The counts in one line."""
        files = f"{self.loaded:,} new, {self.rejected:,} rejected, {self.duplicate:,} duplicate"
        if self.retracted:
            files += f", {len(self.retracted):,} taken back"
        if self.waiting:
            files += f", {self.waiting:,} not complete yet"
        if self.unread:
            files += f", {len(self.unread):,} not read"
        return (
            f"generation {self.generation}: files {files}; "
            f"rows {self.rows_read:,} read, {self.rows_loaded:,} loaded, "
            f"{self.rows_rejected:,} rejected; {self.seconds:.2f} s"
        )

    def details(self) -> Iterator[str]:
        """A line for each of the first files that need somebody, and how to see all."""
        for table in self.founded[:SHOWN]:
            yield f"  new table: {founding(table)}"
        for table in self.timed[:SHOWN]:
            yield f"  customer {table.customer_id}: time column {table.time_column} from now on"
        yield from _listed("rejected", self.rejected_files, "file_history(of_status := 'rejected')")
        yield from _listed("not read", self.unread, "unread_files()")


def founding(table: Customer) -> str:
    """What a customer's first file founded, and what may be wrong with that."""
    said = [f"customer {table.customer_id}: columns {', '.join(table.column_names)}"]
    if table.time_column:
        said.append(f"time column {table.time_column}")
    return "; ".join([*said, *table.remarks])


def _listed(word: str, files: Sequence[tuple[str, str]], metric: str) -> Iterator[str]:
    for path, reason in files[:SHOWN]:
        yield f"  {word}: {path}: {reason}"
    if len(files) > SHOWN:
        yield (
            f"  … and {len(files) - SHOWN:,} more {word}: see the page Data, or "
            f'duckdb -readonly data/warehouse.duckdb "FROM {metric}"'
        )

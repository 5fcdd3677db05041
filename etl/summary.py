"""What a run did: for the terminal, for machines, and for whoever called it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Summary:
    """`generation` is the current one afterwards; `waiting` files are left for a later run."""

    generation: int = 0
    loaded: int = 0
    refused: int = 0
    duplicate: int = 0
    waiting: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    seconds: float = 0.0
    published: bool = False

    def as_json(self) -> dict[str, object]:
        """The object that --json prints; its keys are part of the contract."""
        return {
            "generation": self.generation,
            "files": {
                "new": self.loaded,
                "refused": self.refused,
                "duplicate": self.duplicate,
                "waiting": self.waiting,
            },
            "rows_read": self.rows_read,
            "rows_loaded": self.rows_loaded,
            "rows_rejected": self.rows_rejected,
            "seconds": round(self.seconds, 3),
        }

    def __str__(self) -> str:
        files = f"{self.loaded:,} new, {self.refused:,} refused, {self.duplicate:,} duplicate"
        if self.waiting:
            files += f", {self.waiting:,} not complete yet"
        return (
            f"generation {self.generation}: files {files}; "
            f"rows {self.rows_read:,} read, {self.rows_loaded:,} loaded, "
            f"{self.rows_rejected:,} rejected; {self.seconds:.2f} s"
        )

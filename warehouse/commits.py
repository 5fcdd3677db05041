"""What is published in a bucket: one object for each generation, `commits/<number>.json`.

A commit is put only if there is none of its number, so that of several writers one wins. Numbers
have no holes: the newest commit is found by asking for single ones, without any listing.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from warehouse.bucket import Bucket, Gone, Stored


@dataclass(frozen=True, slots=True)
class Commit:
    """A generation and what stands for it: the DuckDB file, packed by Zstandard, the load's ledger
    (none where no load was added), and the parts of marts that it names.

    `folder` is what the paths in the DuckDB file begin with, `load_id` the newest load in it;
    `writer` tells who made it from others.
    """

    number: int
    load_id: int
    made_at: str
    writer: str
    folder: str
    database: Stored
    ledger: Stored | None
    parts: tuple[Stored, ...]

    @property
    def key(self) -> str:
        return key(self.number)

    def as_bytes(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


def key(number: int) -> str:
    """Where the commit of a number lies."""
    return f"commits/{number:012d}.json"


def read(content: bytes) -> Commit:
    """A commit as it was put. Raises ValueError where it is none."""
    try:
        noted: dict[str, Any] = json.loads(content)
        noted["database"] = Stored(**noted["database"])
        noted["ledger"] = Stored(**noted["ledger"]) if noted["ledger"] else None
        noted["parts"] = tuple(Stored(**part) for part in noted["parts"])
        return Commit(**noted)
    except (KeyError, TypeError, ValueError) as wrong:
        raise ValueError(f"this is no commit of fleetpulse: {wrong}") from wrong


def get(bucket: Bucket, number: int) -> Commit | None:
    """The commit of a number; None where there is none. Raises BucketError."""
    try:
        return read(bucket.get(key(number)))
    except Gone:
        return None


def newest(bucket: Bucket, after: int = 0) -> Commit | None:
    """The newest commit behind the number `after`; None where there is none. Raises BucketError.

    Asks for the next one first, so that nothing new costs one request.
    """
    found, step = None, 1
    while commit := get(bucket, after + step):
        found, after, step = commit, after + step, 2 * step
    while step > 1:
        step //= 2
        if commit := get(bucket, after + step):
            found, after = commit, after + step
    return found

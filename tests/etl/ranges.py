"""Files that a cluster takes in ranges, small as they are."""

from __future__ import annotations

from collections import Counter

import pytest

from etl.engines import spark
from etl.progress import Progress
from etl.read import scan

LONG = "timestamp,id,type,status\r\n" + "".join(
    f"2026-02-{1 + n % 28:02}T10:{n:02}:00Z,d{n % 7},sensor,{'' if n % 9 == 4 else 'online'}\r\n"
    + "\r\n" * (n % 5 == 2)
    for n in range(40)
)
RANGES = {  # name: text, and whether it is plain enough to be read in ranges
    "long.csv": (LONG, True),
    "marked.csv": ("\ufeff" + LONG.replace("d1", "é1"), True),
    "cut off.csv": (LONG.replace("d1", "f1").rstrip(), True),
    "padded.csv": (LONG.replace(",", " , "), True),
    "bad at the end.csv": (LONG.replace("d1", "g1") + "x\r\n" * 30, True),
    "nothing good.csv": ("timestamp,id,type,status\n" + "x\n" * 40, True),
    "quoted.csv": (LONG.replace("sensor", '"a\r\nsensor"'), False),
    "comments.csv": ("# made\n" + LONG.replace("d1", "h1"), False),
}


def in_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read all but the smallest files in ranges, which begin where a block of the scan does."""
    for module, bound in ((scan, "BLOCK_BYTES"), (scan, "CUT_BYTES"), (spark, "MOST_LINES")):
        monkeypatch.setattr(module, bound, 7)


class Parts(Progress):
    """Counts how many tasks each file was in."""

    def __init__(self) -> None:
        super().__init__()
        self.of: Counter[str] = Counter()

    def parsed(self, path: str, stored_bytes: int, lines: int) -> None:
        self.of[path] += 1

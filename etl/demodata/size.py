"""What is asked of a dataset's generator."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Size:
    """How much to make. `devices` are stores for the stores dataset."""

    days: int
    devices: int
    rows: int


@dataclass(frozen=True)
class Request:
    """One dataset to write; equal requests give equal bytes.

    `clean` leaves out the holes, late files and bad rows, so that every row written loads;
    `single_file` does too and writes one CSV a table instead of a folder of them.
    """

    seed: int
    last_day: date
    size: Size
    single_file: bool = False
    clean: bool = False

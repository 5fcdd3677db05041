"""Reads the warehouse over and over until stdin is closed.

usage: reader.py DATA pages|anyone

`pages` reads through the package warehouse, `anyone` opens warehouse.duckdb as any SQL client does.
Every generation must hold exactly what its own ledger says, however often it is replaced. Prints
how often each number of a generation was seen, as JSON; anything wrong is an exception.
"""

from __future__ import annotations

import json
import select
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import duckdb

from warehouse import Settings, open_generation

DAY = "date '2017-05-09'"
LEDGER = "select sum(rows_loaded) from files where dataset = 'health_reports'"
SAME = {
    "the lake's files": "select sum(rows) from parquet_files where dataset = 'health_reports'",
    "the lake": "select count(*) from health_reports",
    "top_devices": f"select sum(occurrences) from top_devices({DAY}, top_n := 1000000)",
    "daily_devices": f"select max(reports) from daily_devices(null, null, {DAY}, days := 1)",
    "the loads": "select sum(rows_loaded) from loads",
}


Ask = Callable[[str], int]


def main() -> None:
    settings = Settings(data=Path(sys.argv[1]))
    asking = {"pages": through_the_package, "anyone": as_anyone}[sys.argv[2]]
    seen: Counter[int] = Counter()
    while not select.select([sys.stdin], [], [], 0)[0]:
        if settings.warehouse.exists():
            with asking(settings) as ask:
                number = ask("select number from generation")
                assert number >= max(seen, default=0), "an older generation came back"
                seen[number] += 1
                expected = ask(LEDGER)
                for what, query in SAME.items():
                    assert ask(query) == expected, what
    print(json.dumps(seen))


@contextmanager
def through_the_package(settings: Settings) -> Iterator[Ask]:
    generation = open_generation(settings)
    yield lambda query: int(generation.query(query).column(0)[0].as_py())


@contextmanager
def as_anyone(settings: Settings) -> Iterator[Ask]:
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        yield lambda query: int(connection.execute(query).fetchall()[0][0])


if __name__ == "__main__":
    main()

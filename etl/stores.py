"""The marts of stores, computed from a checkpoint on: a load costs the polls since then.

Carried to a checkpoint (etl/replay.py) are each store's last poll, the open spans that its next one
can reach and the pieces of open time that end there. A store whose hours or zone are others now, a
new one too, is remade: computed from the beginning up to the checkpoint, beside the others, whose
parts stay as they are. The rows that older parts have of it hold no more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import duckdb

from etl import checkpoints, parts
from etl.checkpoints import START, Checkpoint
from etl.replay import Family, Replay

_FAMILY = Family(
    dataset="store_status",
    roots=frozenset({"store_status", "business_hours"}),
    checkpoint="store_checkpoint",
    empty={
        "store_last_polls": "store_id varchar, poll_us bigint, active boolean, "
        "agrees_before boolean",
        "store_last_spans": "store_id varchar, open_us bigint, close_us bigint",
        "store_last_pieces": "store_id varchar, from_half_us bigint, until_half_us bigint, "
        "status varchar, certain boolean",
    },
    weight=4,
)

# The newest step with which a store was remade: parts of older ones hold nothing of it.
SCHEMA = "create table stores_remade (store_id varchar, step bigint)"
SHARE = 4  # when more than a quarter of all stores is to be remade, all are

# In the order in which they are computed, with the time that each is sorted by.
_TIMES = {
    "store_open_spans": "open_us",
    "store_polls": "poll_us",
    "store_open_status": "from_half_us",
}
_SETTLED = {
    "store_open_spans": "where close_us < (select (until_day_number + 1) * 86400000000 "
    "from store_checkpoint)",
    "store_polls": "",
    "store_open_status": "where not exists (select 1 from carried_store_last_pieces as held "
    "where held.store_id = store_open_status.store_id "
    "and held.from_half_us = store_open_status.from_half_us "
    "and held.until_half_us = store_open_status.until_half_us)",
}
_NEWEST = 10**9  # a day after all others
_CHANGED = """
create or replace temp table stores_changed as
from stores_dropped
union
select store_id from (
    from stores_before except select store_id, zone, hours_given from store_directory
)
union
select store_id from (
    select store_id, zone, hours_given from store_directory except from stores_before
)
union
select store_id from (from hours_before except from store_hours)
union
select store_id from (from store_hours except from hours_before)
"""


class Stores(Replay):
    """One computation of these marts; stores that live otherwise may do so on any day."""

    family = _FAMILY

    @staticmethod
    def first(connection: duckdb.DuckDBPyConnection, days: Collection[int]) -> int | None:
        return min(days, default=_NEWEST)

    def run(self, first: int) -> None:
        """Everything from the day number `first` on, at least."""
        self.connection.execute("create or replace temp table stores_dropped (store_id varchar)")
        begin = self.undamaged(self.go_back(first))
        self._read(begin)
        self._describe()
        begin = self._remake(begin)
        for day_number in self.due(begin):
            begin = self._settle(begin, day_number)
        self._read(begin)
        self._compute(begin)
        self.keep_tail()
        self.forget()

    def go_back(self, first: int) -> Checkpoint:
        """As ever; stores that were remade after it are to be remade again."""
        found = Replay.go_back(self, first)
        later = "from stores_remade where step > ?"
        self.connection.execute(f"insert into stores_dropped select store_id {later}", [found.step])
        self.connection.execute(f"delete {later}", [found.step])
        return found

    def _read(self, begin: Checkpoint, until: int | None = None) -> None:
        """The polls between two days, and what is carried to the first."""
        self.check(self.rows(begin, until))
        self.carry(begin)

    def _describe(self) -> None:
        """Where and how every store lives now, and which of them live otherwise than before."""
        self.connection.execute(
            "create or replace temp table stores_before as "
            "select store_id, zone, hours_given from store_directory"
        )
        self.connection.execute("create or replace temp table hours_before as from store_hours")
        self.make_whole()
        self.connection.execute(_CHANGED)

    # From checkpoint to checkpoint, and from the last one on.

    def _remake(self, begin: Checkpoint) -> Checkpoint:
        """A checkpoint of the same day for which the stores that live otherwise are computed anew;
        the beginning where these are many."""
        changed, heard, stores = self._count()
        if begin == START or not changed:
            return begin
        if changed * SHARE > stores:
            return self.go_back(START.day_number)
        end = checkpoints.add(self.connection, self.family.dataset, begin.day_number)
        changed_ones = "where store_id in (from stores_changed)"
        until = begin.day_number if heard else START.day_number
        self.check(self.rows(START, until, changed_ones))
        self.carry(START)
        self.put("store_directory", f"from main.store_directory {changed_ones}", "table")
        self._compute(START, begin.day_number)
        self._write(end, begin)
        self.take_away("store_directory")
        checkpoints.remove(self.connection, begin.step)
        parts.drop(self.connection, begin.step, self.family.carried())
        self.connection.execute(
            "insert into stores_remade select store_id, ? from stores_changed", [end.step]
        )
        return end

    def _count(self) -> tuple[int, int, int]:
        """The stores that live otherwise, those of them with polls that are settled, and all."""
        row = self.connection.execute(
            "select count(*), count(store_last_polls.store_id), "
            "(select count(*) from store_directory) "
            "from stores_changed left join store_last_polls using (store_id)"
        ).fetchone()
        assert row is not None
        return row[0], row[1], row[2]

    def _settle(self, begin: Checkpoint, day_number: int) -> Checkpoint:
        """Make a checkpoint of a day."""
        end = checkpoints.add(self.connection, self.family.dataset, day_number)
        self._read(begin, day_number)
        self._compute(begin, day_number)
        self._write(end)
        return end

    def _compute(self, begin: Checkpoint, until: int | None = None) -> None:
        """The spans, polls and pieces between two days."""
        self.between(begin, until)
        for name in _TIMES:
            self.make(name)

    def _write(self, end: Checkpoint, begin: Checkpoint | None = None) -> None:
        """What is settled and what is carried; at `begin` the other stores stay as they were."""
        for name in self.family.empty:
            rows = self.sql(name)
            if begin:
                others = f"from ({self.carried_rows(name, begin)}) anti join stores_changed"
                rows = f"({rows}) union all by name {others} using (store_id)"
            self.put(f"carried_{name}", rows, "table")
            self.put(name, f"from carried_{name}")
            self.write(name, end, f"select * from carried_{name}")
        for name, at_us in _TIMES.items():
            order = f"order by store_id, {at_us}"
            self.write(name, end, f"select * from {name} {_SETTLED[name]} {order}")

    def held(self, listed: Mapping[str, int]) -> list[str]:
        """As ever, without the rows of stores that were remade."""
        row = self.connection.execute("select max(step) from stores_remade").fetchone()
        newest = row[0] if row and row[0] else 0
        untouched = [path for path, step in listed.items() if step >= newest]
        held = [f"from {parts.table(self.data, untouched)}"] if untouched else []
        return held + [
            f"from {parts.table(self.data, [path])} as part where not exists (select 1 "
            "from stores_remade as remade where remade.store_id = part.store_id "
            f"and remade.step > {step})"
            for path, step in listed.items()
            if step < newest
        ]

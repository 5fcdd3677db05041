"""The marts of connectivity, computed from a checkpoint on: a load costs the days since then.

At a checkpoint, the end of a day, what is settled leaves for parts (etl/parts.py) or is summed up,
and of the days before only what is carried is read again: each device's last event, the intervals
that go on, the runs of days that later windows can see. What lies after the checkpoint, the tail,
is made anew by every load. An event, or the life of a server, that changes a day before the
checkpoint goes back to an older one, or to the beginning.

The roles stand in the headers of warehouse/marts (`recompute`): `settled` marts have parts and a
tail, `after` marts rows for days, `summed` marts shares that add up, `carried` marts the state.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from etl import checkpoints, lake, parts, views
from etl.checkpoints import START, Checkpoint
from etl.datasets import datasets
from etl.mart import ROLES, marts
from etl.views import LakeFile
from warehouse.database import text

DATASET = "connectivity_events"

# What is carried and known, before there is anything.
_EMPTY = {
    "online_last_events": "device_id varchar, user_id varchar, server_id varchar, "
    "connected boolean, timestamp_us bigint, event_number bigint",
    "online_going_on": "device_id varchar, event_number bigint, user_id varchar, "
    "server_id varchar, rule varchar, start_us bigint, next_us bigint",
    "online_last_spans": "device_id varchar, user_id varchar, event_number bigint, "
    "from_day_number bigint, to_day_number bigint, is_last boolean",
    "online_server_pairs": "server_id varchar, device_id varchar",
    "online_known_pairs": "server_id varchar, device_id varchar",
}
_SHOWN = ("online_intervals", "online_spans")
_SUMMED = ("online_rule_days", "online_server_sums", "online_week_steps", "online_server_days")
_CARRIED = ("online_last_events", "online_going_on", "online_last_spans")
_DAY_US = 86_400_000_000
_EPOCH = dt.date(1970, 1, 1)


def create(connection: duckdb.DuckDBPyConnection, data: Path) -> None:
    """Make everything, empty, in the database in use."""
    connection.execute(parts.SCHEMA)
    connection.execute(checkpoints.SCHEMA)
    with _Replay(connection, data, data, []).bound() as replay:
        replay.make_empty()


def recompute(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    root: Path,
    files: Sequence[LakeFile],
    days: Collection[dt.date],
) -> None:
    """Bring the marts up to date where rows of `days` came or went, and where the lives of servers
    are others than in the temporary table `lives_before`.

    `files` are those of the dataset, by day; parts are written below `root`. Raises lake.Damaged.
    """
    first = [(day - _EPOCH).days for day in days]
    changed = connection.execute(_CHANGED_LIVES).fetchone()
    if changed and changed[0] is not None:
        first.append(changed[0])
    if not first:
        return
    with _Replay(connection, data, root, files).bound() as replay:
        replay.run(min(first))


# The first day on which another life of a server changes anything: from the earlier one of both
# destructions on, and where it was unknown or is now, from its first event on.
_CHANGED_LIVES = f"""
select min(least(
    case
        when lives_before.destroyed_us is distinct from server_lives.destroyed_us
            then (least(lives_before.destroyed_us, server_lives.destroyed_us) - 1)
                // {_DAY_US} - 1
    end,
    case
        when lives_before.server_id is null or server_lives.server_id is null
            then first_days.day_number
    end
))
from lives_before
full join server_lives using (server_id)
inner join (
    select server_id, min(first_day_number) as day_number
    from online_server_days
    group by server_id
) as first_days using (server_id)
"""

# The first settled day that is another now: what follows the last event of a device may prove that
# its server lived on, or no longer prove it; where the server lives it changes no day before.
_ANOTHER_END = """
select min(least(before.end_us, now.end_us)) // {day_us} - 1
from connectivity_now as now
inner join online_last_events using (device_id, event_number)
inner join {before} as before using (device_id, event_number)
where least(before.end_us, {settled_us}) <> least(now.end_us, {settled_us})
"""


@dataclass(slots=True)
class _Replay:
    """One computation. Temporary views and tables stand in front of the stored ones: what is
    carried from a checkpoint, and as `online_intervals` and so on the rows since then."""

    connection: duckdb.DuckDBPyConnection
    data: Path
    root: Path
    files: Sequence[LakeFile]
    _put_in_front: dict[str, str] = field(default_factory=dict, init=False)

    @contextmanager
    def bound(self) -> Iterator[_Replay]:
        """Leaves none of the temporary relations behind."""
        try:
            for name in _EMPTY:
                self._put(name, _nothing(name))
            self._between(START)
            self.connection.execute("set preserve_insertion_order = false")
            yield self
        except duckdb.Error:
            self.connection.rollback()  # else nothing could be put away, which would be the error
            raise
        finally:
            self.connection.execute("reset preserve_insertion_order")
            self._unbind()

    def make_empty(self) -> None:
        """Every table without rows, and the views over them."""
        self._events(START)
        for mart in marts().values():
            if mart.recompute not in ROLES or mart.recompute == "carried":
                continue
            self._put(mart.name, self._sql(mart.name), "table")
            empty = f"from temp.{mart.name}"
            if mart.name in _SHOWN:
                self.connection.execute(f"create table {mart.name}_tail as {empty}")
            elif mart.recompute == "summed":
                columns = f"select *, null::bigint as step {empty}"
                self.connection.execute(f"create table main.{mart.name} as {columns}")
            elif mart.recompute == "after":
                self.connection.execute(f"create table main.{mart.name} as {empty}")
            if mart.name == "online_event_days":
                self._observe()
        for name in _SHOWN:
            self._show(name)

    def run(self, first: int) -> None:
        """Everything from the day number `first` on, at least."""
        newest = checkpoints.newest(self.connection)
        begin = self._go_back(first)
        while True:
            begin = self._undamaged(begin)
            self._read(begin)
            another = self._first_other_day(begin, begin == newest)
            if another is None:
                break
            begin = self._go_back(another)
        end = begin
        for day_number in self._due(begin):
            end = self._settle(end, day_number)
        self._tail(end)
        self._windows(begin)
        for step in checkpoints.forget(self.connection):
            parts.drop(self.connection, step, _CARRIED)

    # Where to begin.

    def _go_back(self, first: int) -> Checkpoint:
        """The newest checkpoint before a day; what was settled after it is so no more."""
        found = checkpoints.go_back(self.connection, first)
        parts.drop_after(self.connection, found.step)
        for name in _SUMMED:
            self.connection.execute(
                f"delete from {name} where step is null or step > ?", [found.step]
            )
        return found

    def _undamaged(self, begin: Checkpoint) -> Checkpoint:
        """The same, or the beginning where what was carried to it was harmed: the lake has all."""
        carried = [parts.paths(self.connection, name, begin.step) for name in _CARRIED]
        carried.append(parts.paths(self.connection, "online_server_pairs"))
        digests = {path: sha256 for each in carried for path, sha256 in each.items()}
        if any(lake.faults(self.data, digests)):
            return self._go_back(START.day_number)
        return begin

    def _read(self, begin: Checkpoint) -> None:
        """The intervals of every event since a checkpoint, and the days and observation."""
        due = [file for file in self.files if _number(file) > begin.day_number]
        lake.check(self.data, {file.path: file.sha256 for file in due})
        self._carry(begin)
        self._events(begin)
        self._replace("online_event_days", begin)
        self._observe()
        self._put("connectivity_now", self._sql("online_intervals"), "table")

    def _first_other_day(self, begin: Checkpoint, is_newest: bool) -> int | None:
        """The first day before a checkpoint that is another now, if any."""
        if begin == START:
            return None
        settled_us = (begin.day_number + 1) * _DAY_US
        row = self.connection.execute("select end_us from online_observation").fetchone()
        end_us = row[0] if row else None
        if end_us is None:
            return START.day_number
        if end_us < settled_us:  # the newest days are gone
            return int(end_us // _DAY_US)
        before = "online_intervals_tail" if is_newest else "main.online_intervals"
        sql = _ANOTHER_END.format(day_us=_DAY_US, before=before, settled_us=settled_us)
        row = self.connection.execute(sql).fetchone()
        return row[0] if row else None

    def _due(self, begin: Checkpoint) -> list[int]:
        rows: dict[int, int] = defaultdict(int)
        for file in self.files:
            if _number(file) > begin.day_number:
                rows[_number(file)] += file.rows
        return checkpoints.due(rows)

    # From checkpoint to checkpoint, and from the last one on.

    def _settle(self, begin: Checkpoint, day_number: int) -> Checkpoint:
        """Make a checkpoint of a day."""
        end = checkpoints.add(self.connection, day_number)
        self._between(begin, day_number)
        self._events(begin, day_number)
        self._compute(
            "select * from connectivity_now where decided_day_number <= "
            f"{day_number} and {_unsettled(begin)}"
        )
        self._sum(end.step)
        self._put(
            "online_undecided",
            f"select * from connectivity_now where start_us < ({day_number} + 1) * {_DAY_US} and "
            f"(decided_day_number is null or decided_day_number > {day_number})",
        )
        for name in _CARRIED:
            self._put(f"carried_{name}", self._sql(name), "table")
        settled = f"settled_day_number <= {day_number}"
        self._write("online_intervals", end, f"from online_intervals where {settled}")
        self._write(
            "online_spans",
            end,
            "from online_spans as spans "
            f"where (not lingers or coalesce({settled}, false)) and not exists ("
            "select 1 from carried_online_last_spans as last where last.is_last "
            "and last.device_id = spans.device_id and last.event_number = spans.event_number)",
        )
        self._write("online_server_pairs", end, "from online_server_pairs order by server_id")
        for name in _CARRIED:
            self._write(name, end, f"from carried_{name}")
        self._carry(end)
        return end

    def _tail(self, begin: Checkpoint) -> None:
        """What is not settled, as it is now."""
        self._between(begin)
        self._events(begin)
        self._compute(f"select * from connectivity_now where {_unsettled(begin)}")
        self._sum(None)
        for name in _SHOWN:
            self.connection.execute(f"create or replace table {name}_tail as from temp.{name}")
            self._show(name)

    def _windows(self, begin: Checkpoint) -> None:
        """The devices within windows of days: of all days since a checkpoint at once, since a
        device that is not settled counts on settled days too."""
        self._carry(begin)
        self._between(begin)
        settled = parts.after(self.connection, self.data, "online_spans", begin.step)
        self._put("online_spans", " union all by name ".join([*settled, "from online_spans_tail"]))
        self._replace("online_fleet_days", begin)

    # The relations that the marts read.

    def _compute(self, intervals: str) -> None:
        """What rests on some intervals, and the devices that are new on their servers."""
        self._put("online_intervals", intervals)
        self._put("online_spans", self._sql("online_spans"), "table")
        self._know()
        self._put("online_server_pairs", self._sql("online_server_pairs"), "table")

    def _know(self) -> None:
        """The devices that servers of these intervals are known to have carried."""
        known = parts.paths(self.connection, "online_server_pairs")
        servers = self.connection.execute("select distinct server_id from online_intervals")
        named = ", ".join(text(server) for (server,) in servers.fetchall())
        rows = (
            f"from {parts.table(self.data, known)} where server_id in ({named})"
            if known and named
            else _nothing("online_known_pairs")
        )
        self._put("online_known_pairs", rows)

    def _sum(self, step: int | None) -> None:
        for name in _SUMMED:
            self.connection.execute(
                f"insert into {name} select *, {'null' if step is None else step} "
                f"from ({self._sql(name)})"
            )

    def _carry(self, at: Checkpoint) -> None:
        """What is carried to a checkpoint."""
        for name in _CARRIED:
            listed = parts.paths(self.connection, name, at.step) if at.step else {}
            rows = f"from {parts.table(self.data, listed)}" if listed else _nothing(name)
            self._put(name, rows)

    def _between(self, begin: Checkpoint, until: int | None = None) -> None:
        between = "select ?::bigint as day_number, ?::bigint as until_day_number"
        self._put("online_checkpoint", between, "table", [begin.day_number, until])

    def _events(self, begin: Checkpoint, until: int | None = None) -> None:
        """The events of the days after a checkpoint, up to a day."""
        due = [
            file
            for file in self.files
            if begin.day_number < _number(file) and (until is None or _number(file) <= until)
        ]
        self._put(DATASET, views.rows_sql(datasets()[DATASET], self.data, due))

    def _replace(self, name: str, begin: Checkpoint) -> None:
        """The rows of a mart for the days after a checkpoint."""
        self.connection.execute(f"delete from {name} where day_number > ?", [begin.day_number])
        self.connection.execute(f"insert into {name} {self._sql(name)}")

    def _observe(self) -> None:
        sql = self._sql("online_observation")
        self.connection.execute(f"create or replace table online_observation as {sql}")

    def _write(self, mart: str, end: Checkpoint, rows: str) -> None:
        parts.write(self.connection, self.data, self.root, mart, end.step, rows)

    def _show(self, name: str) -> None:
        """The view that readers see: the parts and the tail."""
        listed = parts.paths(self.connection, name)
        settled = [f"from {parts.table(self.data, listed)}"] if listed else []
        rows = " union all by name ".join([f"from {name}_tail", *settled])
        self.connection.execute(f"create or replace view main.{name} as {rows}")

    def _sql(self, name: str) -> str:
        return marts()[name].definition

    def _put(self, name: str, rows: str, kind: str = "view", values: Sequence[object] = ()) -> None:
        """Put a temporary relation in front of the stored one of that name."""
        if name in self._put_in_front:
            self.connection.execute(f"drop {self._put_in_front[name]} temp.{name}")
        self.connection.execute(f"create temp {kind} {name} as {rows}", [*values])
        self._put_in_front[name] = kind

    def _unbind(self) -> None:
        for name, kind in self._put_in_front.items():
            self.connection.execute(f"drop {kind} if exists temp.{name}")
        self._put_in_front.clear()


def _unsettled(at: Checkpoint) -> str:
    return f"(settled_day_number is null or settled_day_number > {at.day_number})"


def _nothing(name: str) -> str:
    columns = (column.rsplit(" ", 1) for column in _EMPTY[name].split(", "))
    return f"select {', '.join(f'null::{kind} as {one}' for one, kind in columns)} where false"


def _number(file: LakeFile) -> int:
    return (file.day - _EPOCH).days

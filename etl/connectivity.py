"""The marts of connectivity, computed from a checkpoint on: a load costs the days since then.

Carried to a checkpoint (etl/replay.py) are each device's last event, the intervals that go on and
the runs of days that later windows can see. The life of a server that changes a day before the
checkpoint goes back as an event does.
"""

from __future__ import annotations

from collections.abc import Collection

import duckdb

from etl import checkpoints, parts
from etl.checkpoints import START, Checkpoint
from etl.replay import DAY_US, Family, Replay
from warehouse.database import text

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
_FAMILY = Family(
    dataset="connectivity_events",
    roots=frozenset({"connectivity_events"}),
    checkpoint="online_checkpoint",
    empty=_EMPTY,
    known=("online_server_pairs",),
)


# The first day on which another life of a server changes anything: from the earlier one of both
# destructions on, and where it was unknown or is now, from its first event on.
_CHANGED_LIVES = f"""
select min(least(
    case
        when lives_before.destroyed_us is distinct from server_lives.destroyed_us
            then (least(lives_before.destroyed_us, server_lives.destroyed_us) - 1)
                // {DAY_US} - 1
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


class Connectivity(Replay):
    """One computation of these marts. The lives of servers before stand in the temporary table
    `lives_before`."""

    family = _FAMILY

    @staticmethod
    def first(connection: duckdb.DuckDBPyConnection, days: Collection[int]) -> int | None:
        row = connection.execute(_CHANGED_LIVES).fetchone()
        lives = [row[0]] if row and row[0] is not None else []
        return min([*days, *lives], default=None)

    def run(self, first: int) -> None:
        """Everything from the day number `first` on, at least."""
        newest = checkpoints.newest(self.connection, self.family.dataset)
        begin = self.go_back(first)
        while True:
            begin = self.undamaged(begin)
            self._read(begin)
            another = self._first_other_day(begin, begin == newest)
            if another is None:
                break
            begin = self.go_back(another)
        end = begin
        for day_number in self.due(begin):
            end = self._settle(end, day_number)
        self._tail(end)
        self._windows(begin)
        self.forget()

    def _read(self, begin: Checkpoint) -> None:
        """The intervals of every event since a checkpoint, and the days and observation."""
        self.check(self.rows(begin))
        self.carry(begin)
        self._replace("online_event_days", begin)
        self.make_whole()
        self.make("online_intervals", "connectivity_now")

    def _first_other_day(self, begin: Checkpoint, is_newest: bool) -> int | None:
        """The first day before a checkpoint that is another now, if any."""
        if begin == START:
            return None
        settled_us = (begin.day_number + 1) * DAY_US
        row = self.connection.execute("select end_us from online_observation").fetchone()
        end_us = row[0] if row else None
        if end_us is None:
            return START.day_number
        if end_us < settled_us:  # the newest days are gone
            return int(end_us // DAY_US)
        before = "online_intervals_tail" if is_newest else "main.online_intervals"
        sql = _ANOTHER_END.format(day_us=DAY_US, before=before, settled_us=settled_us)
        row = self.connection.execute(sql).fetchone()
        return row[0] if row else None

    # From checkpoint to checkpoint, and from the last one on.

    def _settle(self, begin: Checkpoint, day_number: int) -> Checkpoint:
        """Make a checkpoint of a day."""
        end = checkpoints.add(self.connection, self.family.dataset, day_number)
        self.between(begin, day_number)
        self.rows(begin, day_number)
        self._compute(
            "select * from connectivity_now where decided_day_number <= "
            f"{day_number} and {_unsettled(begin)}"
        )
        self._sum(end.step)
        self.put(
            "online_undecided",
            f"select * from connectivity_now where start_us < ({day_number} + 1) * {DAY_US} and "
            f"(decided_day_number is null or decided_day_number > {day_number})",
        )
        for name in self.family.carried():
            self.make(name, f"carried_{name}")
        settled = f"settled_day_number <= {day_number}"
        self.write("online_intervals", end, f"select * from online_intervals where {settled}")
        self.write(
            "online_spans",
            end,
            "select * from online_spans as spans "
            f"where (not lingers or coalesce({settled}, false)) and not exists ("
            "select 1 from carried_online_last_spans as held where held.is_last "
            "and held.device_id = spans.device_id and held.event_number = spans.event_number)",
        )
        self.write(
            "online_server_pairs", end, "select * from online_server_pairs order by server_id"
        )
        for name in self.family.carried():
            self.write(name, end, f"select * from carried_{name}")
        self.carry(end)
        return end

    def _tail(self, begin: Checkpoint) -> None:
        """What is not settled, as it is now."""
        self.between(begin)
        self.rows(begin)
        self._compute(f"select * from connectivity_now where {_unsettled(begin)}")
        self._sum(None)
        self.keep_tail()

    def _windows(self, begin: Checkpoint) -> None:
        """The devices within windows of days: of all days since a checkpoint at once, since a
        device that is not settled counts on settled days too."""
        self.carry(begin)
        self.between(begin)
        settled = parts.after(self.connection, "online_spans", begin.step)
        self.put_parts("online_spans", settled, "online_spans_tail")
        self._replace("online_fleet_days", begin)

    # The relations that the marts read.

    def _compute(self, intervals: str) -> None:
        """What rests on some intervals, and the devices that are new on their servers."""
        self.put("online_intervals", intervals)
        self.make("online_spans")
        self._know()
        self.make("online_server_pairs")

    def _know(self) -> None:
        """The devices that servers of these intervals are known to have carried."""
        known = parts.paths(self.connection, "online_server_pairs")
        servers = self.connection.execute("select distinct server_id from online_intervals")
        named = ", ".join(text(server) for (server,) in servers.fetchall())
        rows = (
            f"from {parts.table(self.data, known)} where server_id in ({named})"
            if known and named
            else self.nothing("online_known_pairs")
        )
        self.put("online_known_pairs", rows)

    def _sum(self, step: int | None) -> None:
        for name in self.family.names("summed"):
            self.connection.execute(
                f"insert into {name} select *, {'null' if step is None else step} "
                f"from ({self.sql(name)})"
            )

    def _replace(self, name: str, begin: Checkpoint) -> None:
        """The rows of a mart for the days after a checkpoint."""
        self.connection.execute(f"delete from {name} where day_number > ?", [begin.day_number])
        self.connection.execute(f"insert into {name} {self.sql(name)}")


def _unsettled(at: Checkpoint) -> str:
    return f"(settled_day_number is null or settled_day_number > {at.day_number})"

"""Files that were taken in ranges, put together again: each has one fate."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from etl.ledger import FileFate
from etl.plan import Task
from etl.take import Taken


@dataclass(slots=True)
class Joining:
    """What the ranges of files gave, until all of a file have returned.

    `whole`: tasks of files that are to be taken again, as a whole: one of their ranges could not be
    loaded, and what became of a file only all of it can tell.
    """

    whole: list[Task] = field(default_factory=list)
    _held: dict[int, list[Taken]] = field(default_factory=dict)

    def add(self, task: Task, taken: Taken) -> list[Taken]:
        """What is complete now."""
        file = task.files[0]
        if file.part is None:
            return [taken]
        held = self._held.setdefault(task.number, [])
        held.append(taken)
        if len(held) < file.part.parts:
            return []
        del self._held[task.number]
        fates = [fate for one in held for fate in one.fates if fate.status == "loaded"]
        if len(fates) < file.part.parts:
            self.whole.append(replace(task, files=[replace(file, part=None)]))
            return []
        held[0].fates = [_sum(fates)]
        for one in held[1:]:
            one.fates = []
        return held


def _sum(fates: list[FileFate]) -> FileFate:
    return replace(
        fates[0],
        rows_read=sum(fate.rows_read for fate in fates),
        rows_loaded=sum(fate.rows_loaded for fate in fates),
        rows_rejected=sum(fate.rows_rejected for fate in fates),
    )

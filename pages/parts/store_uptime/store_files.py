"""The listed stores as a file: with the share, the open hours and the zone, named by its filter."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from pages.parts import downloads, uptime, words
from pages.parts.store_uptime.store_choice import Choice
from warehouse import metrics

LOW, SILENT = "low", "silent"


@dataclass(frozen=True, slots=True)
class Filters:
    """Two thresholds in percent, which of them narrow the list, and a step of the uptime."""

    below: float
    unknown: float
    only: frozenset[str] = frozenset()
    step: int | None = None


def offer(stores: pa.Table, chosen: Choice, kept: str) -> None:
    """All of `stores`, as `uptime.measured` gives them; `kept` says the filter in the name."""
    table = columns(stores, chosen)
    name = "-".join(filter(None, ("store-uptime", f"{chosen.end:%Y-%m-%dT%H%M}", kept)))
    downloads.offer(
        table,
        name,
        "stores",
        decimals={**metrics()["store_uptime"].decimals, **dict.fromkeys(added(chosen), 2)},
        csv_help="Hours (last hour: minutes), rounded to 2 decimals.",
        parquet_help=f"The same {words.counted(table.num_rows, 'row')}, not rounded.",
    )


def added(chosen: Choice) -> dict[str, str]:
    """What stands behind the metric's columns: their names in the file, of the window shown."""
    ending = chosen.window.ending
    return {f"uptime_pct_{ending}": "uptime_pct", f"open_hours_{ending}": "open_hours"}


def columns(stores: pa.Table, chosen: Choice) -> pa.Table:
    """The metric's columns, then those of `added` and the time zone."""
    table = stores.select([column.name for column in metrics()["store_uptime"].columns])
    for name, own in added(chosen).items():
        table = table.append_column(name, stores[own])
    return table.append_column("time_zone", stores["zone"])


def filtered_by(chosen: Choice, kept: Filters) -> str:
    """`nearest-week-uptime-below-90-in-America-Chicago`."""
    said = [chosen.method, chosen.span]
    if LOW in kept.only:
        said.append(f"uptime-below-{kept.below:g}")
    if SILENT in kept.only:
        said.append(f"unknown-above-{kept.unknown:g}")
    if kept.step is not None:
        said.append(f"uptime-{span(kept.step)}")
    if chosen.zone:
        said.append(f"in-{words.slug(chosen.zone)}")
    return "-".join(said)


def span(step: int) -> str:
    """`85-90`: a step of the uptime as the URL says it."""
    low = step * uptime.STEP_PCT
    return f"{low}-{low + uptime.STEP_PCT}"

"""Connectivity: devices that come online on servers that die, told by a stream with gaps."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from etl.demodata.edits import insert_lines
from etl.demodata.output import Edit, Output
from etl.demodata.size import Request, Size

DEMO = Size(days=90, devices=5_000, rows=240_000)
BENCH = Size(days=1_000, devices=54_000, rows=9_300_000)

LARGEST_FLEET = 900
SERVERS_ALIVE = 7
WEEK = timedelta(days=7)

# How many days before the last one each oddity lies.
LATE_ARRIVES = 3
SERVERS_KNOWN = 30
BAD_ROWS = 11


def write(out: Output, request: Request) -> None:
    """Write events and servers, without header lines as the real ones; some files otherwise."""
    _generate(out, request)
    if request.single_file:
        _copy_servers(out, request, "servers.csv", request.last_day)
        _copy_events(out, request, "connectivity_events.csv", *_span(request), everything=True)
        return
    if not request.clean:
        known = request.last_day - timedelta(days=SERVERS_KNOWN)
        _copy_servers(out, request, f"servers/{known}.csv", known)
    _copy_servers(out, request, f"servers/{request.last_day}.csv", request.last_day)
    for first, end in _weeks(request):
        _write_week(out, request, first, end)
    if not request.clean:
        arrived = request.last_day - timedelta(days=LATE_ARRIVES)
        name = f"connectivity_events/{arrived}_late.csv"
        _copy_events(out, request, name, *_span(request), late=True)


def fleet_sizes(devices: int, users: int) -> list[int]:
    """Devices of each user, largest first: each has one, a few have hundreds, none over 900."""
    flatter = (_shares(devices, users, flat) for flat in count())
    return next(
        sizes for sizes in flatter if max(sizes) <= max(LARGEST_FLEET, devices // users + 2)
    )


def _shares(devices: int, users: int, flat: int) -> list[int]:
    weights = [10**12 // (rank * (66 + rank)) for rank in range(1 + flat, users + 1 + flat)]
    total, so_far, given, sizes = sum(weights), 0, 0, []
    for weight in weights:
        so_far += weight
        until_here = (devices - users) * so_far // total
        sizes.append(1 + until_here - given)
        given = until_here
    return sizes


def _generate(out: Output, request: Request) -> None:
    """Fill the tables `servers`, `fleet` and `events`."""
    size = request.size
    first_day, _ = _span(request)
    sizes = fleet_sizes(size.devices, max(1, size.devices * 4 // 25))
    lives = {
        "seed": request.seed,
        "days": size.days,
        "servers": 26 + size.days * 162 // 1000,
        "alive": SERVERS_ALIVE,
    }
    out.prepare("connectivity_servers", **lives)
    out.prepare(
        "connectivity_fleet",
        seed=request.seed,
        days=size.days,
        sizes=sizes,
        buyer_rank=1 + sum(fleet >= 100 for fleet in sizes),
        stretch_pm=max(1, size.devices * size.days * 533 // size.rows),
    )
    out.prepare("connectivity_events", **lives, first_day=first_day)


def _write_week(out: Output, request: Request, first: date, end: date) -> None:
    """A week of events; the newest file has a header line, one holds rows that are rejected."""
    bad_day = request.last_day - timedelta(days=BAD_ROWS)
    edit = insert_lines(_bad_lines(bad_day)) if first <= bad_day < end else None
    _copy_events(
        out,
        request,
        f"connectivity_events/{first}.csv",
        first,
        end,
        everything=request.clean,
        header=end > request.last_day and not request.clean,
        edit=None if request.clean else edit,
    )


def _copy_events(
    out: Output,
    request: Request,
    name: str,
    first: date,
    end: date,
    late: bool = False,
    everything: bool = False,
    header: bool = False,
    edit: Edit | None = None,
) -> None:
    out.copy(
        name,
        "connectivity_events_file",
        edit,
        first_day=first,
        end_day=end,
        late=late,
        everything=everything,
        header=header,
    )


def _copy_servers(out: Output, request: Request, name: str, known: date) -> None:
    out.copy(name, "connectivity_servers_file", first_day=_span(request)[0], known_day=known)


def _span(request: Request) -> tuple[date, date]:
    """The first day and the day after the last."""
    end = request.last_day + timedelta(days=1)
    return end - timedelta(days=request.size.days), end


def _weeks(request: Request) -> Iterator[tuple[date, date]]:
    first, end = _span(request)
    while first < end:
        yield first, min(first + WEEK, end)
        first += WEEK


def _bad_lines(day: date) -> list[str]:
    return [
        f"{day} 10:15:00,,4,2,True",
        f"{day:%d/%m/%Y} 10:15,100,4,2,True",
        f"{day} 10:16:40.5,100,4,2,maybe",
        f"{day} 10:17:30,100,4,2",
    ]

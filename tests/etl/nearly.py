"""Hypothesis strategies: cells, lines and files that are nearly what the loader reads."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from warehouse import zstd

Value = TypeVar("Value")


def samples(strategy: st.SearchStrategy[Value], count: int, new: bool = False) -> list[Value]:
    """Values of a strategy: always the same ones, or `new` ones at every call."""
    found: list[Value] = []

    @settings(
        max_examples=count,
        derandomize=not new,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def note(value: Value) -> None:
        found.append(value)

    note()
    return found


TIMESTAMPS = st.one_of(
    st.datetimes().map(str),
    st.datetimes().map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")),
    st.builds(
        "{}-{:02}-{:02}{}{:02}:{:02}{}{}{}".format,
        st.sampled_from(["2017", "1969", "0001", "0000", "9999", "217", "12017"]),
        st.integers(0, 13),
        st.integers(0, 32),
        st.sampled_from(["T", " ", "t", "  ", "_", ""]),
        st.integers(0, 25),
        st.sampled_from([0, 5, 59, 60]),
        st.sampled_from([":00", ":07", ":59", ":60", ":61", ":7", ""]),
        st.sampled_from(["", ".", ".5", ".123", ".123456", ".1234567", ".000000001", ",5"]),
        st.one_of(
            st.sampled_from(
                ["", "Z", "z", " UTC", " utc", "UTC", " Z", "  Z", " GMT", "gmt", " CET", "+", "-"]
            ),
            st.builds(
                "{}{:02}{}".format,
                st.sampled_from(["+", "-", " +", " -"]),
                st.integers(0, 25),
                st.sampled_from(["", ":00", "00", ":30", "59", ":60", ":00:00", "0"]),
            ),
        ),
    ),
    st.datetimes().map(lambda at: at.strftime("%Y-%m-%d 24:00").rjust(16, "0")),
    st.sampled_from(["infinity", "now", "epoch", "2017-05-09", "1494324000", "05/09/2017", ""]),
)
IDS = st.one_of(
    st.integers(0, 10**20).map(str),
    st.sampled_from(
        ["8.13E+018", "8,13e-3", "219e8832", "1e5", "+1", "-1E+5x", "a+b", "NULL", "é"]
    ),
    st.text(max_size=4),
)
KINDS = {
    "timestamp": TIMESTAMPS,
    "id": IDS,
    "text": st.one_of(
        st.sampled_from(["online", "t", " ", "\u00a0", "\ufeff", "ſ"]), st.text(max_size=3)
    ),
    "boolean": st.sampled_from(
        ["True", "f", "FALSE", "1", "0", "yes", "tRuE", "ﬀ", "01", "", " t"]
    ),
    "status": st.sampled_from(["active", "INACTIVE", "Active ", "actİve", "İnactive", "up", ""]),
    "weekday": st.sampled_from(["0", "6", "7", "-1", "00", "+1", "1.0", "٣", "Monday", ""]),
    "time": st.one_of(
        st.times().map(str),
        st.sampled_from(["24:00", "24:00:00", "24:00:01", "9:30", "009:00", "9:5", "23:59:60", ""]),
    ),
    "zone": st.sampled_from(
        ["America/Chicago", "Etc/UTC", "utc", "UTC", "EST5EDT", "Mars", "posix"]
    ),
}
DATASETS: dict[str, dict[str, str]] = {
    "health_reports": {"timestamp": "timestamp", "id": "id", "type": "text", "status": "text"},
    "connectivity_events": {
        "timestamp": "timestamp",
        "device_id": "id",
        "user_id": "id",
        "server_id": "id",
        "connected": "boolean",
    },
    "servers": {"id": "id", "created_at": "timestamp", "destroyed_at": "timestamp"},
    "store_status": {"store_id": "id", "timestamp_utc": "timestamp", "status": "status"},
    "business_hours": {
        "store_id": "id",
        "day": "weekday",
        "start_time_local": "time",
        "end_time_local": "time",
    },
    "store_timezones": {"store_id": "id", "timezone_str": "zone"},
}
USUAL = {
    "timestamp": "2017-05-09T10:00:00Z",
    "id": "d1",
    "text": "online",
    "boolean": "true",
    "status": "active",
    "weekday": "0",
    "time": "09:00",
    "zone": "Etc/UTC",
}

ENDS = ["\n", "\r\n", "\r", "\r\r\n"]
NAMES = [
    *("x.csv", "connectivity_events.csv", "health_reports/a.csv", "servers/a.csv"),
    *("store_timezones/a.csv", "customers/c/a.csv", "customers/a.csv"),
]


@st.composite
def lines(draw: st.DrawFn, kinds: Sequence[str], delimiter: str) -> str:
    """One line: usual cells but for a few, dressed in quotes and spaces, perhaps one too many."""
    found = [USUAL[kind] for kind in kinds]
    for at in draw(st.sets(st.integers(0, len(kinds) - 1), max_size=2)):
        found[at] = draw(KINDS[kinds[at]])
    if draw(st.integers(0, 9)) == 0:
        found = draw(st.sampled_from([found[:-1], [*found, ""], [*found, "x"], []]))
    if draw(st.booleans()):
        dressed = st.sampled_from(
            ["{}", '"{}"', '"{}', '{}"', ' "{}" ', '"{}"x', '""{}""', " {} ", "\t{}\t", '"{}""x"']
        )
        found = [draw(dressed).format(cell) for cell in found]
    line = delimiter.join(found)
    return line.replace("\n", "").replace("\r", "")


@st.composite
def stored(draw: st.DrawFn) -> tuple[str, bytes]:
    """A file's name and its bytes: anything at all, or nearly a CSV."""
    name = draw(st.sampled_from(NAMES))
    if draw(st.integers(0, 5)) == 0:
        return name, draw(st.binary(min_size=1, max_size=60))
    text = draw(_texts())
    encoded = text.encode(
        draw(st.sampled_from(["utf-8"] * 5 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]))
    )
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(encoded)))
        encoded = (
            encoded[:at] + draw(st.binary(max_size=3)) + encoded[at + draw(st.integers(0, 1)) :]
        )
    match draw(st.integers(0, 9)):
        case 0:
            name, encoded = name + ".gz", gzip.compress(encoded, mtime=0)
        case 1:
            name, encoded = name + ".zst", zstd.compress(encoded)
    if draw(st.integers(0, 19)) == 0:
        encoded = encoded[: draw(st.integers(0, len(encoded)))]
    return name, encoded


@st.composite
def _over_lines(draw: st.DrawFn, line: str) -> str:
    """The line with a line end somewhere, perhaps in quotes, perhaps beside more of them."""
    at = draw(st.integers(0, len(line)))
    piece = draw(st.sampled_from(ENDS)) + draw(st.sampled_from(["", "x", ",", '"', '""', "# "]))
    form = draw(
        st.sampled_from(["{}", '"{}"', ' "{}" ', ',"{}",', '"{}', '{}"', '"{}"x', '""{}""'])
    )
    return line[:at] + form.format(piece) + line[at:]


@st.composite
def _texts(draw: st.DrawFn) -> str:
    columns = DATASETS[draw(st.sampled_from(sorted(DATASETS)))]
    delimiter = draw(st.sampled_from(",,,;\t|"))
    body = draw(st.lists(lines(list(columns.values()), delimiter), max_size=6))
    if draw(st.integers(0, 4)):
        body.insert(0, delimiter.join(columns))
    for at in draw(st.sets(st.integers(0, len(body) - 1), max_size=2)) if body else ():
        body[at] = draw(_over_lines(body[at]))
    for at in draw(st.lists(st.integers(0, len(body)), max_size=2)):
        body.insert(
            at,
            draw(
                st.sampled_from(
                    ["", " ", "\t", "\v", "\u00a0", "\x1c", ",,", "# x", "sep=;", "\ufeff"]
                )
            ),
        )
    ends = draw(
        st.sampled_from([*([end] for end in ENDS), ["\n"], ["\n", "\r\n"], ["\n", "\r"], ENDS])
    )
    text = "".join(line + ends[number % len(ends)] for number, line in enumerate(body))
    return text if draw(st.booleans()) else text.rstrip("\r\n")

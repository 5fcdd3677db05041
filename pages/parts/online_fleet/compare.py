"""Two to four devices on one axis of time, and what sets them apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import streamlit as st

from pages.parts import answers, fleets, tables, words
from pages.parts.fleets import Row, Rows
from pages.parts.online_fleet import device_online


def show(devices: Sequence[str]) -> None:
    asked = {device: answers.ask("device_online", device=device) for device in devices}
    histories = {device: table.to_pylist() for device, table in asked.items() if table.num_rows}
    unknown = [device for device in devices if device not in histories]
    if unknown:
        device_online.unknown(unknown)
    if not histories:
        return
    numbers = [numbered(device, rows) for device, rows in histories.items()]
    said = answer(numbers)
    st.subheader(said, anchor=False)
    device_online.draw(histories, said)
    st.dataframe(
        tables.signed(
            differences(numbers), intervals=words.with_minus, cut_off=words.with_minus, hours=hours
        ),
        hide_index=True,
        height="content",
        column_config=COLUMNS,
        placeholder="none",
        alt="The numbers of each device, and how the others differ from the first",
    )


def numbered(device: str, rows: Rows) -> Row:
    return {
        "device": device,
        "intervals": len(rows),
        "hours": sum(row["hours"] for row in rows),
        "cut_off": sum(row["cut_off"] for row in rows),
        "user": rows[-1]["user_id"],
        "last": rows[-1]["ended_at"],
    }


def answer(numbers: Rows) -> str:
    most, *others = sorted(numbers, key=lambda row: -row["hours"])
    if not others:
        return f"{words.code(most['device'])} is the only one that ever came online"
    told = ", ".join(f"{words.code(row['device'])} {fleets.long(row['hours'])}" for row in others)
    return f"{words.code(most['device'])} was online longest, {fleets.long(most['hours'])}; {told}"


COLUMNS = {
    "device": tables.words("Device"),
    "intervals": tables.difference("Intervals", "Times it came online"),
    "hours": tables.difference("Hours online", "Of all its intervals together"),
    "cut_off": tables.difference("Cut off", "Intervals that a server's destruction ended"),
    "user": tables.words("Last user"),
    "last": tables.instant("Last online until"),
}


def hours(value: float) -> str:
    """Hours with two decimals: `−56.96`."""
    return f"{value:,.2f}".replace("-", words.MINUS)


APART = ("intervals", "hours", "cut_off")


def differences(numbers: Rows) -> pa.Table:
    """Each device, then of each other one what it has more or less than the first."""
    first, *others = numbers
    apart: list[Mapping[str, object]] = [
        {"device": f"{row['device']} less {first['device']}"}
        | {name: row[name] - first[name] for name in APART}
        for row in others
    ]
    return pa.Table.from_pylist([*numbers, *apart], schema=_SCHEMA)


_SCHEMA = pa.schema(
    [
        ("device", pa.string()),
        ("intervals", pa.int64()),
        ("hours", pa.float64()),
        ("cut_off", pa.int64()),
        ("user", pa.string()),
        ("last", pa.timestamp("us")),
    ]
)

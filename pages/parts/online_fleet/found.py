"""The devices that match what is looked for, among all that ever came online."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from pages.parts import answers, devices, downloads, find, openable, tables, words


def show(part: str) -> list[str]:
    """The sentence and the list; gives the ids listed, in their order."""
    found = answers.ask("find_online_devices", part=part, top_n=find.LISTED)
    matches = found["matches"][0].as_py() if found.num_rows else 0
    st.title(find.answer(part, matches, everyone(), "device"), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        find.clear()
        st.caption(f"Among all that ever came online. {find.note(matches, 'device')}")
    if not found.num_rows:
        return []
    listed = found.drop_columns("matches")
    downloads.offer(listed, "devices-found-online", key="found")
    ids: list[str] = found["device_id"].to_pylist()
    openable.table(
        pa.table({name: listed[name] for name in COLUMNS}),
        "device",
        devices.table(ids),
        COLUMNS,
        f"{words.counted(len(ids), 'device')} whose id contains {part}",
    )
    return ids


def everyone() -> int:
    """How many devices ever came online: nothing is part of every id."""
    (first,) = answers.ask("find_online_devices", part="", top_n=1)["matches"].to_pylist()
    return int(first)


COLUMNS = tables.of_metric(
    "find_online_devices", "device_id", "user_id", "intervals", "last_online_at"
)

"""One user in a drawer: the devices online on the day; a click on one opens it."""

from __future__ import annotations

import datetime as dt
from functools import partial

import streamlit as st

from pages.parts import address, answers, devices, downloads, openable, tables, trouble, words

WIDTH = 620


def open_drawer(day: dt.date, window: int) -> None:
    """The user that the URL names, on a day; nothing happens where it names none."""
    user = address.text("user")
    if user is None:
        return
    close = partial(openable.close, "user")
    st.dialog(f"User {words.code(user)}", width=WIDTH, position="right", on_dismiss=close)(_drawer)(
        user, day, window
    )


def _drawer(user: str, day: dt.date, window: int) -> None:
    if devices.asked():
        st.rerun()  # a device was chosen here, and has a drawer of its own
    with trouble.explained():
        owned = answers.ask("online_user_devices", of_user=user, on_day=day, window_days=window)
        within = "on" if window == 1 else f"in the {window} days to"
        if not owned.num_rows:
            st.warning(
                f"User {words.code(user)} had no device online {within} {words.day(day)}.",
                icon="🔗",
            )
            return
        many = words.counted(owned.num_rows, "device")
        st.subheader(f"Had {many} online {within} {words.day(day)}", anchor=False)
        downloads.offer(owned, f"online-devices-of-{user}-{day}", key="owned")
        openable.table(
            owned,
            "device",
            devices.table(owned["device_id"].to_pylist()),
            tables.of_metric("online_user_devices"),
            f"The devices of user {user}; choose one to see when it was online",
            height=min(600, 38 + 35 * owned.num_rows),
        )

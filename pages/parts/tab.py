"""The title of the browser's tab, so that two tabs can be told apart."""

from __future__ import annotations

import streamlit as st


def name(page: str, *choices: str) -> None:
    """`4fa8b7ab · Top devices · fleetpulse`: what is chosen first, as tabs cut the end off."""
    st.set_page_config(page_title=" · ".join([*filter(None, choices), page, "fleetpulse"]))

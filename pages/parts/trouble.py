"""What a page says when it cannot answer: what is wrong, where, and the command that helps."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from warehouse import BadParameter, NoGeneration, QueryFailed, Settings

_LOG = logging.getLogger(__name__)


@contextmanager
def explained() -> Iterator[None]:
    """Turn whatever goes wrong inside into a message; the trace goes to the log."""
    try:
        yield
    except NoGeneration:
        nothing_loaded()
    except BadParameter as wrong:
        st.warning(f"This link asks for something that does not exist. {wrong}", icon="🔗")
    except QueryFailed as failed:
        _LOG.exception("a query failed")
        query_failed(str(failed))
    except Exception as unforeseen:
        _LOG.exception("a page failed")
        page_failed(unforeseen)


def nothing_loaded() -> None:
    """Before the first load: where files go and the commands that load them."""
    settings = Settings.from_env()
    st.header("Nothing has been loaded yet", anchor=False)
    st.markdown(
        f"Put CSV files into `{os.fspath(settings.incoming)}` and load them, or make demo data "
        "first. This page shows them as soon as they are loaded."
    )
    st.code("python etl/load.py", language="bash")
    st.caption("Without data of your own:")
    st.code("python etl/demo.py && python etl/load.py", language="bash")


def no_rows(dataset: str) -> None:
    """A generation without a row of this page's dataset."""
    st.header(f"No {dataset} have been loaded yet", anchor=False)
    st.markdown(
        "Other data is there; see *Data* for what came in and what was refused. Put a CSV of "
        f"{dataset} into `{os.fspath(Settings.from_env().incoming)}` and run:"
    )
    st.code("python etl/load.py", language="bash")


def query_failed(why: str) -> None:
    """The DuckDB file cannot answer; the lake can rebuild it."""
    st.error("The warehouse could not answer. No data is lost: the lake holds every row.", icon="⚠️")
    st.markdown("Check it, and rebuild it from the lake:")
    st.code("python etl/verify.py --repair", language="bash")
    with st.expander("What the database said"):
        st.text(why)


def page_failed(why: Exception) -> None:
    """A defect of ours."""
    st.error(
        f"This page failed ({type(why).__name__}). The data is safe, and the log of the dashboard "
        "has the details. Please report it.",
        icon="⚠️",
    )

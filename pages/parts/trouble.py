"""What a page says when it cannot answer: what is wrong, where, and the command that helps."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from pages.parts import answers, commands, words
from warehouse import BadParameter, NoGeneration, QueryFailed, Settings
from warehouse.bucket import BucketError

_LOG = logging.getLogger(__name__)


@contextmanager
def explained() -> Iterator[None]:
    """Turn whatever goes wrong inside into a message; the trace goes to the log."""
    try:
        yield
    except NoGeneration:
        no_generation()
    except BadParameter as wrong:
        st.warning(
            f"This link asks for something that does not exist. {words.code(str(wrong))}", icon="🔗"
        )
    except BucketError as failed:
        _LOG.warning("the bucket does not answer: %s", failed)
        no_answer(failed)
    except QueryFailed as failed:
        _LOG.exception("a query failed")
        query_failed(str(failed))
    except Exception as unforeseen:
        _LOG.exception("a page failed")
        page_failed(unforeseen)


def no_answer(failed: BucketError) -> None:
    """Nothing was fetched from the bucket as yet, and nothing can be."""
    st.error("The data lies in a bucket that cannot be read now. No data is lost.", icon="⚠️")
    st.markdown(words.code(str(failed)))
    st.caption("This page tries again by itself.")


def no_generation() -> None:
    """Before the first load, or when the DuckDB file is lost and the lake is still there."""
    lake = Settings.from_env().lake
    if any(lake.glob("_loads/[0-9]*")):
        file_lost(lake)
    else:
        nothing_loaded()


def file_lost(lake: Path) -> None:
    """The DuckDB file is gone; the next load makes it from the lake."""
    st.title("The DuckDB file is gone, the data is not", anchor=False)
    st.markdown(
        f"Every row that was ever loaded is in {words.code(os.fspath(lake))}. The next load makes "
        "the DuckDB file anew from it, with or without new files:"
    )
    st.code(commands.load(), language="bash")


def nothing_loaded() -> None:
    """Without a single row: where files go and the commands that load them."""
    st.title("Nothing has been loaded yet", anchor=False)
    st.markdown(
        f"Put CSV files into {words.code(_incoming())} and load them, or make demo data first. "
        "This page shows them as soon as they are loaded."
    )
    st.code(commands.load(), language="bash")
    st.caption("Without data of your own:")
    st.code(commands.demo(), language="bash")


def no_rows(dataset: str) -> None:
    """A generation without a row of this page's dataset."""
    others = [row["dataset"] for row in answers.ask("freshness").to_pylist() if row["rows"]]
    if not others:
        no_rows_at_all()
        return
    st.title(f"No {dataset} have been loaded yet", anchor=False)
    st.markdown(
        f"There is other data: {', '.join(words.dataset(name).lower() for name in others)}. Put a "
        f"CSV of {dataset} into {words.code(_incoming())} and run:"
    )
    st.code(commands.load(), language="bash")
    st.caption("*Data* says what came in and what was rejected.")


def no_rows_at_all() -> None:
    """A generation without any row: no file came in, or none could be read."""
    files = answers.ask("file_history").num_rows
    if not files:
        nothing_loaded()
        return
    st.title("No row has been loaded yet", anchor=False)
    st.markdown(
        f"{words.counted(files, 'file')} came in, of which nothing could be loaded; *Data* says "
        f"why. Put files that can be read into {words.code(_incoming())} and run:"
    )
    st.code(commands.load(), language="bash")


def _incoming() -> str:
    return Settings.from_env().incoming_place


def query_failed(why: str) -> None:
    """The DuckDB file cannot answer; the lake can rebuild it."""
    st.error("The warehouse could not answer. No data is lost: the lake holds every row.", icon="⚠️")
    st.markdown("Check it, and rebuild it from the lake:")
    st.code(commands.repair(), language="bash")
    with st.expander("What the database said"):
        st.text(why)


def page_failed(why: Exception) -> None:
    """A defect of ours."""
    st.error(
        f"This page failed ({type(why).__name__}). The data is safe, and the log of the dashboard "
        "has the details. Please report it.",
        icon="⚠️",
    )

"""An open page notices a new generation by itself and shows it in place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import streamlit as st

from pages.parts import answers, rests, words
from warehouse import NoGeneration, Settings, current_path
from warehouse.bucket import BucketError

_LAST = "generation before"


@st.fragment(run_every=0.5)
def watch(shown: Path | None, arrived: str, at: dt.datetime | None) -> None:
    """Rerun the page once the symlink points elsewhere; meanwhile say how old the data is.

    Where very many look on, each waits for its turn, so that who clicks is answered meanwhile.
    """
    now = current()
    rests.found(now)
    if now != shown and rests.NEWS.take():
        st.rerun(scope="app")
    seconds = 0.0
    if shown and at:
        seconds = max((dt.datetime.now(dt.UTC).replace(tzinfo=None) - at).total_seconds(), 0)
        st.caption(f"Generation {int(shown.stem)}: {arrived}, {words.ago(seconds)}")
    rests.begin(shown, words.ago_lasts(seconds))


def follow(shown: Path | None) -> None:
    """Put the note and its watch here; when data came in while the page was open, say so once."""
    arrived, at = _last_load() if answers.is_pinned() else ("", None)
    before = st.session_state.get(_LAST, shown)
    st.session_state[_LAST] = shown
    if shown != before and arrived:
        st.toast(f"New data: {arrived}", icon="📥")
    watch(shown, arrived, at)


def current() -> Path | None:
    """The current generation's file; None before the first load, or while none can be fetched."""
    try:
        return current_path(Settings.from_env())
    except (NoGeneration, BucketError):
        return None


def _last_load() -> tuple[str, dt.datetime | None]:
    """What the newest load brought, and when it was done (UTC)."""
    loads = answers.ask("load_history", top_loads=1).to_pylist()
    if not loads:
        return "no load yet", None
    newest = loads[0]
    files = words.counted(newest["files_loaded"], "file")
    said = f"{files}, {words.counted(newest['rows_loaded'], 'row')}"
    if newest["files_retracted"]:
        said = f"{words.counted(newest['files_retracted'], 'file')} taken back"
    return said, newest["started_at"] + dt.timedelta(seconds=newest["seconds"])

"""Ticks of a page that would change nothing: they need not run.

A tick costs the server 4 to 12 ms of its one core even where the page says what it said before:
two hundred idle pages leave nothing for who clicks. A page that waits for a new generation says
here what it shows and how long that stays true; `ticks` leaves its ticks out meanwhile. Only a few
ticks a second look for a new generation, and all pages see what they found.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts.turns import Turns

LOOK_SECONDS = 0.25  # so old may be what the last look found
MOST = 10_000  # pages; those that are closed are forgotten beyond that
NEWS = Turns(10, at_once=3)  # pages a second that take a new generation, where there are very many
_BESIDE = Turns(2, at_once=1)  # the same while somebody who clicked waits for an answer


@dataclass(frozen=True, slots=True)
class _Rest:
    fragment: str
    shown: Path | None
    until: float  # on the monotonic clock


_found: tuple[Path | None, float] = (None, -LOOK_SECONDS)
_rests: dict[str, _Rest] = {}  # by session


def found(current: Path | None) -> None:
    """Tell all pages which generation is the current one."""
    global _found
    _found = current, time.monotonic()


def begin(shown: Path | None, seconds: float) -> None:
    """Where a tick runs: the next ones would change nothing for so many seconds, unless another
    generation than `shown` is found. Where the whole page runs: it has more to say."""
    context = get_script_run_ctx()
    if context is None:
        return
    if not context.fragment_ids_this_run:
        _rests.pop(context.session_id, None)
        return
    while len(_rests) > MOST:
        _rests.pop(next(iter(_rests)), None)
    until = time.monotonic() + seconds
    _rests[context.session_id] = _Rest(context.fragment_ids_this_run[0], shown, until)


def rests(session: str, fragment: str, *, busy: bool) -> bool:
    """Whether a tick may be left out now; `busy`: somebody else waits for an answer."""
    rest, now = _rests.get(session), time.monotonic()
    current, at = _found
    if rest is None or rest.fragment != fragment or now >= rest.until or now - at > LOOK_SECONDS:
        return False
    if rest.shown == current:
        return True
    return not (_BESIDE.take() if busy else NEWS.any_left())

"""Lets a page's ticks wait for what the page has said before.

A fault of Streamlit, seen in 1.67: when a fragment asks to run again (`run_every`) while the run
before has ended but a busy server has not sent all of it, `AppSession.request_rerun` takes a new
ScriptRunner and ignores whatever the old one still says. A click's answer, or its last pictures,
never come: of ten who clicked among 200 viewers, three waited in vain (bench/viewers.py).
"""

from __future__ import annotations

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType


def wait_for_what_was_said() -> None:
    """Change how Streamlit takes a tick, once for the whole server."""
    take = AppSession.request_rerun

    def take_in_turn(session: AppSession, asked: ClientState | None) -> None:
        if asked and asked.fragment_id and _has_ended(session):
            # All that the run said is in the loop's queue by now; this goes behind it.
            session._event_loop.call_soon(take, session, asked)
        else:
            take(session, asked)

    AppSession.request_rerun = take_in_turn  # type: ignore[assignment, method-assign]


def _has_ended(session: AppSession) -> bool:
    """Whether the newest run takes no further request; what it said may not be sent as yet."""
    runner = session._scriptrunner
    return runner is not None and runner._requests._state is ScriptRequestType.STOP

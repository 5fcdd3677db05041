"""Lets a page's ticks wait for what the page has said before, and believe what it said.

Two faults of Streamlit, seen in 1.67, of fragments that ask to run again (`run_every`):

- While the run before has ended but a busy server has not sent all of it, a tick takes a new
  ScriptRunner, and whatever the old one still says is ignored. A click's answer, or its last
  pictures, never come: of ten who clicked among 200 viewers, three waited in vain.
- A tick brings the URL and the selections that the browser had when it asked. Where a click has
  changed them meanwhile, the tick brings the old ones back, as if somebody had chosen them again:
  six of 60 drawers that were closed stayed in the link.
"""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary, WeakSet

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from pages.parts import rests

Take = Callable[[AppSession, ClientState | None], None]
AGAIN_SECONDS, TIMES = 0.005, 40  # how often, how many times one waits for a run
MOST_LEFT_OUT = 3  # ticks that tell of another URL than the page was told


def wait_for_what_was_said() -> None:
    """Change how Streamlit takes a tick, once for the whole server."""
    turns, tell = _Turns(AppSession.request_rerun), AppSession._enqueue_forward_msg

    def take_in_turn(session: AppSession, asked: ClientState | None) -> None:
        turns.take(session, asked)

    def tell_and_note(session: AppSession, said: ForwardMsg) -> None:
        if said.WhichOneof("type") == "page_info_changed":
            turns.links[session] = said.page_info_changed.query_string
        tell(session, said)

    AppSession.request_rerun = take_in_turn  # type: ignore[assignment, method-assign]
    AppSession._enqueue_forward_msg = tell_and_note  # type: ignore[assignment, method-assign]


class _Turns:
    """What is asked of each session, one after the other; `links`: what stands in its URL."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self.links: WeakKeyDictionary[AppSession, str] = WeakKeyDictionary()
        self._ticks: WeakKeyDictionary[AppSession, object] = WeakKeyDictionary()  # their runners
        self._left_out: WeakKeyDictionary[AppSession, int] = WeakKeyDictionary()
        self._waiting: WeakKeyDictionary[AppSession, list[ClientState | None]] = WeakKeyDictionary()
        self._answered: WeakSet[AppSession] = WeakSet()  # or will be, as they asked

    def take(self, session: AppSession, asked: ClientState | None) -> None:
        if asked and asked.fragment_id and _has_ended(session):
            # All that the run said is in the loop's queue, or will be; this goes behind it.
            session._event_loop.call_later(AGAIN_SECONDS, self.take, session, asked)
        elif asked and asked.is_auto_rerun:
            self._tick(session, asked)
        elif session in self._waiting:
            self._waiting[session].append(asked)
        else:
            self._waiting[session] = [asked]
            self._take_waiting(session)

    def _tick(self, session: AppSession, asked: ClientState) -> None:
        """One that comes while something runs, or from a page that has not heard of the last run as
        yet, is left out: the next one comes in a second. So is one that would change nothing."""
        if session._scriptrunner is not None or session in self._waiting:
            return
        if rests.rests(session.id, asked.fragment_id, busy=self._is_busy()):
            return
        left_out = self._left_out.pop(session, 0)
        if asked.query_string != self.links.get(session) and left_out < MOST_LEFT_OUT:
            self._left_out[session] = left_out + 1
            return
        self.links[session] = asked.query_string
        self._take(session, asked)
        if session._scriptrunner is not None:
            self._ticks[session] = session._scriptrunner

    def _take_waiting(self, session: AppSession, times: int = TIMES) -> None:
        """What waits, once no tick runs any more: it would still set what it brought."""
        runner = session._scriptrunner
        if times and runner is not None and runner is self._ticks.get(session):
            session._event_loop.call_later(AGAIN_SECONDS, self._take_waiting, session, times - 1)
            return
        self._ticks.pop(session, None)
        for asked in self._waiting.pop(session):
            if asked:
                self.links[session] = asked.query_string
            self._take(session, asked)
        self._answered.add(session)

    def _is_busy(self) -> bool:
        """Whether somebody who clicked, or came, has no answer as yet."""
        done = [session for session in self._answered if session._scriptrunner is None]
        self._answered.difference_update(done)
        return bool(self._answered)


def _has_ended(session: AppSession) -> bool:
    """Whether the newest run takes no further request; what it said may not be sent as yet."""
    runner = session._scriptrunner
    return runner is not None and runner._requests._state is ScriptRequestType.STOP

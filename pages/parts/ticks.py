"""Lets ticks and clicks wait for what their page has said before, and believe what it said.

Faults of Streamlit, seen in 1.67; two are of fragments that ask to run again (`run_every`):

- While the run before has ended but a busy server has not sent all of it, a tick takes a new
  ScriptRunner, and whatever the old one still says is ignored. A click's answer, or its last
  pictures, never come: of ten who clicked among 200 viewers, three waited in vain.
- A tick brings the URL and the selections that the browser has. Where a click has changed them
  meanwhile, it brings the old ones back, as if somebody had chosen them again: six of 60 drawers
  that were closed stayed in the link. Or it brings a selection a moment before the click itself
  asks, and takes the click's answer with it: the link named a device that never opened.
- A click brings the URL of before where the browser has not heard of the one that the click before
  it led to, and takes that one's choice back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple
from weakref import WeakKeyDictionary, WeakSet

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequestType

from pages.parts import rests

Take = Callable[[AppSession, ClientState | None], None]
AGAIN_SECONDS, TIMES = 0.005, 40  # how often, how many times one waits for a run


def wait_for_what_was_said() -> None:
    """Change how Streamlit takes a tick, once for the whole server."""
    turns, tell = _Turns(AppSession.request_rerun), AppSession._enqueue_forward_msg

    def take_in_turn(session: AppSession, asked: ClientState | None) -> None:
        turns.take(session, asked)

    def tell_and_note(session: AppSession, said: ForwardMsg) -> None:
        if said.WhichOneof("type") == "page_info_changed":
            turns.tell(session, said.page_info_changed.query_string)
        tell(session, said)

    AppSession.request_rerun = take_in_turn  # type: ignore[assignment, method-assign]
    AppSession._enqueue_forward_msg = tell_and_note  # type: ignore[assignment, method-assign]


class _Place(NamedTuple):
    """Where a browser is, as it says itself."""

    page: str
    query: str


class _Turns:
    """What is asked of each session, one after the other."""

    def __init__(self, take: Take) -> None:
        self._take = take
        self._links: WeakKeyDictionary[AppSession, str] = WeakKeyDictionary()
        self._unheard: WeakKeyDictionary[AppSession, _Place] = WeakKeyDictionary()  # still there
        self._places: WeakKeyDictionary[AppSession, _Place] = WeakKeyDictionary()
        self._ticks: WeakKeyDictionary[AppSession, object] = WeakKeyDictionary()  # their runners
        self._waiting: WeakKeyDictionary[AppSession, list[ClientState | None]] = WeakKeyDictionary()
        self._asked: WeakSet[AppSession] = WeakSet()  # and have no answer as yet

    def tell(self, session: AppSession, query: str) -> None:
        """The browser is told of another URL; it hears of that later."""
        self._links[session] = query
        if session in self._places:
            self._unheard.setdefault(session, self._places[session])

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
        """One that comes while something runs is left out: the next one comes soon. So is one that
        would change nothing, and one of the page before, which would empty the new one. What it
        brings is not taken: the page knows its own URL, and without states of widgets they stay as
        they are."""
        if asked.query_string == self._links.get(session):
            self._unheard.pop(session, None)
        if session._scriptrunner is not None or session in self._waiting:
            return
        if asked.page_script_hash != session._client_state.page_script_hash:
            return
        if rests.rests(session.id, asked.fragment_id, busy=self._is_busy()):
            return
        asked.query_string = self._links.get(session, asked.query_string)
        asked.ClearField("widget_states")
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
                self._place(session, asked)
            self._take(session, asked)
        self._asked.add(session)

    def _place(self, session: AppSession, asked: ClientState) -> None:
        """Note where a click was made, and put right where it should have been."""
        place = _Place(asked.page_script_hash, asked.query_string)
        if place == self._unheard.get(session) and not asked.is_history_navigation:
            asked.query_string = self._links[session]
        else:
            self._unheard.pop(session, None)
        self._places[session], self._links[session] = place, asked.query_string

    def _is_busy(self) -> bool:
        """Whether somebody who clicked, or came, has no answer as yet."""
        answered = [session for session in self._asked if session._scriptrunner is None]
        self._asked.difference_update(answered)
        return bool(self._asked)


def _has_ended(session: AppSession) -> bool:
    """Whether the newest run takes no further request; what it said may not be sent as yet."""
    runner = session._scriptrunner
    return runner is not None and runner._requests._state is ScriptRequestType.STOP

"""One viewer of the dashboard without a browser: Streamlit's own protocol over its websocket.

Like a browser it asks for a page, answers what the page wants to run again now and then, and may
change a control. Shared by bench/viewers.py and the tests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

STREAM = "/_stcore/stream"
PATIENCE_SECONDS = 120


class Failed(Exception):
    """The page told of an exception, or the server closed the connection."""


@dataclass(slots=True)
class Viewer:
    """A page that is open; `first_seconds` is what its first complete run took, `runs` how many
    complete runs it saw, `ticks` how many of a fragment alone, `headings` what the newest run says
    and `pictures` the ids of those of which something can be chosen."""

    _socket: ClientConnection
    _name: str = ""  # of the page, as its link says it
    first_seconds: float = 0.0
    runs: int = 0
    ticks: int = 0
    headings: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    _page: str = ""
    _query: str = ""
    _finished: asyncio.Event = field(default_factory=asyncio.Event)
    _wakes: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def open(self, query: str = "") -> float:
        """Ask for the page and wait until it is complete; seconds."""
        return await self._run(query)

    async def change(self, query: str) -> float:
        """Ask for the page with other choices in its link; seconds until it is complete."""
        return await self._run(query)

    async def choose(self, picture: str, selection: str) -> None:
        """Choose something in a picture; as happens in a browser, its next tick is sent between the
        choice and the request for what it changes."""
        tick, asked = (self._rerun_request(fragment) for fragment in (next(iter(self._wakes)), ""))
        for each in (tick, asked):
            chosen = each.rerun_script.widget_states.widgets.add(id=picture)
            chosen.string_value = selection
        await self._socket.send(tick.SerializeToString())
        await self._ask(asked)

    async def listen(self) -> None:
        """Take what the server sends, until it closes. Raises Failed."""
        try:
            async for piece in self._socket:
                assert isinstance(piece, bytes)
                self._take(ForwardMsg.FromString(piece))
        except ConnectionClosed as closed:
            raise Failed(f"the server closed the connection: {closed}") from closed

    async def leave(self) -> None:
        """Close the page."""
        for wake in self._wakes.values():
            wake.cancel()
        await self._socket.close()

    async def _run(self, query: str) -> float:
        self._query = query
        return await self._ask(self._rerun_request())

    async def _ask(self, asked: BackMsg) -> float:
        """Send a request for a complete run; seconds until it is done."""
        self._finished.clear()
        begin = time.perf_counter()
        await self._socket.send(asked.SerializeToString())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._finished.wait()
        return time.perf_counter() - begin

    def _rerun_request(self, fragment: str = "") -> BackMsg:
        """A request for the page, or for a tick of a fragment."""
        asked = BackMsg()
        asked.rerun_script.query_string = self._query
        asked.rerun_script.page_script_hash = self._page
        asked.rerun_script.page_name = self._name
        asked.rerun_script.fragment_id = fragment
        asked.rerun_script.is_auto_rerun = bool(fragment)
        return asked

    def _take(self, said: ForwardMsg) -> None:
        kind = said.WhichOneof("type")
        if kind == "navigation":  # of a complete run
            self._page = said.navigation.page_script_hash
            self.headings, self.pictures = [], []
        elif kind == "delta":
            self._see(said.delta.new_element)
        elif kind == "page_info_changed":
            self._query = said.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._wake(said.auto_rerun.fragment_id, said.auto_rerun.interval)
        elif kind == "script_finished":
            self._finish(said.script_finished)

    def _see(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise Failed(element.exception.message)
        if kind == "heading":
            self.headings.append(element.heading.body)
        elif kind == "vega_lite_chart" and element.vega_lite_chart.id:
            self.pictures.append(element.vega_lite_chart.id)

    def _finish(self, how: ForwardMsg.ScriptFinishedStatus.ValueType) -> None:
        if how == ForwardMsg.FINISHED_SUCCESSFULLY:
            self.runs += 1
            self._finished.set()
        elif how == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            self.ticks += 1

    def _wake(self, fragment: str, seconds: float) -> None:
        """A fragment wants to run again every so many seconds."""
        if fragment not in self._wakes:
            self._wakes[fragment] = asyncio.create_task(self._rerun(fragment, seconds))

    async def _rerun(self, fragment: str, seconds: float) -> None:
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(seconds)
                await self._socket.send(self._rerun_request(fragment).SerializeToString())


@asynccontextmanager
async def viewing(url: str, query: str = "", page: str = "") -> AsyncIterator[Viewer]:
    """A `page` of the server at `url`, the first one or as `top_devices`, that stays open while the
    block runs."""
    stream = url.replace("http", "ws", 1) + STREAM
    async with connect(
        stream,
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(url),
        max_size=None,
        open_timeout=PATIENCE_SECONDS,
    ) as socket:
        viewer = Viewer(socket, page)
        listening = asyncio.create_task(viewer.listen())
        try:
            opened = asyncio.create_task(viewer.open(query))
            done, _ = await asyncio.wait({opened, listening}, return_when=asyncio.FIRST_COMPLETED)
            if listening in done:
                opened.cancel()
                await listening
            viewer.first_seconds = await opened
            yield viewer
        finally:
            listening.cancel()
            await viewer.leave()
            with suppress(asyncio.CancelledError, Failed):
                await listening

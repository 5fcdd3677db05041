"""One viewer of the dashboard without a browser: Streamlit's own protocol over its websocket.

Like a browser it asks for a page, answers what the page wants to run again every second, and may
change a control. Shared by bench/viewers.py and the tests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
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
    complete runs it saw, `ticks` how many of a fragment alone."""

    _socket: ClientConnection
    _name: str = ""  # of the page, as its link says it
    first_seconds: float = 0.0
    runs: int = 0
    ticks: int = 0
    _page: str = ""
    _query: str = ""
    _asked: float = 0.0
    _finished: asyncio.Event = field(default_factory=asyncio.Event)
    _wakes: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def open(self, query: str = "") -> float:
        """Ask for the page and wait until it is complete; seconds."""
        return await self._run(query)

    async def change(self, query: str) -> float:
        """Ask for the page with other choices in its link; seconds until it is complete."""
        return await self._run(query)

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
        self._finished.clear()
        self._query = query
        self._asked = time.perf_counter()
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_script_hash = self._page
        asked.rerun_script.page_name = self._name
        await self._socket.send(asked.SerializeToString())
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._finished.wait()
        return time.perf_counter() - self._asked

    def _take(self, said: ForwardMsg) -> None:
        kind = said.WhichOneof("type")
        if kind == "navigation":
            self._page = said.navigation.page_script_hash
        elif kind == "delta" and said.delta.new_element.WhichOneof("type") == "exception":
            raise Failed(said.delta.new_element.exception.message)
        elif kind == "page_info_changed":
            self._query = said.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._wake(said.auto_rerun.fragment_id, said.auto_rerun.interval)
        elif kind == "script_finished":
            self._finish(said.script_finished)

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
        asked = BackMsg()
        asked.rerun_script.fragment_id = fragment
        asked.rerun_script.is_auto_rerun = True
        with suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(seconds)
                asked.rerun_script.page_script_hash = self._page
                asked.rerun_script.query_string = self._query
                await self._socket.send(asked.SerializeToString())


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

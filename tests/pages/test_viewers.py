"""Many may look at once: an idle page costs next to nothing, and a newcomer is served."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import pytest

from bench.service import cpu_seconds
from bench.viewer import Viewer, viewing
from pages.parts.turns import Turns
from tests.api.server import Server, serving
from tests.etl.world import FIRST

VIEWERS = 20
IDLE_SECONDS = 5
MOST_IDLE = 0.03  # CPU seconds a second for each page; 0.1 with a collection after each run


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("viewers"), dashboard=True) as server:
        for name, text in FIRST.items():
            server.drop(name, text)
        server.load()
        yield server


def test_idle_pages_cost_next_to_nothing_and_a_newcomer_is_served(served: Server) -> None:
    url = f"http://127.0.0.1:{served.port}"

    async def watched() -> float:
        async with AsyncExitStack() as pages:
            opened = (pages.enter_async_context(viewing(url)) for _ in range(VIEWERS))
            await asyncio.gather(*opened)
            await asyncio.sleep(2)
            before, begin = cpu_seconds(served.process.pid), time.monotonic()
            await asyncio.sleep(IDLE_SECONDS)
            taken = cpu_seconds(served.process.pid) - before
            idle = taken / (time.monotonic() - begin) / VIEWERS
            async with viewing(url):
                health = await asyncio.to_thread(served.client.get, "/api/health")
                assert health.status_code == 200
            return idle

    with ThreadPoolExecutor(1) as own:  # the browser of other tests has a loop in this thread
        assert own.submit(asyncio.run, watched()).result() < MOST_IDLE


def test_a_page_runs_only_where_there_is_news(served: Server) -> None:
    url = f"http://127.0.0.1:{served.port}"

    async def watched() -> tuple[int, int]:
        async with AsyncExitStack() as pages:
            opened = (pages.enter_async_context(viewing(url)) for _ in range(VIEWERS))
            viewers = await asyncio.gather(*opened)
            await asyncio.sleep(3)
            before = sum(viewer.ticks for viewer in viewers)
            await asyncio.sleep(IDLE_SECONDS)
            ticks = sum(viewer.ticks for viewer in viewers) - before
            runs = [viewer.runs for viewer in viewers]
            served.drop(
                "news.csv", "timestamp,id,type,status\n2017-05-09T01:00:00Z,d9,sensor,online\n"
            )
            await asyncio.to_thread(served.load)
            for _ in range(100):
                await asyncio.sleep(0.2)
                told = sum(v.runs > had for v, had in zip(viewers, runs, strict=True))
                if told == VIEWERS:
                    break
            return ticks, told

    with ThreadPoolExecutor(1) as own:
        ticks, told = own.submit(asyncio.run, watched()).result()
    assert ticks < VIEWERS * IDLE_SECONDS / 3  # each of them ticks twice a second
    assert told == VIEWERS


def test_a_tick_that_brings_what_a_click_has_chosen_leaves_the_answer_to_it(served: Server) -> None:
    """Before, the tick wrote the device into the link, and the click, which came with the link of
    before, found nothing new: one of seven on a busy machine."""

    async def opened() -> list[str]:
        async with viewing(f"http://127.0.0.1:{served.port}", page="top_devices") as viewer:
            (bars,) = viewer.pictures
            await viewer.choose(bars, '{"selection": {"bar": [{"device": "d1"}]}}')
            return viewer.headings

    with ThreadPoolExecutor(1) as own:
        headings = own.submit(asyncio.run, opened()).result()
    assert any(heading.startswith("Reported ") for heading in headings), headings


CLICKING, CLICKS = 10, 8


@pytest.mark.torture
def test_nobody_who_clicks_among_many_waits_in_vain(served: Server) -> None:
    """Before, a tick of the page that came while the server was busy swallowed the answer."""
    url = f"http://127.0.0.1:{served.port}"

    async def clicked() -> int:
        async with AsyncExitStack() as pages:
            for _ in range(10):
                opened = (pages.enter_async_context(viewing(url)) for _ in range(VIEWERS))
                await asyncio.gather(*opened)
            those = [
                await pages.enter_async_context(viewing(url, page="top_devices"))
                for _ in range(CLICKING)
            ]

            async def click(viewer: Viewer) -> int:
                for number in range(CLICKS):
                    await viewer.change(f"top={5 + number % 2}")
                    await asyncio.sleep(1)
                return CLICKS

            return sum(await asyncio.gather(*map(click, those)))

    with ThreadPoolExecutor(1) as own:
        assert own.submit(asyncio.run, clicked()).result() == CLICKING * CLICKS


def test_of_many_pages_only_some_take_news_at_once() -> None:
    turns = Turns(10, at_once=3)
    assert [turns.take() for _ in range(5)] == [True] * 3 + [False] * 2
    assert not turns.any_left()
    time.sleep(0.25)
    assert turns.any_left()
    assert [turns.take() for _ in range(2)] == [True] * 2

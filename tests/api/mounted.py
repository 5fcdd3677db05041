"""The API as the dashboard mounts it, without the dashboard: run by uvicorn in the tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount

import api
from warehouse import Settings


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    async with api.running(Settings.from_env()):
        yield


app = Starlette(routes=[Mount("/api", app=api.app), *api.root_routes], lifespan=lifespan)

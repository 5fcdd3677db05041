"""The FastAPI application: every route, one error shape, documentation without the internet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.routing import Route

from api import bodies, customers, errors, exercises, heads, health, metrics, reports, uploads
from api.service import Service
from reports.jobs import Jobs
from uploads.inbox import Inbox
from uploads.loader import Loader
from warehouse import Settings


@asynccontextmanager
async def running(settings: Settings | None = None) -> AsyncIterator[None]:
    """Serve requests while entered; without `settings` those of the environment."""
    chosen = settings or Settings.from_env()
    service = Service(chosen, Inbox(chosen), Jobs(chosen), Loader(chosen))
    await anyio.to_thread.run_sync(service.jobs.start)
    await anyio.to_thread.run_sync(service.inbox.clean)
    service.loader.start()
    if await anyio.to_thread.run_sync(service.inbox.has_undelivered):
        service.loader.wake()
    app.state.service = service
    try:
        yield
    finally:
        app.state.service = None
        await anyio.to_thread.run_sync(service.jobs.stop)
        await anyio.to_thread.run_sync(service.loader.stop)


@asynccontextmanager
async def _alone(_app: FastAPI) -> AsyncIterator[None]:
    async with running():
        yield


def _made() -> FastAPI:
    heads.bound()
    made = FastAPIOffline(
        title="fleetpulse",
        version="1",
        description="Numbers from the CSVs of devices, servers, shops and customers.",
        redoc_url=None,
        lifespan=_alone,
    )
    for part in (metrics, reports, uploads, customers, exercises, health):
        made.include_router(part.router)
    made.add_middleware(bodies.Bounded)
    made.add_middleware(health.Measured)
    errors.install(made)
    return made


app = _made()
root_routes = [
    Route(path, app, name=f"root{path}")
    for path in ("/api", *exercises.PATHS, *(f"{path}/{{rest:path}}" for path in exercises.OURS))
]

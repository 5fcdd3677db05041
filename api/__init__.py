"""The HTTP API: a FastAPI application that the dashboard mounts under /api.

A mounted application's own lifespan does not run, so whoever mounts it enters `running`:

    @asynccontextmanager
    async def lifespan(app: st.App) -> AsyncIterator[None]:
        async with api.running(Settings.from_env()):
            yield

    st.App(__file__, routes=[Mount("/api", app=api.app), *api.root_routes], lifespan=lifespan)

`root_routes` are the exercises' routes (/trigger_report …), which their clients expect at the root.
Alone, `uvicorn api:app` serves the same without /api in front.
"""

from api.application import app, root_routes, running

__all__ = ["app", "root_routes", "running"]

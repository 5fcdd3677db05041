"""What the routes work with: the folders, uploads, report jobs and the loader; made at start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from api.errors import Problem
from reports.jobs import Jobs
from uploads.inbox import Inbox
from uploads.loader import Loader
from warehouse import Generation, Settings, open_generation


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that lives from start to stop."""

    settings: Settings
    inbox: Inbox
    jobs: Jobs
    loader: Loader

    def generation(self) -> Generation:
        """The current generation. Raises NoGeneration and QueryFailed."""
        return open_generation(self.settings)


def _service(request: Request) -> Service:
    found = getattr(request.app.state, "service", None)
    if found is None:
        raise Problem(503, "The service is starting or stopping.")
    assert isinstance(found, Service)
    return found


ServiceDep = Annotated[Service, Depends(_service)]

"""The store exercises' own routes, for clients that were written for them.

They stand at the server's root there, so they are served there too (see `api.root_routes`).
"""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from api import auth
from api.errors import documented
from api.reports import ReportId, csv_response
from api.service import Service, ServiceDep
from reports import Manifest, order

router = APIRouter(tags=["exercises"])

WAIT_SECONDS = 2
LOOK_SECONDS = 0.05

PATHS = (
    "/trigger_report",
    "/get_report",
    "/get_report/{report_id}",
    "/trigger-report",
    "/get-report-status/{report_id}",
    "/get-report/{report_id}",
)
# Below these the server's root answers as the API does, also what does not exist.
OURS = ("/trigger_report", "/get_report", "/trigger-report", "/get-report", "/get-report-status")
TRIGGER: dict[str, Any] = {
    "dependencies": [auth.Writer],
    "openapi_extra": auth.OPTIONAL,
    "responses": documented(401, 403, 409, 422),
}
CSV: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {"application/json": {}, "text/csv": {"schema": {"type": "string"}}},
        "description": "the report, or that it is not there yet",
    }
}
_SAID = {"running": "Running", "completed": "Complete", "failed": "Failed"}
_SAID_LOWER = {"running": "processing", "completed": "completed", "failed": "failed"}


@router.get("/trigger_report", **TRIGGER)
@router.post("/trigger_report", **TRIGGER)
def trigger_report(request: Request, service: ServiceDep) -> dict[str, str]:
    """Have `store_uptime` reported; query parameters are those of the metric."""
    manifest = _order(service, request)
    return {"report_id": manifest.report_id, "status": _SAID[manifest.status]}


@router.head("/get_report", include_in_schema=False)
@router.get(
    "/get_report", response_class=Response, responses={**CSV, 304: {}, **documented(404, 409, 422)}
)
async def get_report(
    report_id: Annotated[str, Query()], request: Request, service: ServiceDep
) -> Response:
    """The CSV with `X-Report-Status: Complete`, waiting up to 2 s for it, or `Running` as JSON."""
    return await _report(report_id, request, service)


@router.head("/get_report/{report_id}", include_in_schema=False)
@router.get(
    "/get_report/{report_id}",
    response_class=Response,
    responses={**CSV, 304: {}, **documented(404, 409)},
)
async def get_report_by_path(
    report_id: ReportId, request: Request, service: ServiceDep
) -> Response:
    """The same, with the id in the path."""
    return await _report(report_id, request, service)


async def _report(report_id: str, request: Request, service: Service) -> Response:
    """So a client that asks once has its CSV."""
    until = time.monotonic() + WAIT_SECONDS
    while (await run_in_threadpool(service.jobs.find, report_id)).status == "running":
        if time.monotonic() > until:
            return JSONResponse({"report_id": report_id, "status": "Running"})
        await asyncio.sleep(LOOK_SECONDS)
    response = await run_in_threadpool(csv_response, service, report_id, request)
    response.headers["X-Report-Status"] = "Complete"
    return response


@router.get("/trigger-report", **TRIGGER)
@router.post("/trigger-report", **TRIGGER)
def trigger_report_too(request: Request, service: ServiceDep) -> dict[str, str]:
    """The same under the other exercise's name."""
    manifest = _order(service, request)
    return {"report_id": manifest.report_id, "status": _SAID_LOWER[manifest.status]}


@router.get("/get-report-status/{report_id}", responses=documented(404))
def get_report_status(report_id: ReportId, service: ServiceDep) -> dict[str, str]:
    """`processing`, `completed` or `failed`."""
    manifest = service.jobs.find(report_id)
    said = {"report_id": manifest.report_id, "status": _SAID_LOWER[manifest.status]}
    return said if manifest.reason is None else {**said, "reason": manifest.reason}


@router.head("/get-report/{report_id}", include_in_schema=False)
@router.get(
    "/get-report/{report_id}",
    response_class=Response,
    responses={**CSV, 304: {}, **documented(404, 409)},
)
def get_report_file(report_id: ReportId, request: Request, service: ServiceDep) -> Response:
    """The CSV of a finished report."""
    return csv_response(service, report_id, request)


def _order(service: Service, request: Request) -> Manifest:
    return order(service.jobs, "store_uptime", dict(request.query_params))

"""/v1/reports: any metric as a CSV that is computed in the background."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from api import auth
from api.errors import Problem, documented
from api.service import Service, ServiceDep
from reports import Manifest, order
from warehouse import UnknownMetric

router = APIRouter(prefix="/v1/reports", tags=["reports"])

ReportId = Annotated[str, Path(description="as answered when the report was requested")]


class ReportRequest(BaseModel):
    """Which metric, and its parameters as GET /v1/metrics lists them."""

    model_config = ConfigDict(extra="forbid")

    metric: str = Field(examples=["store_uptime"])
    params: dict[str, Any] = Field({}, examples=[{"method": "poll"}])


class Report(BaseModel):
    """A report: `progress` goes from 0 to 1, `reason` says why it failed."""

    report_id: str
    status: str
    progress: float
    reason: str | None
    manifest: Manifest
    links: dict[str, str]


@router.post(
    "",
    status_code=202,
    dependencies=[auth.Writer],
    openapi_extra=auth.OPTIONAL,
    responses=documented(400, 401, 403, 409, 413, 422),
)
def request_report(
    asked: Annotated[ReportRequest, Body()],
    request: Request,
    response: Response,
    service: ServiceDep,
) -> Report:
    """Have a metric computed as CSV. The same question on the same data is computed once."""
    try:
        manifest = order(service.jobs, asked.metric, asked.params)
    except UnknownMetric as unknown:  # the route is there, its body is wrong
        raise Problem(422, str(unknown), code="unknown_metric") from unknown
    report = _report(manifest, request)
    response.headers["Location"] = report.links["self"]
    return report


@router.get(
    "",
    dependencies=[auth.Writer],
    openapi_extra=auth.OPTIONAL,
    responses=documented(401, 403),
)
def list_reports(request: Request, service: ServiceDep) -> dict[str, list[Report]]:
    """All reports, newest first; guarded, since whoever knows an id may read the report."""
    return {"reports": [_report(m, request) for m in service.jobs.files.all()]}


@router.get("/{report_id}", responses=documented(404))
def report_status(report_id: ReportId, request: Request, service: ServiceDep) -> Report:
    """How far a report is."""
    return _report(service.jobs.find(report_id), request)


@router.head("/{report_id}/csv", include_in_schema=False)
@router.get(
    "/{report_id}/csv",
    response_class=Response,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "the rows"},
        304: {"description": "If-None-Match names the file's ETag"},
        **documented(404, 409),
    },
)
def report_csv(report_id: ReportId, request: Request, service: ServiceDep) -> Response:
    """The finished file; its ETag is the sha256 of its bytes.

    Text that a spreadsheet would run has an apostrophe in front, as in every CSV of this API.
    """
    return csv_response(service, report_id, request)


def csv_response(service: Service, report_id: str, request: Request) -> Response:
    """The file, or 304. Raises UnknownReport, NotReady and ReportFailed."""
    manifest = service.jobs.finished(report_id)
    etag = f'"{manifest.sha256}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if _names(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    return FileResponse(
        service.jobs.files.csv(manifest.report_id),
        media_type="text/csv; charset=utf-8",
        filename=f"{manifest.metric.replace('_', '-')}-{manifest.generation}.csv",
        headers=headers,
    )


def _names(condition: str, etag: str) -> bool:
    """Does an If-None-Match header name this ETag? Weakly compared, as RFC 9110 has it."""
    return any(each.strip().removeprefix("W/") in (etag, "*") for each in condition.split(","))


def _report(manifest: Manifest, request: Request) -> Report:
    own = f"{request.scope.get('root_path', '')}{router.prefix}/{manifest.report_id}"
    return Report(
        report_id=manifest.report_id,
        status=manifest.status,
        progress={"queued": 0.0, "computing": 0.1, "writing": 0.8, "done": 1.0}[manifest.stage],
        reason=manifest.reason,
        manifest=manifest,
        links={"self": own, "csv": f"{own}/csv"},
    )

"""One error shape for everything that goes wrong: {"error": {"code", "message", "detail"}}.

`code` is for programs, `message` for people; `detail` holds what a program may want to look at.
"""

from __future__ import annotations

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from reports.access import Denied, TokenNeeded
from reports.errors import (
    NoData,
    NotReady,
    QueueUnreachable,
    ReportError,
    ReportFailed,
    UnknownReport,
)
from uploads.errors import (
    FileInTheWay,
    OtherColumns,
    OtherTimeColumn,
    TooLarge,
    UnknownUpload,
    Unusable,
    UploadError,
)
from warehouse import (
    BadParameter,
    NoGeneration,
    QueryFailed,
    UnknownMetric,
    WarehouseError,
    WarehouseLocked,
)
from warehouse.bucket import BucketError
from warehouse.errors import CANNOT_ANSWER, said

log = logging.getLogger(__name__)

CODES = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    503: "unavailable",
    507: "disk_full",
}

# What the rooms raise, by the class that fits best: status, code (None: that of the status).
STATUS: dict[type[Exception], tuple[int, str | None]] = {
    UnknownMetric: (404, "unknown_metric"),
    BadParameter: (422, "bad_parameter"),
    NoGeneration: (409, "no_data"),
    BucketError: (503, "bucket_failed"),
    WarehouseLocked: (503, "warehouse_locked"),
    UnknownReport: (404, None),
    NotReady: (409, "report_running"),
    ReportFailed: (409, "report_failed"),
    QueueUnreachable: (503, None),
    NoData: (409, "no_data"),
    Unusable: (422, None),
    TooLarge: (413, None),
    UnknownUpload: (404, None),
    OtherColumns: (409, "other_columns"),
    OtherTimeColumn: (409, "other_time_column"),
    FileInTheWay: (409, "file_in_the_way"),
    TokenNeeded: (401, None),
    Denied: (403, None),
}


class Problem(Exception):
    """A request that cannot be answered as asked; carries the whole answer."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        detail: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or CODES[status]
        self.detail = detail or {}
        self.headers = headers


class Error(BaseModel):
    """What was wrong."""

    code: str
    message: str
    detail: dict[str, Any] = {}


class ErrorBody(BaseModel):
    """The body of every answer that is not 2xx or 3xx."""

    error: Error


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that may answer with these errors."""
    return {status: {"model": ErrorBody, "description": CODES[status]} for status in statuses}


def install(app: FastAPI) -> None:
    """Answer every error of `app` in the one shape."""
    app.add_exception_handler(Problem, _problem)
    for kind in (WarehouseError, ReportError, UploadError, Denied):
        app.add_exception_handler(kind, _of_a_room)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def problem(wrong: Exception) -> Problem:
    """What a request that ran into `wrong`, of any room, is answered."""
    for kind in type(wrong).__mro__:
        if kind in STATUS:
            status, code = STATUS[kind]
            headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
            detail = getattr(wrong, "detail", None)
            return Problem(status, str(wrong), code=code, detail=detail, headers=headers)
    if isinstance(wrong, QueryFailed) and wrong.is_of_the_question:
        return Problem(422, said(wrong), code="bad_parameter")
    if isinstance(wrong, QueryFailed) and wrong.is_too_much:
        return Problem(422, said(wrong))
    log.error("the warehouse failed: %s", wrong)
    return Problem(503, CANNOT_ANSWER, code="warehouse_failed")


def _answer(told: Problem) -> JSONResponse:
    error = Error(code=told.code, message=told.message, detail=told.detail)
    return JSONResponse({"error": error.model_dump(mode="json")}, told.status, headers=told.headers)


def _problem(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, Problem)
    return _answer(wrong)


def _of_a_room(_request: Request, wrong: Exception) -> JSONResponse:
    return _answer(problem(wrong))


def _invalid(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, RequestValidationError)
    problems = [
        {"where": ".".join(map(str, problem["loc"])), "problem": problem["msg"]}
        for problem in wrong.errors()
    ]
    message = "; ".join(f"{each['where']}: {each['problem']}" for each in problems)
    return _answer(Problem(422, message, detail={"problems": problems}))


def _http(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, HTTPException)
    code = CODES.get(wrong.status_code, f"http_{wrong.status_code}")
    message = f"{wrong.detail}."
    return _answer(
        Problem(wrong.status_code, message, code=code, headers=dict(wrong.headers or {}))
    )


def _unexpected(_request: Request, wrong: Exception) -> JSONResponse:
    log.error("unexpected", exc_info=wrong)
    return _answer(
        Problem(500, "Something went wrong here, not with the request.", code="internal")
    )

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

from warehouse import BadParameter, NoGeneration, UnknownMetric, WarehouseError

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

# How the database says that it understood the values but will not take them, error() included.
_REFUSALS = tuple(
    f"{kind} Error: " for kind in ("Invalid Input", "Conversion", "Out of Range", "Binder")
)
_TOO_MUCH = ("Out of Memory Error: ", "INTERRUPT Error: ")


class Refused(Exception):
    """A request that is refused; carries the whole answer."""

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
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(WarehouseError, _warehouse)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def of_warehouse(wrong: WarehouseError) -> Refused:
    """What a request that ran into `wrong` is answered."""
    if isinstance(wrong, UnknownMetric):
        return Refused(404, str(wrong), code="unknown_metric")
    if isinstance(wrong, BadParameter):
        return Refused(422, str(wrong), code="bad_parameter")
    if isinstance(wrong, NoGeneration):
        return Refused(409, str(wrong), code="no_data")
    if str(wrong).startswith(_REFUSALS):
        return Refused(422, str(wrong).split(": ", 1)[1], code="bad_parameter")
    if str(wrong).startswith(_TOO_MUCH):
        return Refused(
            422, "This needs more time or memory than one question may take: ask for less."
        )
    log.error("the warehouse failed: %s", wrong)
    return Refused(503, "The warehouse cannot answer now.", code="warehouse_failed")


def _answer(refused: Refused) -> JSONResponse:
    error = Error(code=refused.code, message=refused.message, detail=refused.detail)
    return JSONResponse(
        {"error": error.model_dump(mode="json")}, refused.status, headers=refused.headers
    )


def _refused(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, Refused)
    return _answer(wrong)


def _warehouse(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, WarehouseError)
    return _answer(of_warehouse(wrong))


def _invalid(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, RequestValidationError)
    problems = [
        {"where": ".".join(map(str, problem["loc"])), "problem": problem["msg"]}
        for problem in wrong.errors()
    ]
    message = "; ".join(f"{each['where']}: {each['problem']}" for each in problems)
    return _answer(Refused(422, message, detail={"problems": problems}))


def _http(_request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, HTTPException)
    code = CODES.get(wrong.status_code, f"http_{wrong.status_code}")
    message = f"{wrong.detail}."
    return _answer(
        Refused(wrong.status_code, message, code=code, headers=dict(wrong.headers or {}))
    )


def _unexpected(_request: Request, wrong: Exception) -> JSONResponse:
    log.error("unexpected", exc_info=wrong)
    return _answer(
        Refused(500, "Something went wrong here, not with the request.", code="internal")
    )

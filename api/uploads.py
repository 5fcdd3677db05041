"""POST /v1/event/: a customer's CSV, and /v1/uploads: what became of it."""

from __future__ import annotations

import asyncio
import errno
import re
import time
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from api import auth
from api.errors import Problem, documented
from api.forms import receive
from api.service import Service, ServiceDep
from etl.customers import ID
from uploads.errors import TooLarge
from uploads.inbox import Upload

router = APIRouter(prefix="/v1", tags=["customers"])

FORM_BYTES = 64 * 1024
WAIT_SECONDS = 60
LOOK_SECONDS = 0.1

_OPENAPI: dict[str, Any] = {
    **auth.OPTIONAL,
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "customer_id"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "CSV with a header of 1 to 5 columns, also gzip or zstd",
                        },
                        "customer_id": {"type": "string", "pattern": f"^{ID}$"},
                        "time_column": {
                            "type": "string",
                            "description": "what tells the time; the first upload decides",
                        },
                    },
                }
            }
        },
    },
}


@router.post(
    "/event/",
    status_code=202,
    dependencies=[auth.Writer],
    openapi_extra=_OPENAPI,
    response_model=Upload,
    responses={
        200: {"model": Upload, "description": "with wait: what the loader made of it"},
        **documented(401, 403, 409, 413, 415, 422),
    },
)
@router.post("/event", dependencies=[auth.Writer], include_in_schema=False)
async def upload(
    request: Request,
    service: ServiceDep,
    wait: Annotated[bool, Query(description="answer once it is loaded, for up to 60 s")] = False,
    again: Annotated[bool, Query(description="append also what was appended before")] = False,
) -> Response:
    """Append a CSV to a customer's table. 202 means: the bytes are safely on disk."""
    accepted = await _accept(request, service, again)
    service.loader.wake()
    if wait:
        accepted = await _fate(service, accepted)
    settled = accepted.status != "pending"
    root = request.scope.get("root_path", "")
    return JSONResponse(
        accepted.model_dump(mode="json"),
        status_code=200 if settled else 202,
        headers={"Location": f"{root}/v1/uploads/{accepted.upload_id}"},
    )


@router.get("/uploads/{upload_id}", responses=documented(404))
def upload_fate(upload_id: Annotated[str, Path()], service: ServiceDep) -> Upload:
    """`pending`, `loaded`, `rejected` (whole, with the reason) or `duplicate`."""
    return service.inbox.fate(upload_id)


async def _accept(request: Request, service: Service, again: bool) -> Upload:
    """Receive the body and deliver its file; whatever goes wrong, nothing is left behind."""
    _check_announced(request, service.inbox.max_bytes)
    part = await run_in_threadpool(service.inbox.receive)
    try:
        form = await receive(request.headers.get("content-type", ""), request.stream(), part)
        customer_id = _customer_id(form.fields.get("customer_id"))
        if not form.files:
            raise Problem(422, "The body has no `file`.")
        names = await run_in_threadpool(part.complete)
        time_column = form.fields.get("time_column", "").strip() or None
        return await run_in_threadpool(
            service.inbox.deliver, part, customer_id, names, time_column, again
        )
    except ClientDisconnect as gone:
        raise Problem(422, "The body was cut off.") from gone
    except OSError as failed:
        if failed.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise Problem(507, "The server's disk is full; nothing was kept. Try later.") from failed
    finally:
        await run_in_threadpool(part.discard)


async def _fate(service: Service, accepted: Upload) -> Upload:
    """Look for the upload in the ledger until it is there or WAIT_SECONDS are over."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        fate = await run_in_threadpool(service.inbox.fate, accepted.upload_id)
        if fate.status != "pending":
            return fate
    return accepted


def _customer_id(given: str | None) -> str:
    if given is None:
        raise Problem(422, "The body has no `customer_id`.")
    if not re.fullmatch(ID, given, re.ASCII):
        raise Problem(
            422,
            f"{given[:80]!r} is no customer id: letters, digits, _ and -, at most 64, "
            "a letter or digit first.",
        )
    return given


def _check_announced(request: Request, max_bytes: int) -> None:
    """Refuse before the body is sent, where the client asks whether to send it."""
    announced = int(request.headers.get("content-length", "0"))
    asks = request.headers.get("expect", "").lower() == "100-continue"
    if asks and announced > max_bytes + FORM_BYTES:
        raise TooLarge(max_bytes)

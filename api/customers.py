"""Customers' tables: who has one, its rows, and the simple questions of /v1/analyze/."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Annotated, Any

import pyarrow as pa
from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import AliasChoices, BaseModel, Field

from api.errors import Problem, documented
from api.rows import CONTENT, SAFE, Format, answer, json_ready
from api.service import ServiceDep
from etl.customers import ID
from warehouse import Generation, durations, metric, metric_stream

router = APIRouter(prefix="/v1", tags=["customers"])

CustomerId = Annotated[
    str, Path(description="a customer's id", json_schema_extra={"pattern": f"^{ID}$"})
]


class Analyzer(IntEnum):
    """The questions, by the numbers that their clients know."""

    TIME_DIFFERENCE = 10000
    TOTAL_ROWS = 10001


class Analysis(BaseModel):
    """Which customer, and which question; `analyze_type` is the same as `analyzer_type`."""

    customer_id: Annotated[str, Field(coerce_numbers_to_str=True, pattern=f"^{ID}$")]
    analyzer_type: Annotated[
        Analyzer, Field(validation_alias=AliasChoices("analyzer_type", "analyze_type"))
    ]


@router.get("/customers", responses=documented(409))
def list_customers(service: ServiceDep) -> dict[str, list[dict[str, Any]]]:
    """Every customer that sent a file; `columns` is null while no file of it was loaded."""
    return {"customers": json_ready(metric("customers", generation=service.generation()))}


@router.get("/customers/{customer_id}", responses=documented(404, 409))
def one_customer(customer_id: CustomerId, service: ServiceDep) -> dict[str, Any]:
    """One customer's table: columns, totals, uploads, rejected rows."""
    return _customer(customer_id, service.generation())


@router.get(
    "/customers/{customer_id}/rows",
    response_class=StreamingResponse,
    responses={200: {"content": CONTENT, "description": "rows"}, **documented(404, 409, 422)},
)
def customer_rows(
    customer_id: CustomerId,
    service: ServiceDep,
    format: Annotated[Format, Query(description=f"csv, parquet or json; {SAFE}")] = Format.CSV,
) -> StreamingResponse:
    """All rows in the order in which they were uploaded, under the customer's own column names."""
    generation = service.generation()
    names = _customer(customer_id, generation)["columns"]
    if names is None:
        raise _no_table(customer_id)
    rows = metric_stream("customer_rows", generation, customer=customer_id)
    head = {"customer_id": customer_id, "generation": generation.number}
    return answer(_renamed(rows, names), format, f"customer-{customer_id}", head)


@router.post("/analyze/", responses=documented(400, 404, 409, 413, 422))
@router.post("/analyze", include_in_schema=False)
def analyze(asked: Analysis, service: ServiceDep) -> dict[str, Any]:
    """Time between the first row and the newest (10000), or the number of rows (10001)."""
    generation = service.generation()
    found = json_ready(
        metric("customer_summary", generation=generation, customer=asked.customer_id)
    )
    if not found:
        _customer(asked.customer_id, generation)
        raise _no_table(asked.customer_id)
    summary = found[0]
    said = {"customer_id": asked.customer_id, "analyzer_type": asked.analyzer_type}
    if asked.analyzer_type is Analyzer.TOTAL_ROWS:
        return {**said, "total_rows": summary["total_rows"]}
    seconds = summary["time_difference"]
    if seconds is None:
        raise _no_time(_customer(asked.customer_id, generation))
    return {
        **said,
        "time_difference": seconds,
        "time_difference_text": durations.exact(seconds),
        "first_row_at": summary["first_row_at"],
        "newest_row_at": summary["newest_row_at"],
    }


def _customer(customer_id: str, generation: Generation) -> dict[str, Any]:
    """One row of the metric `customers`. Raises Problem, 404."""
    for row in json_ready(metric("customers", generation=generation)):
        if row["customer_id"] == customer_id:
            return row
    raise _unknown(customer_id)


def _renamed(rows: pa.RecordBatchReader, names: list[str]) -> pa.RecordBatchReader:
    """The table's own columns, c1 to c5 of the metric, under their names."""
    schema = pa.schema([pa.field(name, pa.string()) for name in names])

    def batches() -> Iterator[pa.RecordBatch]:
        for batch in rows:
            yield pa.RecordBatch.from_arrays(batch.columns[: len(names)], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def _unknown(customer_id: str) -> Problem:
    return Problem(404, f"There is no customer {customer_id!r}.", code="unknown_customer")


def _no_table(customer_id: str) -> Problem:
    return Problem(
        404,
        f"Customer {customer_id} has no table yet: every file it sent was rejected.",
        code="no_table",
    )


def _no_time(customer: dict[str, Any]) -> Problem:
    if customer["time_column"] is None:
        why = "has no time column"
    else:
        why = f"has no instant in its time column {customer['time_column']!r}"
    return Problem(422, f"The table of customer {customer['customer_id']} {why}.", code="no_time")

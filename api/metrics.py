"""GET /v1/metrics: what there is to ask, and direct answers."""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from api import parameters
from api.errors import Problem, documented
from api.rows import CONTENT, SAFE, Format, answer
from api.service import ServiceDep
from reports import questions
from warehouse import BadParameter, Metric, metric_stream, metrics
from warehouse.metric import lookup

router = APIRouter(prefix="/v1/metrics", tags=["metrics"])

_LOST_PLUS = re.compile(r".*:\d\d(\.\d+)? \d\d(:?\d\d)?")

FormatQuery = Annotated[Format, Query(description=f"json, csv or parquet; {SAFE}")]


@router.get("")
def list_metrics() -> dict[str, list[dict[str, Any]]]:
    """Every metric with its grain, parameters and columns."""
    return {"metrics": [_described(spec) for spec in metrics().values()]}


def compute(
    name: str, request: Request, service: ServiceDep, format: FormatQuery = Format.JSON
) -> StreamingResponse:
    """The rows of one metric, streamed."""
    spec = lookup(name)
    values = _checked(spec, _given(spec, request))
    generation = service.generation()
    questions.require_data(spec, generation)
    rows = metric_stream(name, generation, **values)
    head = {
        "metric": name,
        "generation": generation.number,
        "params": {key: None if v is None else str(v) for key, v in values.items()},
    }
    return answer(rows, format, name.replace("_", "-"), head, spec.decimals)


def _checked(spec: Metric, given: dict[str, Any]) -> dict[str, Any]:
    """The checked values. Raises BadParameter, with a hint where a `+` was lost on the way."""
    try:
        return questions.checked(spec, given)
    except BadParameter as wrong:
        if any(_LOST_PLUS.fullmatch(str(value)) for value in given.values()):
            raise BadParameter(f"{wrong} In a link `+` means a space: write `%2B`.") from wrong
        raise


def _given(spec: Metric, request: Request) -> dict[str, Any]:
    """The query's values; an empty one is NULL, but for text, where it is the empty text."""
    given: dict[str, Any] = {}
    for key, value in request.query_params.multi_items():
        if key in given:
            raise Problem(422, f"{key!r} is given twice.", code="bad_parameter")
        parameter = spec.parameters.get(key)
        given[key] = value if value or parameter is None or parameter.type == "VARCHAR" else None
    given.pop("format", None)
    return given


def _described(spec: Metric) -> dict[str, Any]:
    return {
        "name": spec.name,
        "description": spec.description,
        "grain": spec.grain,
        "dataset": spec.dataset,
        "parameters": [
            {
                "name": p.name,
                "type": p.type,
                "required": p.required,
                "default": p.default,
                "unit": p.unit,
                "choices": questions.choices(p),
                "description": p.text,
            }
            for p in spec.parameters.values()
        ],
        "columns": [
            {
                "name": c.name,
                "type": c.type,
                "unit": c.unit,
                "decimals": c.decimals,
                "label": c.label,
                "description": c.text,
            }
            for c in spec.columns
        ],
    }


def _openapi(spec: Metric) -> dict[str, Any]:
    return {
        "operationId": spec.name,
        "parameters": [
            {
                "name": p.name,
                "in": "query",
                "required": p.required,
                "description": questions.description(p),
                "schema": parameters.schema(p),
            }
            for p in spec.parameters.values()
        ],
    }


def _route(spec: Metric) -> Any:
    def ask(
        request: Request, service: ServiceDep, format: FormatQuery = Format.JSON
    ) -> StreamingResponse:
        return compute(spec.name, request, service, format)

    return ask


for _spec in metrics().values():
    router.add_api_route(
        f"/{_spec.name}",
        _route(_spec),
        methods=["GET"],
        summary=_spec.name,
        description=f"{_spec.description}\n\nGrain: {_spec.grain}.",
        response_class=StreamingResponse,
        responses={200: {"content": CONTENT, "description": "rows"}, **documented(409, 422)},
        openapi_extra=_openapi(_spec),
    )
router.add_api_route("/{name}", compute, methods=["GET", "HEAD"], include_in_schema=False)

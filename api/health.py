"""Is it up, and how is it doing: /health for load balancers, /metrics for Prometheus."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem, documented
from api.service import Service, ServiceDep
from warehouse import WarehouseError, metric

router = APIRouter(tags=["health"])

registry = CollectorRegistry()
ProcessCollector(registry=registry)
PlatformCollector(registry=registry)
GCCollector(registry=registry)
REQUESTS = Counter(
    "fleetpulse_http_requests",
    "Requests answered.",
    ["method", "route", "status"],
    registry=registry,
)
SECONDS = Histogram(
    "fleetpulse_http_request_seconds", "Time to the last byte.", ["route"], registry=registry
)


@router.get("/health", responses=documented(503))
def health(service: ServiceDep) -> dict[str, str | int]:
    """Ready: there is a generation and it can be read."""
    try:
        generation = service.generation()
        metric("freshness", generation=generation)
    except WarehouseError as wrong:
        raise Problem(503, str(wrong), code="not_ready") from wrong
    return {"status": "ok", "generation": generation.number}


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def prometheus(service: ServiceDep) -> Response:
    """Requests, process, reports by status, and how fresh each dataset is."""
    own = CollectorRegistry()
    own.register(_Warehouse(service))
    return Response(
        generate_latest(registry) + generate_latest(own), media_type=CONTENT_TYPE_LATEST
    )


class _Warehouse(Collector):
    """What the current generation and the reports folder say now."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def collect(self) -> Iterator[GaugeMetricFamily]:
        reports = GaugeMetricFamily("fleetpulse_reports", "Reports kept.", labels=["status"])
        found = [manifest.status for manifest in self._service.jobs.files.all()]
        for status in ("running", "completed", "failed"):
            reports.add_metric([status], found.count(status))
        yield reports
        try:
            generation = self._service.generation()
            fresh = metric("freshness", generation=generation).to_pylist()
        except WarehouseError:
            return
        yield GaugeMetricFamily("fleetpulse_generation", "Current generation.", generation.number)
        for name, column, text in _FRESHNESS:
            yield _by_dataset(name, column, text, fresh)


_FRESHNESS = (
    ("fleetpulse_rows", "rows", "Rows loaded."),
    ("fleetpulse_rejected_rows", "rejected_rows", "Rows rejected."),
    ("fleetpulse_newest_event_timestamp_seconds", "newest_event", "Newest instant in the data."),
    ("fleetpulse_last_load_timestamp_seconds", "last_load", "When a file was last loaded."),
)


def _by_dataset(
    name: str, column: str, text: str, fresh: list[dict[str, Any]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=["dataset"])
    for row in fresh:
        value = row[column]
        if value is not None:
            seconds = (
                value.replace(tzinfo=dt.UTC).timestamp()
                if isinstance(value, dt.datetime)
                else value
            )
            family.add_metric([row["dataset"]], seconds)
    return family


class Measured:
    """ASGI middleware: counts requests and their time, by the route's own path."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        status = 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            REQUESTS.labels(method, route, str(status)).inc()
            SECONDS.labels(route).observe(time.perf_counter() - started)


_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")

"""Read side: where the data lies, the current generation, and the metrics in it."""

from warehouse.catalog import Metric, metrics
from warehouse.errors import (
    BadParameter,
    NoGeneration,
    QueryFailed,
    UnknownMetric,
    WarehouseError,
    WarehouseLocked,
)
from warehouse.generation import Generation, current_path, open_generation
from warehouse.metric import metric, metric_stream
from warehouse.settings import Settings

__all__ = [
    "BadParameter",
    "Generation",
    "Metric",
    "NoGeneration",
    "QueryFailed",
    "Settings",
    "UnknownMetric",
    "WarehouseError",
    "WarehouseLocked",
    "current_path",
    "metric",
    "metric_stream",
    "metrics",
    "open_generation",
]

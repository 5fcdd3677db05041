"""A metric's parameters as OpenAPI describes them."""

from __future__ import annotations

from typing import Any

from reports.questions import choices
from warehouse.catalog import Parameter

_JSON_SCHEMA: dict[str, dict[str, Any]] = {
    "DATE": {"type": "string", "format": "date"},
    "TIMESTAMP": {"type": "string", "format": "date-time"},
    "INTEGER": {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    "BIGINT": {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1},
    "DOUBLE": {"type": "number"},
    "BOOLEAN": {"type": "boolean"},
    "VARCHAR": {"type": "string"},
}


def schema(parameter: Parameter) -> dict[str, Any]:
    """The JSON schema of one value."""
    made = dict(_JSON_SCHEMA[parameter.type])
    if valid := choices(parameter):
        made["enum"] = valid
    return made

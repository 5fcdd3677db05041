"""Every metric as Markdown, from the headers of their files: docs/REFERENCE.md.

Run `python -m warehouse.reference > docs/REFERENCE.md` after a change; a test compares them.
"""

from __future__ import annotations

from collections.abc import Iterator

from warehouse.catalog import Metric, Parameter, metrics

HEAD = """\
# Metrics

Made from the headers in `warehouse/metrics` by `python -m warehouse.reference`; what the numbers
mean is in [METRICS.md](METRICS.md). Each is a table macro in `data/warehouse.duckdb`, a function
call in Python (`warehouse.metric("top_devices", on_day="2026-02-15")`) and a route of the API
(`/api/v1/metrics/top_devices?on_day=2026-02-15`).
"""


def reference() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for spec in metrics().values() for line in _lines(spec))])


def _lines(spec: Metric) -> Iterator[str]:
    yield f"## {spec.name}"
    yield f"{spec.description} Grain: {spec.grain}."
    yield ""
    if spec.parameters:
        yield "| parameter | type | default | meaning |"
        yield "|---|---|---|---|"
        yield from map(_parameter, spec.parameters.values())
        yield ""
    yield "| column | type | unit | shown as | meaning |"
    yield "|---|---|---|---|---|"
    for column in spec.columns:
        yield (
            f"| `{column.name}` | {column.type} | {column.unit or ''} | {column.label} "
            f"| {_cell(column.text)} |"
        )
    yield ""


def _parameter(parameter: Parameter) -> str:
    default = "must be given" if parameter.required else f"`{parameter.default}`"
    return f"| `{parameter.name}` | {parameter.type} | {default} | {_cell(parameter.text)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(reference(), end="")

"""Any metric as a CSV that is computed in the background, and what was asked for so far."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from api import parameters
from pages.parts import address, reports, site, words
from warehouse import Metric, metrics
from warehouse.catalog import Parameter

USUAL = "store_uptime"


def page() -> None:
    reports.headline()
    spec = metrics()[choose()]
    st.caption(f"{spec.description} {spec.grain.capitalize()}.")
    params = controls(spec)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reports.ask_token()
        reports.button("Make the report", spec.name, params)
    st.markdown("#### Reports of the last 7 days")
    reports.listing()
    with st.expander("The same from a program"):
        st.code(client(spec.name, params), language="bash")


def choose() -> str:
    """The metric that the URL names, or that is chosen here."""
    names = list(metrics())
    named = address.text("metric")
    st.session_state["metric chosen"] = named if named in names else USUAL
    return st.selectbox(
        "Metric",
        names,
        format_func=words.dataset,
        key="metric chosen",
        on_change=put_metric,
        width=320,
    )


def put_metric() -> None:
    chosen = st.session_state["metric chosen"]
    address.put("metric", None if chosen == USUAL else chosen)


def controls(spec: Metric) -> dict[str, Any]:
    """A field for each parameter; an empty one is left out and has its default."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        given = {p.name: field(spec, p) for p in spec.parameters.values()}
    return {name: value for name, value in given.items() if value}


def field(spec: Metric, parameter: Parameter) -> str | None:
    label = words.dataset(parameter.name) + (" *" if parameter.required else "")
    help = parameters.description(parameter)
    key = f"{spec.name} {parameter.name}"
    choices = parameters.choices(parameter)
    if choices:
        return st.selectbox(
            label, choices, None, key=key, help=help, placeholder="default", width=200
        )
    default = None if parameter.required else (parameter.default or "").strip("'")
    placeholder = {"NULL": "not given"}.get(default or "", default)
    return st.text_input(label, key=key, help=help, placeholder=placeholder, width=200)


def client(name: str, params: dict[str, Any]) -> str:
    """Commands for a shell: ask, look, fetch."""
    routes = f"{site.origin()}/api/v1/reports"
    asked = json.dumps({"metric": name, "params": params})
    return (
        f"curl -s -X POST {routes} -H 'Content-Type: application/json' -d '{asked}'\n"
        f"curl -s {routes}/REPORT_ID\n"
        f"curl -s {routes}/REPORT_ID/csv -o {name}.csv"
    )


page()

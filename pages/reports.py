"""Any metric as a CSV that is computed in the background, and what was asked for so far."""

from __future__ import annotations

import json
import shlex
from functools import partial
from typing import Any

import streamlit as st

from pages.parts import address, reports, site, tab, words
from reports import questions
from warehouse import Metric, metrics
from warehouse.catalog import Parameter

ORDER = 80
TITLE = "Reports"
ICON = "📄"

USUAL = "store_uptime"


def page() -> None:
    reports.headline()
    spec = metrics()[choose()]
    tab.name(TITLE, words.dataset(spec.name))
    st.caption(spec.description)
    controls(spec)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        reports.ask_token()
        reports.button("Make the report", spec.name, partial(given, spec))
    st.header("Reports of the last 7 days", anchor=False)
    reports.listing()
    with st.expander("The same from a program"):
        st.code(client(spec.name, given(spec)), language="bash", wrap_lines=True)


def choose() -> str:
    """The metric that the URL names, or that is chosen here."""
    names = list(metrics())
    named = address.text("metric") or USUAL
    if named not in names:
        st.warning(f"There is no metric {words.code(named)}.", icon="🔗")
        named = USUAL
    st.session_state["metric chosen"] = named
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


def controls(spec: Metric) -> None:
    """A field for each parameter."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for parameter in spec.parameters.values():
            field(spec, parameter)
    if any(parameter.required for parameter in spec.parameters.values()):
        st.caption("What has a * must be given; the other fields may stay empty.")


def given(spec: Metric) -> dict[str, Any]:
    """What the fields hold; an empty one is left out and has its default."""
    values = {name: st.session_state.get(key(spec, name)) for name in spec.parameters}
    return {name: value for name, value in values.items() if value}


def key(spec: Metric, name: str) -> str:
    return f"{spec.name} {name}"


def field(spec: Metric, parameter: Parameter) -> None:
    label = words.dataset(parameter.name) + (" *" if parameter.required else "")
    help, own_key = questions.description(parameter), key(spec, parameter.name)
    choices, shown = questions.choices(parameter), unless_given(parameter)
    if choices:
        st.selectbox(label, choices, None, key=own_key, help=help, placeholder=shown, width=200)
    else:
        st.text_input(label, key=own_key, help=help, placeholder=shown, width=200)


def unless_given(parameter: Parameter) -> str | None:
    """What stands in a field that is empty."""
    if parameter.required:
        return None
    usual = (parameter.default or "").strip("'")
    return "May stay empty" if usual == "NULL" else f"{usual}, unless given"


def client(name: str, params: dict[str, Any]) -> str:
    """Commands for a shell: ask, look, fetch."""
    routes = f"{site.origin()}/api/v1/reports"
    asked = json.dumps({"metric": name, "params": params})
    return (
        f"curl -s -X POST {routes} -H 'Content-Type: application/json' -d {shlex.quote(asked)}\n"
        f"curl -s {routes}/REPORT_ID\n"
        f"curl -s {routes}/REPORT_ID/csv -o {name}.csv"
    )


page()

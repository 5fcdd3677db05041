"""Reports on a page: ask for one, watch it being computed, fetch it.

The page is one more client of the room `reports`, in the same process as the API: the same rules
say who may ask for a report, the same jobs compute it, the file comes from the API's own route.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import streamlit as st

from pages.parts import tables, words
from reports import Manifest, ReportError, access, current, order
from reports.manifests import now
from warehouse import WarehouseError, durations, metrics
from warehouse.errors import said

SHOWN = 50
EXPLAINED = 5  # failures, below the table
TOKEN = "access token"
Asked = Callable[[], dict[str, Any]]  # the parameters of a report


# Who may ask for one, and asking.


def ask_token() -> None:
    """A field for the token, on a server that wants one."""
    if access.needs_token():
        st.text_input(
            "Access token",
            type="password",
            key=TOKEN,
            help=f"The server's {access.TOKEN}; reading needs none.",
            width=260,
        )


def denial() -> str | None:
    """Why this visitor may not ask for a report; None for one who may."""
    try:
        access.check(visitor())
    except access.TokenNeeded:
        return "Asking for a report needs the access token"
    except access.Denied as denied:
        return str(denied)
    return None


def visitor() -> access.Visitor:
    """The visitor's own connection to the dashboard."""
    headers = st.context.headers
    return access.Visitor(
        address=st.context.ip_address or "127.0.0.1",  # Streamlit calls this machine None
        host=headers.get("Host") or "",
        origins=headers.get_all("Origin"),
        headers=frozenset(name.lower() for name in headers),
        token=st.session_state.get(TOKEN, "").encode(),
    )


def button(label: str, name: str, asked: Asked) -> None:
    """Asks for this report, with the parameters as they are on the click.

    Where the visitor may not, it says why; where the question was wrong, that stays below it.
    """
    why = denial()
    st.button(
        label,
        key=f"report {name}",
        on_click=request,
        args=(name, asked),
        disabled=bool(why) or current() is None,
        help=why,
    )
    if wrong := st.session_state.get(_trouble(name)):
        st.warning(words.code(wrong), icon="⚠️")


def request(name: str, asked: Asked) -> None:
    """Ask for a report and say what came of it."""
    jobs, why = current(), denial()
    try:
        if jobs is None or why:
            raise access.Denied(why or "The report service does not run.")
        there = order(jobs, name, asked()).status == "completed"
    except (ReportError, WarehouseError, access.Denied) as wrong:
        told = said(wrong) if isinstance(wrong, WarehouseError) else str(wrong)
        st.session_state[_trouble(name)] = told
    else:
        st.session_state[_trouble(name)] = None
        st.toast("This report is there already" if there else "Report asked for", icon="📄")


def _trouble(name: str) -> str:
    return f"trouble with a report on {name}"


# What there is.


@st.fragment(run_every=1)
def headline() -> None:
    """The newest report in one sentence."""
    jobs = current()
    newest = jobs.files.all()[:1] if jobs else []
    st.title(in_words(newest[0]) if newest else "Make a report of any metric", anchor=False)
    if not newest:
        st.caption("It is computed in the background, and its CSV stays here for 7 days.")


def in_words(report: Manifest) -> str:
    name = f"The newest report, {question(report, words.name)},"
    if report.status == "completed":
        took = durations.rounded(report.seconds or 0)
        return f"{name} has {words.counted(report.rows, 'row')} and took {took}"
    return f"{name} failed" if report.status == "failed" else f"{name} is being computed"


@st.fragment(run_every=1)
def listing(name: str | None = None) -> None:
    """The newest reports, of one metric or of all, as they are now."""
    jobs = current()
    if jobs is None:
        st.info("Reports need the HTTP API, which does not run in this process.", icon="📄")
        return
    found = [m for m in jobs.files.all() if name in (None, m.metric)]
    if not found:
        st.caption("No report has been asked for in the last 7 days.")
        return
    st.dataframe(
        rows(found[:SHOWN]),
        hide_index=True,
        height="content",
        column_config=COLUMNS,
        placeholder="–",
        alt=f"{words.counted(len(found), 'report')}, newest first",
    )
    for report in [m for m in found[:SHOWN] if m.status == "failed"][:EXPLAINED]:
        st.caption(
            f"✗ {question(report, words.name)}, asked for {words.instant(report.created_at)}: "
            f"{words.code(report.reason or '')}"
        )
    if len(found) > SHOWN:
        st.caption(f"The newest {SHOWN} of {words.count(len(found))}")


COLUMNS = {
    "state": tables.words("State"),
    "file": st.column_config.LinkColumn("File", display_text="CSV"),
    "report": tables.words("Report"),
    "as_of": tables.instant("As of"),
    "rows": tables.number("Rows"),
    "bytes": st.column_config.NumberColumn("Size", format="bytes"),
    "took": tables.amount_in_words("Took"),
    "asked": tables.instant("Asked for"),
}


def rows(reports: list[Manifest]) -> pa.Table:
    done = [report.status == "completed" for report in reports]
    return pa.table(
        {
            "state": [state(report) for report in reports],
            "file": pa.array(
                [address(r) if d else None for r, d in zip(reports, done, strict=True)], pa.string()
            ),
            "report": [question(report) for report in reports],
            "as_of": pa.array([naive(r.as_of) for r in reports], pa.timestamp("us")),
            "rows": pa.array(
                [r.rows if d else None for r, d in zip(reports, done, strict=True)], pa.int64()
            ),
            "bytes": pa.array(
                [r.bytes if d else None for r, d in zip(reports, done, strict=True)], pa.int64()
            ),
            "took": [
                words.NOTHING if r.seconds is None else durations.rounded(r.seconds)
                for r in reports
            ],
            "asked": [naive(r.created_at) for r in reports],
        }
    )


def naive(instant: Any) -> Any:
    return instant and instant.replace(tzinfo=None)


def state(report: Manifest) -> str:
    """`✓ done`, `✗ failed`, `… writing, 12,000 rows, 3 s`."""
    if report.status == "completed":
        return "✓ done"
    if report.status == "failed":
        return "✗ failed"
    seconds = (now() - report.created_at).total_seconds()
    written = f", {words.counted(report.rows, 'row')}" if report.rows else ""
    return f"… {report.stage}{written}, {seconds:.0f} s"


def question(report: Manifest, text: Callable[[str], str] = str) -> str:
    """`Store uptime, method poll`: the metric and what was asked of it; `text` says texts."""
    spec = metrics().get(report.metric)
    kinds = {p.name: p.type for p in spec.parameters.values()} if spec else {}
    asked = [
        f"{key.replace('_', ' ')} {spoken(value, kinds.get(key), text)}"
        for key, value in report.params.items()
        if value is not None
    ]
    return ", ".join([words.dataset(report.metric), *asked])


def spoken(value: Any, kind: str | None, text: Callable[[str], str]) -> str:
    """A parameter of this SQL type as people say it; a manifest has days and instants as text."""
    if kind == "DATE":
        return words.day(dt.date.fromisoformat(value))
    if kind != "TIMESTAMP":
        return text(value) if isinstance(value, str) else str(value)
    at = dt.datetime.fromisoformat(value)
    if at.second or at.microsecond:
        return f"{words.day(at)}, {at.time().isoformat()} UTC"
    return words.instant(at)


def address(report: Manifest) -> str:
    return f"/api/v1/reports/{report.report_id}/csv"

"""Where this server and its input folder are, for links and for commands that people copy."""

from __future__ import annotations

import shlex
from urllib.parse import quote, urlsplit

import streamlit as st

from pages.parts import commands
from warehouse import Settings


def origin() -> str:
    """`http://localhost:8501`, as the visitor's browser knows it."""
    url = urlsplit(st.context.url or "")
    return f"{url.scheme}://{url.netloc}" if url.netloc else "http://localhost:8501"


def customer_rows(customer: str, form: str) -> str:
    """The API's route that streams a customer's whole table as `csv` or `parquet`."""
    return f"/api/v1/customers/{quote(customer, safe='')}/rows?format={form}"


def how_to_send(customer: str) -> None:
    """The commands that append a CSV to a customer's table, over HTTP and by the folder."""
    st.markdown("Over HTTP; the answer says how many rows were loaded and rejected:")
    st.code(
        f"curl -F customer_id={customer} -F file=@rows.csv '{origin()}/api/v1/event/?wait=true'",
        language="bash",
        wrap_lines=True,
    )
    settings = Settings.from_env()
    folder = shlex.quote(f"{settings.incoming_place.rstrip('/')}/customers/{customer}")
    copy = "aws s3 cp" if settings.incoming_url else f"mkdir -p {folder} && cp"
    st.markdown("Or put the file into the customer's folder and load it:")
    st.code(
        f"{copy} rows.csv {folder}/\n{commands.load()}",
        language="bash",
        wrap_lines=True,
    )

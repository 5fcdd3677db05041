"""A page of nothing but Streamlit, with what the dashboard's pages are made of: what axe-core finds
here is Streamlit's own."""

import math

import pandas as pd
import streamlit as st

ROWS = pd.DataFrame({"device": ["a", "b"], "reports": [1, 2]})
BARS = {
    "mark": "bar",
    "encoding": {
        "x": {"field": "device", "type": "nominal"},
        "y": {"field": "reports", "type": "quantitative"},
    },
}

st.set_page_config(page_title="bare", layout="wide")
st.sidebar.caption("A caption")
st.title("A heading", anchor=False)
st.header("A heading", anchor=False)
st.caption("A caption with `code`")
st.markdown("Text with `code`")
st.metric("A card", "12", "+3 %", border=True, chart_data=[1, 2, math.nan, 3], help="Help")
st.segmented_control("Show", ["a", "b"], default="a")
st.pills("Only", ["a", "b"], selection_mode="multi")
st.selectbox("Day", [1, 2])
st.multiselect("With", ["a", "b"], default=["a"])
st.text_input("Find", placeholder="Any part", icon=":material/search:")
st.number_input("Number", 0, 10)
st.date_input("Date")
st.datetime_input("As of", None)
st.dataframe(ROWS, on_select="rerun", selection_mode=["single-row", "single-cell"], alt="Rows")
st.vega_lite_chart(ROWS, BARS, alt="Bars")
st.expander("More").code("x = 1", wrap_lines=True)
st.tabs(["a", "b"])[0].caption("A caption")
st.download_button("CSV", "x")
st.button("Off", disabled=True)
st.info("Info")
st.warning("Warning")

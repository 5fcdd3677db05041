"""What the browser is told of cells is what Streamlit itself would tell."""

import datetime as dt
from typing import Any

import pyarrow as pa
from streamlit.elements import arrow
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData

from pages.parts import said_cells, tables, words

TABLE = pa.table(
    {
        "moved": pa.array([3, None, -2], pa.int64()),
        "change": pa.array([None, 0.0, -2.94], pa.float64()),
        "rank": pa.array([1, 2, 3], pa.int64()),
        "before": pa.array([None, 1, 2_000], pa.int64()),
        "share": pa.array([0.5, None, 1e-9], pa.float64()),
        "device": pa.array(["a", None, "<b>"], pa.string()),
        "day": pa.array([dt.date(2026, 3, 1), None, dt.date(9999, 12, 31)], pa.date32()),
        "at": pa.array([dt.datetime(2026, 3, 1, 1, 2, 3, 4), None, None], pa.timestamp("us")),
        "open": pa.array([True, None, False], pa.bool_()),
        "days": pa.array([[0.5, 1.0], [], None], pa.list_(pa.float64())),
    }
)


def told(marshall: Any) -> Any:
    """The table of words that goes to the browser, with its index."""
    proto = ArrowData()
    said = tables.signed(TABLE, moved=words.difference, change=words.percent)
    marshall(proto, said, "a table")
    return pa.ipc.open_stream(proto.styler.display_values).read_pandas()


def test_the_same_words_as_pandas_and_streamlit_give() -> None:
    expected, said = told(marshall_styler), told(said_cells.tell)
    assert vars(arrow)["marshall_styler"] is said_cells.tell
    assert said.to_dict() == expected.to_dict()
    assert said["moved"].tolist() == ["+3", "", "−2"]
    assert list(said.index) == list(expected.index)

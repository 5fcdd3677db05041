"""Cells that are said in words and sort as numbers, without what pandas' Styler takes for it.

Streamlit has Styler say each cell, and writes what it said into a copy of the table, cell by cell:
11 ms for ten rows, a quarter of what the page takes. Here the same is told to the browser at once.
Whatever else is styled, and a Streamlit that does this in another way, works as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd
from pandas.io.formats.style import Styler
from streamlit import dataframe_util
from streamlit.elements import arrow
from streamlit.elements.lib.pandas_styler_utils import marshall_styler
from streamlit.proto.ArrowData_pb2 import ArrowData

Say = Callable[[Any], str]
_SAID = "said"  # the attribute of a Styler that is told at once


def format(frame: pd.DataFrame, said: Mapping[str, Say]) -> Styler:
    """`frame` with the columns named in `said` in words; a missing value is the empty text."""
    styler = frame.style.format(dict(said), na_rep="")
    setattr(styler, _SAID, said)
    return styler


def cells(frame: pd.DataFrame, said: Mapping[str, Say]) -> pd.DataFrame:
    """What each cell says, as Styler's default does it where no words are given.

    A frame, as the browser counts its index as a column.
    """
    return pd.DataFrame(
        {name: list(_words(frame[name], said.get(name))) for name in frame.columns}, dtype=object
    )


def _words(column: pd.Series[Any], say: Say | None) -> Iterator[str]:
    for value in column:
        if pd.api.types.is_scalar(value) and pd.isna(value):
            yield ""
        elif say:
            yield say(value)
        else:
            yield f"{value:.6f}" if isinstance(value, float) else str(value)


def tell(proto: ArrowData, styler: Styler, default_uuid: str) -> None:
    """In place of Streamlit's function of the same arguments."""
    said = getattr(styler, _SAID, None)
    if said is None:
        marshall_styler(proto, styler, default_uuid)
        return
    frame: pd.DataFrame = styler.data  # type: ignore[attr-defined]
    proto.styler.uuid = default_uuid
    told = cells(frame, said)
    proto.styler.display_values = dataframe_util.convert_pandas_df_to_arrow_bytes(told)


arrow.marshall_styler = tell  # type: ignore[attr-defined]

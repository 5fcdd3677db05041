"""What the warehouse answers: all of one page from one generation, each question asked once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st

from warehouse import Generation, Settings, metric, open_generation

MOST = 300  # answers that are kept
_PINNED = "generation shown"


def pin() -> Generation:
    """Choose the current generation for this run of the page. Raises NoGeneration, QueryFailed."""
    st.session_state.pop(_PINNED, None)
    generation = open_generation(Settings.from_env())
    st.session_state[_PINNED] = generation
    return generation


def pinned() -> Generation:
    """The generation that the page shows."""
    generation: Generation = st.session_state[_PINNED]
    return generation


def is_pinned() -> bool:
    """Whether there is a generation to ask in this run of the page."""
    return _PINNED in st.session_state


def ask(name: str, /, **params: Any) -> pa.Table:
    """A metric of the generation shown; what `warehouse.metric` raises passes through."""
    generation = pinned()
    asked = (generation.path, name, *sorted(params.items()))
    found = _KNOWN.get(asked)
    if found is None:
        found = _answer(generation, generation.path, name, params)
        _KNOWN[asked] = found
        while len(_KNOWN) > MOST:
            _KNOWN.pop(next(iter(_KNOWN)), None)
    return found


# A look into this costs a thousandth of one into Streamlit's cache, which lets only one visitor
# ask what several want to know, and says that it asks.
_KNOWN: dict[tuple[Any, ...], pa.Table] = {}


@st.cache_resource(max_entries=MOST, show_spinner="Asking the warehouse …")
def _answer(_generation: Generation, path: Path, name: str, params: dict[str, Any]) -> pa.Table:
    """Tables are immutable and generations too, so one answer serves every session."""
    return metric(name, generation=_generation, **params)

"""The order in which files arrive, and in how many runs, changes no number."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import strategies as st

from etl import verify
from tests.etl.loading import load_all
from tests.etl.nearly import samples
from tests.etl.world import LEDGER, State, state
from warehouse import Settings

SERVERS = {"servers.csv": "s1,2018-01-01 00:00:00,2018-01-03 00:00:00\ns2,2018-01-01 12:00:00,\n"}
FORMS = {
    "health": ("timestamp,id,type,status", "{at},{device},t{small},{status}"),
    "events": (
        "timestamp,device_id,user_id,server_id,connected",
        "{at},{device},u{small},s{small},{yes}",
    ),
    "polls": ("store_id,status,timestamp_utc", "shop{small},{status},{at}"),
}


@st.composite
def rows(draw: st.DrawFn, form: str) -> str:
    return form.format(
        at=f"2018-01-0{draw(st.integers(1, 5))} {draw(st.sampled_from(['00', '12', '23']))}:00:00",
        device=f"d{draw(st.integers(1, 3))}",
        small=draw(st.integers(1, 3)),
        status=draw(st.sampled_from(["active", "inactive"])),
        yes=draw(st.booleans()),
    )


@st.composite
def arrivals(draw: st.DrawFn) -> dict[str, str]:
    """Files of several kinds with ties, equal rows and equal bytes, by name."""
    found = {}
    for number in range(draw(st.integers(2, 4))):
        header, form = FORMS[draw(st.sampled_from(sorted(FORMS)))]
        body = draw(st.lists(rows(form), min_size=2, max_size=12))
        found[f"{number}.csv"] = "\n".join([header, *body, ""])
        if draw(st.integers(0, 2)) == 0:
            found[f"{draw(st.integers(0, 9))}-again.csv"] = found[f"{number}.csv"]
    return found


@pytest.mark.parametrize("files", samples(arrivals(), 3)[1:], ids=range(2))
def test_in_one_run_or_in_many_in_any_order(tmp_path: Path, files: dict[str, str]) -> None:
    assert_same_numbers(tmp_path, files)


@pytest.mark.torture
@pytest.mark.parametrize("batch", range(60))
def test_many_more_orders(tmp_path: Path, batch: int) -> None:
    assert_same_numbers(tmp_path, samples(arrivals(), 1, new=True)[0])


def assert_same_numbers(root: Path, files: dict[str, str]) -> None:
    each = [{name: text} for name, text in files.items()]
    together = numbers(load_all(root / "together", [{**SERVERS, **files}]))
    assert numbers(load_all(root / "each", [SERVERS, *each])) == together
    backwards = load_all(root / "backwards", [SERVERS, *reversed(each)])
    assert numbers(backwards) == together
    assert verify.main(["--repair", "--data", str(backwards.data)]) == 0
    assert numbers(backwards) == together


def numbers(settings: Settings) -> State:
    """All that is computed, and the lake's rows, without the account of what came when."""
    return {name: found for name, found in state(settings).items() if name not in LEDGER}

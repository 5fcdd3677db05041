"""SQL cases as data: each YAML file below cases/ is loaded by the real loader and compared.

A case has `why` (one sentence), `loads` (each item one run of the loader: file name to content),
`query`, and `expect` as CSV with a header, where NULL is an empty cell.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.etl.content import content
from tests.etl.loading import answer, csv_text, current, load_all, rows

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize(
    "path",
    [pytest.param(p, id=str(p.relative_to(CASES))) for p in sorted(CASES.rglob("*.yaml"))],
)
def test_case(path: Path, tmp_path: Path) -> None:
    case = yaml.safe_load(path.read_text("utf-8"))
    assert set(case) == {"why", "loads", "query", "expect"}
    loads = [{name: content(text) for name, text in files.items()} for files in case["loads"]]
    with current(load_all(tmp_path, loads)) as connection:
        seen = answer(connection, case["query"])
    assert csv_text(seen) == csv_text(rows(case["expect"])), case["why"]

"""A new dataset is one spec and a new metric one file; sizes and batches change no number."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pytest

from etl import marts
from etl.datasets import datasets
from etl.engines import here
from etl.read.source import Source, insert_sql, insert_values
from etl.read.stage import Staging
from tests.etl.loading import answer, current, folders, lay, load_all, load_once, rows
from tests.etl.world import FIRST, SECOND, State, assert_sound, state
from warehouse import Settings, zstd

ROOT = Path(__file__).parents[2]

TILLS = '''\
"""A receipt of an old till, which writes Latin-1."""

from etl.datasets.spec import Column, Dataset
from etl.fields import IDENTIFIER, TEXT, TIMESTAMP

DATASET = Dataset(
    name="tills",
    columns=(
        Column("sold_at", TIMESTAMP),
        Column("till", IDENTIFIER),
        Column("article", TEXT, required=False),
    ),
    day_column="sold_at",
)
'''
METRIC = """\
-- Articles sold.
-- grain: one row per article
-- column article VARCHAR: the article
create or replace macro articles() as table
select distinct article from tills order by article;
"""


def test_a_new_dataset_is_one_spec_and_a_new_metric_one_file(tmp_path: Path) -> None:
    """Also for what every dataset takes without being told: here, a file that is no UTF-8."""
    program = tmp_path / "program"
    for package in ("etl", "warehouse"):
        shutil.copytree(ROOT / package, program / package)
    settings = folders(tmp_path)
    assert generation(program, settings) == 1
    (program / "etl" / "datasets" / "tills.py").write_text(TILLS)
    lay(
        settings.incoming,
        {
            "tills/latin.csv": "sold_at;till;article\n2024-01-01 10:00:00;1;Müsli\n".encode(
                "latin-1"
            ),
            "tills/utf.csv": "sold_at;till;article\n2024-01-01 10:00:00;2;Tüte\n".encode(),
        },
    )
    assert generation(program, settings) == 2
    (program / "warehouse" / "metrics" / "articles.sql").write_text(METRIC)
    assert generation(program, settings) == 3
    assert generation(program, settings) == 3
    with current(settings) as connection:
        assert answer(connection, "from articles()") == rows("article\nMüsli\nTüte\n")


def generation(program: Path, settings: Settings) -> int:
    """Run the loader of that program; returns the number of the generation afterwards."""
    places = ["--incoming", str(settings.incoming), "--data", str(settings.data)]
    finished = subprocess.run(
        [sys.executable, str(program / "etl" / "load.py"), "--json", *places],
        stdout=subprocess.PIPE,
        check=True,
    )
    number: int = json.loads(finished.stdout)["generation"]
    return number


def test_batches_change_no_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean_states: tuple[State, State]
) -> None:
    monkeypatch.setattr(here, "MOST_LINES", 0)
    monkeypatch.setattr(marts, "BATCH_ROWS", 1)
    settings = load_all(tmp_path, [FIRST, SECOND])
    assert not_cut(state(settings)) == not_cut(clean_states[1])
    assert_sound(settings)


def not_cut(seen: State) -> State:
    """All but how the lake is cut into files."""
    return {name: found for name, found in seen.items() if name != "parquet_files"}


@pytest.mark.parametrize("count", [40_000, pytest.param(4_000_000, marks=pytest.mark.torture)])
def test_every_line_keeps_its_number_in_large_files(tmp_path: Path, count: int) -> None:
    """Blank and bad lines are strewn among the rows, whose ids are their line numbers."""
    texts = {
        "plain.csv": text("plain", count, "\n").encode(),
        "windows.csv": text("windows", count, "\r\n").encode("utf-8-sig"),
        "mixed.csv": text("mixed", count, "\n", "\r\n").encode(),
        "old_mac.csv": text("old_mac", count, "\r").encode(),
        "utf_16.csv": text("utf_16", count, "\r\n").encode("utf-16"),
        "quoted.csv": text("quoted", count, "\n")
        .replace("Z,", 'Z",')
        .replace("\n2", '\n"2')
        .encode(),
        "zipped.csv.gz": gzip.compress(text("zipped", count, "\n").encode(), 1),
        "zst.csv.zst": zstd.compress(text("zst", count, "\r\n").encode()),
        "one_byte.csv": text("one_byte", count, "\n").encode() + "é".encode() + b"\xff\n",
    }
    settings = load_all(tmp_path, [texts])
    blank = (count + 1) // 1009
    bad = (count + 1) // 1013 - (count + 1) // (1009 * 1013)
    with current(settings) as connection:
        found = connection.execute(
            "select path, rows_read, rows_rejected from files order by path"
        ).fetchall()
        extra = {name: name == "one_byte.csv" for name in texts}
        assert found == [
            (name, count - blank + extra[name], bad + extra[name]) for name in sorted(texts)
        ]
        for query in (
            "select id, line from health_reports where split_part(id, ' ', 2)::bigint <> line",
            "select raw, line from rejects where split_part(raw, ' ', 2) <> line::varchar "
            "and reason not like '%UTF-8'",
        ):
            assert connection.execute(query).fetchall() == []


def text(name: str, count: int, *ends: str) -> str:
    """A file of so many lines behind its header, each with the next of the line ends."""
    numbers = range(2, count + 2)
    lines = ["timestamp,id,type,status", *(line(name, number) for number in numbers)]
    return "".join(line + ends[number % len(ends)] for number, line in enumerate(lines))


def line(name: str, number: int) -> str:
    if number % 1009 == 0:
        return ""
    if number % 1013 == 0:
        return f"bad {number} line"
    second = number % 86_400
    stamp = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return f"2017-05-{number % 28 + 1:02}T{stamp}Z,{name} {number},type{number % 5},s{number % 3}"


HEALTH = "timestamp,id,type,status\n2026-01-01T00:00:00Z,a,b,c\n"
TOOK = """
select seconds, (select max_by(seconds, load_id) from loads)
from load_history(top_loads := 1)
"""


def test_how_long_a_load_took_is_told_to_the_end(tmp_path: Path) -> None:
    """The marts are part of it; a warehouse that is made anew knows reading and writing only."""
    settings = folders(tmp_path)
    summary = load_once(settings, {"a.csv": HEALTH})
    told, written = took(settings)
    assert written < told <= summary.seconds
    settings.warehouse.unlink()
    assert not load_once(settings, {}).published
    assert took(settings) == (written, written)


def took(settings: Settings) -> tuple[float, float]:
    """What the newest load took, as it is told and as the ledger has it."""
    with current(settings) as connection:
        row = connection.execute(TOOK).fetchone()
    assert row is not None
    return row


def test_the_reader_keeps_the_order_of_lines_in_every_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row's line follows from its place: no plan may have a join, behind which places change
    where a file is large."""
    plans: dict[str, str] = {}
    insert = Staging._insert

    def explain(staging: Staging, sources: Sequence[Source]) -> int:
        explained = staging.connection.execute(
            f"explain {insert_sql(sources)}", insert_values(sources, staging.latest)
        ).fetchall()
        name = sources[0].dialect.dataset.name
        plans[name] = plans.get(name, "") + str(explained).lower()
        return insert(staging, sources)

    monkeypatch.setattr(Staging, "_insert", explain)
    load_all(tmp_path, [FIRST, SECOND])
    assert datasets().keys() <= plans.keys()
    assert [name for name, plan in plans.items() if " join " in plan] == []
    assert all("read_csv" in plan for plan in plans.values())


def test_events_keep_their_lines_in_a_large_file(tmp_path: Path) -> None:
    """Of so many, whole blocks had each other's lines while true and false were told by a join."""
    count = 1_500_000
    settings = folders(tmp_path)
    (settings.incoming / "connectivity_events").mkdir(parents=True)
    file = settings.incoming / "connectivity_events" / "large.csv"
    duckdb.execute(f"""
        copy (
            select timestamp '2025-01-01' + to_seconds(line) as timestamp, 'L' || line as device_id,
                'u' || line % 500 as user_id, 's' || line % 30 as server_id,
                line % 2 = 0 as connected
            from range(2, {count + 2}) as lines(line)
        ) to '{file}' (header)
    """)
    load_once(settings, {})
    with current(settings) as connection:
        found = connection.execute(
            "select count(*), count(*) filter (device_id <> 'L' || line) from connectivity_events"
        )
        assert found.fetchall() == [(count, 0)]

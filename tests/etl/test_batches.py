"""Small files are parsed together, and each has the fate that it would have alone."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path

import pytest

from etl.read import batch
from etl.read.source import Source
from etl.read.stage import Staging
from tests.etl.loading import Rows, answer, current, lay, load_all, load_once
from warehouse import Settings

HEADER = "timestamp,id,type,status\n"
ROW = "2026-02-15T10:00:0{0}Z,d{0},sensor,online\n"
BAD = "yesterday,d1,sensor,online\n"
FORMS: dict[str, bytes] = {
    "plain": (HEADER + ROW + BAD).encode(),
    "returns": (HEADER + ROW + BAD).replace("\n", "\r\n").encode(),
    "marked": b"\xef\xbb\xbf" + (HEADER + ROW).encode(),
    "open": (HEADER + ROW + ROW).removesuffix("\n").encode(),
    "no rows": HEADER.encode(),
    "blank lines": ("\n\n" + HEADER + "\n" + ROW + "\n").encode(),
    "semicolons": (HEADER + ROW).replace(",", ";").encode(),
    "spaces": (HEADER + ROW.replace("Z,", "Z ,")).encode(),
    "quotes": (HEADER + '2026-02-15T10:00:00Z,"d,{0}",sensor,"online\n' + ROW).encode(),
    "other order": b"id,status,type,timestamp\nd{0},online,camera,2026-02-16 00:00:00\n",
    "nul": (HEADER + ROW + "\0" + ROW).encode(),
}
CUSTOMERS: dict[str, bytes] = {
    "customers/acme/{0}.csv": b"at,amount\n2026-01-0{0} 00:00:00,{0}\nsoon,{0}\n",
    "customers/beta/{0}.csv": b"note\nhello {0}\n",
    "customers/gamma/{0}.csv.gz": gzip.compress(b"at,amount\n2026-01-01,{0}\n", mtime=0) + b"\0",
    "customers/odd/{0}.csv": b"at,amount\r2026-01-01 00:00:00\xef,{0}\nb,c\n",
    "customers/beta/turned {0}.csv": b"other\nhello {0}\n",
}


def files() -> dict[str, bytes]:
    """Three of each form, packed or not, under names that are hard to tell a reader."""
    found = {}
    for number in map(str, range(1, 4)):
        for form, text in FORMS.items():
            said = text.replace(b"{0}", number.encode())
            found[f"{form} [{number}]*?'.csv"] = said
            packed = gzip.compress(said + ROW.format(4).encode(), mtime=0)
            found[f"{form} {number}.csv.gz"] = packed + b"\0" * (form == "quotes")
        for name, text in CUSTOMERS.items():
            said = text.replace(b"{0}", number.encode())
            found[name.format(number)] = said
    return found


def test_together_as_alone(tmp_path: Path) -> None:
    alone = [{name: text} for name, text in sorted(files().items())]
    together = load_all(tmp_path / "together", [files()])
    assert told(together) == told(load_all(tmp_path / "alone", alone))


def test_files_sent_twice_are_written_once(tmp_path: Path) -> None:
    once = {f"{n:02}.csv": (HEADER + ROW.format(n)).encode() for n in range(9)}
    broken = {"09.csv": (HEADER + BAD).encode()}
    again = {f"copy of {name}": text for name, text in (once | broken).items()}
    settings = Settings(tmp_path / "incoming", tmp_path / "data")
    summary = load_once(settings, once | broken | again)
    assert (summary.loaded, summary.duplicate, summary.rejected) == (9, 9, 2)
    assert (summary.rows_loaded, summary.rows_rejected) == (9, 2)
    assert len(list(settings.lake.glob("health_reports/*/*.parquet"))) == 1


@pytest.mark.parametrize("limit", ["MOST_FILES", "MOST_BYTES"])
def test_however_many_are_taken_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    together = load_all(tmp_path / "together", [files()])
    monkeypatch.setattr(batch, limit, 2 if limit == "MOST_FILES" else 150)
    assert told(load_all(tmp_path / "few", [files()])) == told(together)


def test_a_file_that_changes_while_others_are_parsed_is_left_for_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(tmp_path / "incoming", tmp_path / "data")
    more = (HEADER + ROW.format(8) + ROW.format(9)).encode()
    texts = {f"{n}.csv": (HEADER + ROW.format(n)).encode() for n in range(3)}
    insert = Staging.add

    def changing(self: Staging, sources: Sequence[Source]) -> None:
        lay(settings.incoming, {"1.csv": more})
        insert(self, sources)

    with monkeypatch.context() as during:
        during.setattr(Staging, "add", changing)
        summary = load_once(settings, texts)
    assert (summary.loaded, summary.waiting, summary.rows_loaded) == (2, 1, 2)
    assert load_once(settings, {}).rows_loaded == 2


def told(settings: Settings) -> list[Rows]:
    """Every row of the lake and every file and reject, without when they came."""
    with current(settings) as connection:
        return [
            answer(connection, query)
            for query in (
                "select * exclude (day) from health_reports order by all",
                "select * from customers order by all",
                "select * exclude (load_id, loaded_at) from files order by all",
                "select * exclude (load_id) from rejects order by all",
                "select * exclude (load_id) from customer_uploads order by all",
                "select * exclude (load_id) from customer_tables order by all",
            )
        ]

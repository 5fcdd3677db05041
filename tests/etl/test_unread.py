"""Nothing vanishes: a file below incoming is loaded, rejected, a duplicate, waiting or listed."""

from __future__ import annotations

from pathlib import Path

from tests.etl.loading import answer, current, folders, lay, load_once
from tests.etl.world import assert_sound
from warehouse import Settings

HEADER = "timestamp,id,type,status\n"
FILES = {
    "a.txt": HEADER + "2026-02-15T10:00:00Z,a,t,s\n",
    "b.TSV": HEADER.replace(",", "\t") + "2026-02-15T10:00:00Z\tb\tt\ts\n",
    "c.csv.txt": HEADER + "2026-02-15T10:00:00Z,c,t,s\n",
    "d.zip": "PK",
    "e.gz": "x",
    "f": HEADER,
    "g.csv.gzip": "x",
    "i.xlsx": "PK",
    "j.bz2": "x",
    "k.json": "{}",
    "report.csv (1)": HEADER,
    "sub/deep.parquet": "x",
    ".hidden.csv": HEADER,
    "late.csv.part": HEADER,
}
REASONS = {
    ".hidden.csv": "hidden or temporary: it is left alone until it has its final name",
    "d.zip": "an archive: unpack it here and the CSVs in it are loaded",
    "e.gz": "if it is a compressed CSV, rename it to 'e.csv.gz'",
    "f": "its name has no suffix: if it is a CSV, rename it to 'f.csv'",
    "g.csv.gzip": "if it is a compressed CSV, rename it to 'g.csv.gz'",
    "i.xlsx": "a workbook: save each sheet as CSV (UTF-8) here",
    "j.bz2": ".bz2 is not read: unpack it, or pack it with gzip or Zstandard",
    "k.json": ".json files are not read, only .csv, .tsv, .txt, plain or compressed (.gz, .zst)",
    "late.csv.part": "hidden or temporary: it is left alone until it has its final name",
    "report.csv (1)": "its name does not end in .csv: rename it to 'report (1).csv'",
    "sub/deep.parquet": (
        ".parquet files are not read, only .csv, .tsv, .txt, plain or compressed (.gz, .zst)"
    ),
}


def listed(settings: Settings) -> dict[str, str]:
    with current(settings) as connection:
        return dict(answer(connection, "select path, reason from unread_files()")[1:])


def test_what_is_not_read_is_listed_with_what_to_do(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    summary = load_once(settings, FILES)
    assert (summary.loaded, summary.rejected) == (3, 0)
    assert listed(settings) == REASONS
    told = str(summary)
    assert "9 not read" in told
    assert "not read: d.zip: an archive" in told
    assert "… and 4 more not read" in told
    assert '"FROM unread_files()"' in told
    assert_sound(settings)


def test_what_is_gone_or_comes_is_news_and_what_stays_is_none(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    load_once(settings, FILES)
    assert not load_once(settings, {}).published
    (settings.incoming / "d.zip").unlink()
    assert load_once(settings, {}).published
    assert "d.zip" not in listed(settings)
    (settings.incoming / "late.csv.part").unlink()
    assert not load_once(settings, {}).published
    assert load_once(settings, {"new.ods": "x"}).published
    assert set(listed(settings)) == set(REASONS) - {"d.zip", "late.csv.part"} | {"new.ods"}
    assert_sound(settings)


def test_links_are_followed_and_a_circle_ends(tmp_path: Path) -> None:
    settings = folders(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    lay(elsewhere, {"x.csv": FILES["a.txt"], "deep/y.csv": FILES["c.csv.txt"]})
    (settings.incoming / "linked").symlink_to(elsewhere)
    (elsewhere / "back").symlink_to(settings.incoming)
    (settings.incoming / "again").symlink_to(settings.incoming)
    (settings.incoming / "nowhere.csv").symlink_to("gone.csv")
    assert load_once(settings, {}).loaded == 2
    with current(settings) as connection:
        paths = answer(connection, "select path from files order by path")[1:]
    assert paths == [["linked/deep/y.csv"], ["linked/x.csv"]]
    assert listed(settings) == {"nowhere.csv": "a link that leads nowhere"}


def test_the_terminal_names_what_was_rejected_and_what_a_first_file_founded(
    tmp_path: Path,
) -> None:
    settings = folders(tmp_path)
    told = str(
        load_once(
            settings,
            {f"{n}.csv": f"a,b\n{n},2\n" for n in range(7)}
            | {
                "customers/acme/1.csv": "at,amount\n2026-01-01 00:00:00,1\n",
                "customers/raw/1.csv": "2026-01-01 00:00:00,5\n2026-01-01 00:00:00,6\n",
                "customers/text/1.csv": "note\nhello\n",
            },
        )
    )
    assert "7 rejected" in told.splitlines()[0]
    assert "rejected: 0.csv: its first line 'a,b' is the header of no dataset" in told
    assert "… and 2 more rejected: see the page Data, or duckdb -readonly" in told
    assert "customer acme: columns at, amount; time column at\n" in told
    assert "customer text: columns note; no time column" in told
    assert "first line looks like data rather than names" in told

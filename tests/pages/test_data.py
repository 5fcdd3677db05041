"""What a visitor of *Data* reads."""

from __future__ import annotations

from pathlib import Path

from tests import health
from tests.etl.loading import load_all
from tests.visits import Visit, cards, drawn, plain, said, sentence, table
from warehouse import Settings


def test_what_came_in(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "data")
    assert "took 14 files with 579 rows and rejected 3 rows" in sentence(app)
    assert cards(app)["Files rejected"] == ("1", "")
    assert table(app)[0]["rows_read"] == 582


def test_a_load_of_nothing_but_bad_files_says_what_became_of_them(
    tmp_path: Path, visit: Visit
) -> None:
    files = {f"{name}.csv": health.HEADER + health.REJECTED[0] for name in ("one", "two")}
    app = visit(load_all(tmp_path, [files]), "data")
    assert sentence(app).endswith("UTC, rejected 2 files whole, with 2 rows")


def test_a_load_of_nothing_but_known_files_says_so(tmp_path: Path, visit: Visit) -> None:
    file = health.day_file(health.NEWEST, {"a": 1})
    app = visit(load_all(tmp_path, [{"one.csv": file}, {"again.csv": file}]), "data")
    assert sentence(app).endswith("UTC, took nothing new: 1 file had come in before")


def test_without_a_rejected_file_nothing_is_said_of_what_was_in_it(
    tmp_path: Path, visit: Visit
) -> None:
    app = visit(load_all(tmp_path, [{"one.csv": health.day_file(health.NEWEST, {"a": 1})}]), "data")
    card = next(card for card in app.metric if card.label == "Files rejected")
    assert (card.value, card.proto.delta_description) == ("0", "")


def test_a_file_that_fits_no_dataset_says_why(fortnight: Settings, visit: Visit) -> None:
    (row,) = table(visit(fortnight, "data", show="Files", fate="rejected"))
    assert row["path"] == "notes.csv"
    assert row["reason"]


def test_the_numbers_of_rejected_rows_explain_each_other(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "data", show="Rejected rows")
    card = next(card for card in app.metric if card.label == "Rows rejected")
    assert card.value == "3"
    assert plain(card.proto.delta_description) == "0.5 % of those read, 1 in 1 whole file"
    assert len(table(app)) == 2
    assert "Not in this list: 1 in 1 whole file; see *Files*." in said(app)
    overview = said(visit(fortnight, "overview"))
    assert "Not in the table: 1 file with 1 row that fits no dataset" in overview


def test_reasons_beyond_the_commonest_stand_together(tmp_path: Path, visit: Visit) -> None:
    lines = [f"2026-02-15T10:00:00Z,a,b{',c' * cells}\n" for cells in (0, *range(2, 12))]
    settings = load_all(tmp_path, [{"odd.csv": health.HEADER + "".join(lines)}])
    app = visit(settings, "data", show="Rejected rows")
    bars = drawn(app, "Rejected rows by reason")
    assert len(bars) == 8
    assert bars[-1]["name"] == "all 4 other reasons"
    assert sum(bar["amount"] for bar in bars) == len(lines)


def test_rejected_rows_are_found_by_what_they_say(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "data", show="Rejected rows")
    assert len(table(app)) == 2
    app.text_input(key="text").input("id is EMPTY").run()
    (row,) = table(app)
    assert (row["path"], row["raw"]) == ("health/2026-02-14.csv", health.REJECTED[1].strip())
    assert "Not in this list" not in said(app)
    app.text_input(key="text").input("nothing like that").run()
    assert app.info[0].value == "No rejected row fits the filter."

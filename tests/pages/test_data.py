"""What a visitor of *Data* reads."""

from __future__ import annotations

from pathlib import Path

from pages.parts.data import advice
from tests import health
from tests.etl.loading import current, load_all
from tests.visits import Visit, cards, plain, said, sentence, table
from warehouse import Settings

GOOD = "2026-02-15T10:00:00Z,a,sensor,online\n"
OTHER = "2026-02-15T11:00:00Z,a,sensor,online\n"
BAD = "2026-02-15T25:00:00Z,a,sensor,online\n"
NOW = "2026-02-15T10:00:00Z"


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
    noted = {card.label: (card.value, plain(card.proto.delta_description)) for card in app.metric}
    assert noted["Rows rejected"] == ("3", "0.5 % of those read")
    assert noted["Files rejected"] == ("1", "whole, with 1 row")
    assert len(table(app)) == 2
    assert "Not in this list: 1 in 1 whole file; see *Files*." in said(app)
    overview = said(visit(fortnight, "overview"))
    assert "**Unknown files**: 1 file with 1 row that fits no dataset" in overview


def test_reasons_beyond_the_commonest_stand_together(tmp_path: Path, visit: Visit) -> None:
    lines = [f"2026-02-15T10:00:00Z,a,b{',c' * cells}\n" for cells in (0, *range(2, 16))]
    settings = load_all(tmp_path, [{"odd.csv": health.HEADER + GOOD + "".join(lines)}])
    app = visit(settings, "data", show="How to fix")
    assert "15 rows rejected, for 15 reasons" in said(app)
    assert [e.label for e in app.expander] == ["3 more reasons, 3 rows"]


def test_bad_files_come_first(tmp_path: Path, visit: Visit) -> None:
    files = {"a.csv": health.HEADER + GOOD, "b.csv": health.HEADER + GOOD + BAD, "c.csv": "what\n"}
    later = {"d.csv": health.HEADER + OTHER}
    app = visit(load_all(tmp_path, [files, later]), "data", show="Files")
    assert [row["path"] for row in table(app)] == ["c.csv", "b.csv", "d.csv", "a.csv"]


def test_how_to_fix_says_reason_example_and_what_to_write(tmp_path: Path, visit: Visit) -> None:
    files = {"good.csv": health.HEADER + GOOD + BAD + BAD + "x\n", "notes.csv": "what,ever\n1,2\n"}
    app = visit(load_all(tmp_path, [files]), "data", show="How to fix")
    text = said(app).replace("\\", "")
    assert "`notes.csv`, 1 row, load 1" in text
    assert "its first line 'what,ever' is the header of no dataset. Expected one of:" in text
    assert "**Instead:** Write the header of the dataset that is meant" in text
    assert "**… is not a date and time that exists**  \n2 rows in 1 file · Health reports" in text
    assert "Line 3 of good.csv: '2026-02-15T25:00:00Z' is not a date" in text
    assert "**Instead:** Write a day of the calendar and a time" in text
    assert BAD.strip() in [block.value for block in app.code]


def test_nothing_to_fix(tmp_path: Path, visit: Visit) -> None:
    app = visit(load_all(tmp_path, [{"a.csv": health.HEADER + GOOD}]), "data", show="How to fix")
    assert "Nothing was rejected." in said(app)


def faults() -> str:
    """A file of hours with one of nearly every fault, each on a line of its own."""
    rows = ("8.13E+018,0,9:00,17:00", ",0,9:00,17:00", "1,Monday,9:00,17:00", "1,9,9:00,17:00")
    times = ("1,0,9am,17:00", "1,0,0.375,17:00", "1,0,25:00,17:00", "1,0,9:00", '1,0,"9:00,17:00')
    return "\n".join(("store_id,day,start_time_local,end_time_local", *rows, *times)) + "\n"


def test_each_reason_has_advice_of_its_own(tmp_path: Path) -> None:
    files = {
        "business_hours.csv": faults() + "2,0,9:00,17:00\n",
        "zones.csv": "store_id,timezone_str\n1,America/Chicago\n2,America/Chicagoo\n3,Mars\n",
        "polls.csv": f"store_id,timestamp_utc,status\n1,{NOW},active\n1,{NOW},on\n1,99,active\n",
        "reports.csv": health.HEADER + GOOD + health.HEADER + "2999-01-01T10:00:00Z,a,b,c\n",
        "events.csv": f"timestamp,device_id,user_id,server_id,connected\n{NOW},1,1,1,t\n"
        f"{NOW},1,1,1,maybe\n",
    }
    with current(load_all(tmp_path, [files])) as connection:
        found = connection.execute("select distinct reason from rejected_rows()").fetchall()
    said = {reason: advice.instead(reason) for (reason,) in found}
    assert len(said) >= 15
    assert [reason for reason, what in said.items() if what == advice.GENERAL] == []
    assert said["'Monday' is not a weekday from 0 (Monday) to 6 (Sunday); write 0"] == (
        "Write `0`, as the reason says."
    )
    assert said["'on' is neither active nor inactive"] == "Write `active` or `inactive`."


def test_rejected_rows_are_found_by_what_they_say(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "data", show="Rejected rows")
    assert len(table(app)) == 2
    app.text_input(key="text").input("id is EMPTY").run()
    (row,) = table(app)
    assert (row["path"], row["raw"]) == ("health/2026-02-14.csv", health.REJECTED[1].strip())
    assert "Not in this list" not in said(app)
    app.text_input(key="text").input("nothing like that").run()
    assert app.info[0].value == "No rejected row fits the filter."

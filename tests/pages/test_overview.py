"""What a visitor of *Overview* reads."""

from __future__ import annotations

import datetime as dt
import math

from tests.visits import Visit, cards, sentence, table
from warehouse import Settings


def test_the_overview_says_what_the_newest_day_brought(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "overview")
    assert sentence(app) == (
        "6 devices sent 45 reports on Sun 15 Feb 2026, 12.5 % more than a week before"
    )
    assert cards(app)["Days missing"] == ("1", "")
    assert cards(app)["Rejected rows"] == ("3", "")
    (row,) = table(app)
    assert (row["dataset"], row["rejected_rows"], row["holes"]) == ("Health reports", 2, 1)
    assert row["newest_event"] == dt.datetime(2026, 2, 15, 14, 3)


def test_a_number_stays_with_its_percent_sign(fortnight: Settings, visit: Visit) -> None:
    app = visit(fortnight, "overview")
    assert "12.5\u00a0%" in app.subheader[0].value
    assert app.metric[0].delta == "+12.5\u00a0%"


def test_a_line_on_a_card_is_interrupted_where_there_is_no_data(
    fortnight: Settings, visit: Visit
) -> None:
    card = visit(fortnight, "overview").metric[0]
    drawn = [None if math.isnan(value) else value for value in card.proto.chart_data]
    assert drawn == [None] * 15 + [40] * 4 + [None] + [40] * 9 + [45]

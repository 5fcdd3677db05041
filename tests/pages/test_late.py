"""What a page says where the files of its dataset stopped coming."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from pages.parts import late
from tests import health
from tests.etl.loading import load_all
from tests.visits import Visit, said

EVENTS = "timestamp,device_id,user_id,server_id,connected\n2026-02-01 10:00:00,a,u,s,true\n"
BEHIND = "Connectivity events: the newest is of Sun 1 Feb 2026, 14 days before other data."


def test_data_that_ends_before_the_rest_says_so(tmp_path: Path, visit: Visit) -> None:
    settings = load_all(tmp_path, [{**health.files(), "events.csv": EVENTS}])
    for page in ("online_fleet", "fleet_operations"):
        assert BEHIND in said(visit(settings, page))
    assert "ends 14 days before other data" in said(visit(settings, "overview"))
    for page in ("top_devices", "daily_trend"):
        assert "⏰" not in said(visit(settings, page))


def test_late_is_told_beside_the_usual_gap() -> None:
    row = {"newest_day": dt.date(2026, 2, 1), "late_hours": 75.5, "usual_gap_hours": 1.0}
    assert late.told(row, [row]) == "late by 3 days 4 h, files usually come every 1 h"
    assert late.told({**row, "late_hours": 0.0}, [row]) == ""
    tomorrow = {**row, "late_hours": 0.0, "newest_day": dt.date(2026, 2, 2)}
    assert late.told({**row, "late_hours": 0.0}, [row, tomorrow]) == ""

"""The first and the last instant that a file can name: odd, but no file may stop the others.

What has not happened yet is rejected; servers and customers may speak of the future."""

from __future__ import annotations

from pathlib import Path

import pytest

from etl.audit import audit
from etl.places import Disk
from tests.etl.loading import folders, load_once

OLDEST, NEWEST = "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"
ORDINARY = "2026-02-15 10:00:00"


def files(instants: list[str]) -> dict[str, str]:
    devices = "".join(f"{ORDINARY},d{n},u,s,t\n" for n in range(200))
    return {
        "health_reports.csv": "timestamp,id,type,status\n"
        + "".join(f"{at},a,sensor,online\n" for at in instants),
        "connectivity_events.csv": "timestamp,device_id,user_id,server_id,connected\n"
        + devices
        + "".join(f"{at},d1,u,s,f\n" for at in instants),
        "servers.csv": f"id,created_at,destroyed_at\ns,{OLDEST},\nq,{OLDEST},{NEWEST}\n",
        "store_status.csv": "store_id,timestamp_utc,status\n"
        + "".join(f"1,{at},active\n" for at in instants),
        "business_hours.csv": "store_id,day,start_time_local,end_time_local\n1,0,9:00,10:00\n",
        "store_timezones.csv": "store_id,timezone_str\n1,America/New_York\n",
        "customers/c1/a.csv": "ts,v\n" + "".join(f"{at},1\n" for at in instants),
    }


@pytest.mark.parametrize("odd", [[OLDEST], [NEWEST], [OLDEST, NEWEST]])
def test_extreme_instants_are_loaded_and_later_files_too(tmp_path: Path, odd: list[str]) -> None:
    settings = folders(tmp_path)
    first = load_once(settings, files([ORDINARY, *odd]))
    datasets_of_what_happened = 3
    assert first.loaded == 7
    assert first.rows_rejected == datasets_of_what_happened * (NEWEST in odd)
    later = load_once(settings, {"later.csv": "timestamp,id,type,status\n" + f"{ORDINARY},b,c,d\n"})
    assert later.loaded == 1
    assert audit(settings, Disk(settings)).problems == []

"""The demo data: equal for equal options, complete in its stories, careful with people's files."""

import csv
import gzip
import hashlib
import io
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from etl.demo import GENERATORS, generate
from etl.demodata import stores
from etl.demodata.connectivity import fleet_sizes
from etl.demodata.output import Output
from etl.demodata.size import Request, Size
from warehouse import zstd

LAST_DAY = date(2026, 2, 15)
ROOT = Path(__file__).parent.parent
Row = dict[str, str]


def make(folder: Path, dataset: str, rows: int, **options: object) -> Output:
    defaults = GENERATORS[dataset].demo
    request = Request(
        seed=int(str(options.get("seed", 1))),
        last_day=LAST_DAY,
        size=Size(days=defaults.days, devices=min(defaults.devices, 500), rows=rows),
        clean=bool(options.get("clean")),
        single_file=bool(options.get("single_file")),
    )
    return generate(
        folder, GENERATORS[dataset], request, threads=int(str(options.get("threads", 2)))
    )


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def table(text: str, names: list[str] | None = None) -> list[Row]:
    return list(csv.DictReader(io.StringIO(text), names))


def ago(days: int) -> date:
    return LAST_DAY - timedelta(days=days)


def demo(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "etl" / "demo.py", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("dataset", GENERATORS)
def test_equal_options_give_equal_bytes_whatever_the_threads(dataset: str, tmp_path: Path) -> None:
    make(tmp_path / "one", dataset, 20_000, threads=1)
    make(tmp_path / "four", dataset, 20_000, threads=4)
    make(tmp_path / "other seed", dataset, 20_000, seed=2)

    written = fingerprint(tmp_path / "one")
    assert written == fingerprint(tmp_path / "four")
    assert written != fingerprint(tmp_path / "other seed")
    assert not any(name.endswith(".part") for name in written)


def test_a_run_says_what_it_wrote_and_a_second_one_leaves_it_alone(tmp_path: Path) -> None:
    size = ("--days", 30, "--devices", 50, "--rows", 3000, "--last-day", LAST_DAY)
    folder = tmp_path / "incoming"

    first = demo("--out", folder, *size)
    assert (first.returncode, first.stderr) == (0, "")
    assert [line.split()[0] for line in first.stdout.splitlines()] == list(GENERATORS)
    files = sum(int(line.split()[3]) for line in first.stdout.splitlines())
    written = fingerprint(folder)
    assert len(written) == files

    again = demo("--out", folder, *size, "--seed", 2)
    assert again.returncode == 2
    assert "holds files already" in again.stderr
    assert fingerprint(folder) == written


def test_force_replaces_its_own_files_only(tmp_path: Path) -> None:
    mine = tmp_path / "health_reports" / "mine.csv"
    mine.parent.mkdir()
    mine.write_text("timestamp,id,type,status\n")
    options = ("--dataset", "health_reports", "--days", 15, "--rows", 3000, "--last-day", LAST_DAY)

    assert demo("--out", tmp_path, *options, "--force").returncode == 0
    written = fingerprint(tmp_path)
    assert demo("--out", tmp_path, *options, "--force", "--seed", 2).returncode == 0

    assert mine.read_text() == "timestamp,id,type,status\n"
    changed = {name for name, was in written.items() if fingerprint(tmp_path)[name] != was}
    assert changed == set(written) - {"health_reports/mine.csv", "device-list.csv"}


def test_a_size_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    run = demo("--out", tmp_path / "out", "--devices", 3)
    assert run.returncode == 2
    assert "--devices: 3 is below 10" in run.stderr
    assert not (tmp_path / "out").exists()


def test_the_smallest_sizes_work(tmp_path: Path) -> None:
    smallest = ("--devices", 10, "--rows", 100, "--days", 1, "--last-day", LAST_DAY)
    assert demo("--out", tmp_path, *smallest).returncode == 0
    reports = tmp_path / "health_reports" / f"{LAST_DAY}.csv"
    assert len(reports.read_text().splitlines()) == 1 + 100


def test_one_clean_file_has_exactly_the_rows_asked_for_in_time_order(tmp_path: Path) -> None:
    out = make(tmp_path, "health_reports", 30_000, single_file=True)

    rows = table((tmp_path / "health_reports.csv").read_text())
    times = [datetime.fromisoformat(row["timestamp"]) for row in rows]
    assert len(rows) == out.rows == 30_000
    assert times == sorted(times)
    assert {time.date() for time in times} == {ago(days) for days in range(60)}
    assert all(len(row["id"]) == 8 and int(row["id"], 16) >= 0 for row in rows)
    assert {row["type"] for row in rows} == {"sensor", "gateway", "camera"}
    assert {row["status"] for row in rows} == {"online", "offline", "degraded", "error"}
    repeats = len(rows) - len({tuple(row.values()) for row in rows})
    assert 0.003 < repeats / len(rows) < 0.007


def test_clean_days_together_are_the_single_file(tmp_path: Path) -> None:
    make(tmp_path, "health_reports", 30_000, single_file=True)
    make(tmp_path, "health_reports", 30_000, clean=True)

    days = sorted((tmp_path / "health_reports").iterdir())
    lines = [line for day in days for line in day.read_text().splitlines()[1:]]
    assert len(days) == 60
    assert lines == (tmp_path / "health_reports.csv").read_text().splitlines()[1:]


@pytest.fixture(scope="module")
def health(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("health")
    make(folder, "health_reports", 120_000)
    return folder / "health_reports"


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[date, list[Row]]:
    """The same reports by day, before anything happened to the files."""
    folder = tmp_path_factory.mktemp("reports")
    make(folder, "health_reports", 120_000, clean=True)
    paths = (folder / "health_reports").iterdir()
    return {date.fromisoformat(path.stem): table(path.read_text()) for path in paths}


def ids(reports: dict[date, list[Row]], days: Iterable[int]) -> Counter[str]:
    """How often each device reported on these days before the last."""
    return Counter(row["id"] for day in days for row in reports[ago(day)])


def test_health_files_arrive_in_every_form(health: Path) -> None:
    def day(days: int, suffix: str = ".csv") -> bytes:
        return (health / f"{ago(days)}{suffix}").read_bytes()

    assert not list(health.glob(f"{ago(10)}*"))
    assert day(6) == day(6, "_resent.csv")
    header = b"timestamp,id,type,status\n"
    assert gzip.decompress(day(20, ".csv.gz")).startswith(header)
    assert zstd.decompress(day(13, ".csv.zst")).startswith(header)
    assert day(16).startswith(b"\xef\xbb\xbftimestamp;id;type;status\r\n")
    assert not (health.parent / "device-list.csv").read_bytes().startswith(header)


def test_late_reports_are_those_that_the_day_lacks_and_some_twice(
    health: Path, reports: dict[date, list[Row]]
) -> None:
    on_time = table((health / f"{ago(5)}.csv").read_text())
    late = table((health / f"{ago(2)}_late.csv").read_text())
    both = {tuple(row.values()) for row in on_time} & {tuple(row.values()) for row in late}

    assert all(row["timestamp"].startswith(str(ago(5))) for row in late)
    assert {tuple(row.values()) for row in [*on_time, *late]} == {
        tuple(row.values()) for row in reports[ago(5)]
    }
    assert 0 < len(both) < len(late)


def test_a_device_grows_one_vanishes_and_one_is_new(reports: dict[date, list[Row]]) -> None:
    def top(days: range) -> list[str]:
        return [name for name, _ in ids(reports, days).most_common(10)]

    # Four days have less chance in them than one.
    newest, earlier = top(range(4)), top(range(30, 34))
    assert newest[0] not in ids(reports, range(50, 60))
    assert set(earlier) - set(ids(reports, range(6)))
    assert set(newest) - set(ids(reports, range(4, 60)))


def test_types_fail_and_fall_silent(reports: dict[date, list[Row]]) -> None:
    def gateway_errors(days: int) -> int:
        return sum(
            row["type"] == "gateway" and row["status"] == "error" for row in reports[ago(days)]
        )

    def cameras(days: int) -> int:
        return sum(row["type"] == "camera" for row in reports[ago(days)])

    assert gateway_errors(12) > 5 * gateway_errors(13)
    assert 0 < cameras(24) < cameras(25) / 2


EVENT = ["timestamp", "device_id", "user_id", "server_id", "connected"]


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    folder = tmp_path_factory.mktemp("events")
    make(folder, "connectivity", 40_000, single_file=True)
    return table((folder / "connectivity_events.csv").read_text(), EVENT)


def test_every_row_of_the_repair_table_happens(events: list[Row]) -> None:
    last: dict[str, Row] = {}
    happened: Counter[tuple[str, str, bool]] = Counter()
    for row in events:
        before = last.get(row["device_id"])
        if before is not None:
            same_server = before["server_id"] == row["server_id"]
            happened[before["connected"], row["connected"], same_server] += 1
        last[row["device_id"]] = row
    rules = {
        (now, then, same)
        for now in ("True", "False")
        for then in ("True", "False")
        for same in (True, False)
    }
    assert set(happened) == rules
    assert sum(count for (now, then, _), count in happened.items() if now != then) > len(events) / 2


def test_events_are_in_time_order_with_up_to_three_digits(events: list[Row]) -> None:
    times = [datetime.fromisoformat(row["timestamp"]) for row in events]
    assert times == sorted(times)
    assert times[-1].date() == LAST_DAY
    assert {len(row["timestamp"].partition(".")[2]) for row in events} == {0, 1, 2, 3}


def test_some_events_name_a_server_that_the_servers_file_lacks(
    events: list[Row], tmp_path: Path
) -> None:
    make(tmp_path, "connectivity", 40_000, single_file=True)
    known = {line.split(",")[0] for line in (tmp_path / "servers.csv").read_text().splitlines()}
    assert len(known) == 40
    unknown = [row for row in events if row["server_id"] not in known]
    assert 0 < len(unknown) < 100


def test_devices_change_owner(events: list[Row]) -> None:
    owners = {(row["device_id"], row["user_id"]) for row in events}
    assert len(owners) > len({row["device_id"] for row in events})


def test_an_older_servers_file_does_not_know_the_future(tmp_path: Path) -> None:
    make(tmp_path, "connectivity", 5_000)
    older, newer = sorted((tmp_path / "servers").iterdir())
    assert older.name == f"{ago(30)}.csv"
    lived = {line for line in older.read_text().splitlines() if line.endswith(",")}
    died = {line.split(",")[0] for line in newer.read_text().splitlines() if line[-1] != ","}
    assert {line.split(",")[0] for line in lived} & died


@pytest.mark.parametrize(("devices", "users"), [(5_000, 800), (54_000, 8_640), (10, 1), (100, 16)])
def test_fleets_add_up(devices: int, users: int) -> None:
    sizes = fleet_sizes(devices, users)
    assert sum(sizes) == devices
    assert len(sizes) == users
    assert min(sizes) >= 1
    assert max(sizes) <= 900


def test_the_usual_fleets_fill_every_bucket_below_1000() -> None:
    sizes = fleet_sizes(5_000, 800)
    buckets = Counter(len(str(size)) if size >= 10 else size >= 3 for size in sizes)
    assert set(buckets) == {False, True, 2, 3}
    assert max(sizes) > 850


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stores")
    make(folder, "stores", 60_000)
    return folder


def rows_below(folder: Path) -> list[Row]:
    return [row for path in sorted(folder.iterdir()) for row in table(path.read_text())]


def test_store_files_look_like_the_exercise_and_hold_bad_rows(shops: Path) -> None:
    polls = rows_below(shops / "store_status")
    zones = rows_below(shops / "store_timezones")
    good = [
        row for row in polls if len(row["store_id"]) in (18, 19) and "." in row["timestamp_utc"]
    ]

    assert set(polls[0]) == {"store_id", "status", "timestamp_utc"}
    assert len(polls) - len(good) == 3
    assert all(row["timestamp_utc"].endswith(" UTC") for row in good)
    assert {row["status"].lower() for row in good} == {"active", "inactive", "closed"}
    assert {row["timezone_str"] for row in zones} > set(stores.ZONES)
    assert "America/Nowhere" in {row["timezone_str"] for row in zones}
    assert "8.13E+018" in {row["store_id"] for row in polls}


def test_stores_keep_every_kind_of_hours(shops: Path) -> None:
    hours = table(next(iter(sorted((shops / "business_hours").iterdir()))).read_text())
    spans = {(row["start_time_local"], row["end_time_local"]) for row in hours}
    per_day = Counter((row["store_id"], row["day"]) for row in hours)
    polled = {row["store_id"] for row in rows_below(shops / "store_status")}

    assert {("18:00:00", "02:00:00"), ("00:00:00", "24:00"), ("17:00:00", "23:59:59")} < spans
    assert max(per_day.values()) == 2
    assert polled - {row["store_id"] for row in hours}
    assert polled - {row["store_id"] for row in rows_below(shops / "store_timezones")}
    assert {row["store_id"] for row in hours} - polled


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (date(2026, 11, 12), date(2026, 11, 12)),  # the USA changed on 1 November
        (date(2026, 11, 1), date(2026, 11, 1)),
        (date(2026, 12, 31), date(2026, 11, 4)),
        (date(2026, 7, 20), date(2026, 3, 11)),  # the USA changed on 8 March
    ],
)
def test_polls_lie_across_a_change_of_clocks(asked: date, given: date) -> None:
    assert stores.last_poll_day(asked, 21) == given
    end = datetime(given.year, given.month, given.day, 23, tzinfo=UTC)
    zone = ZoneInfo("America/New_York")
    offsets = {(end - timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in range(504)}
    assert len(offsets) == 2


def test_customers_send_tables_in_their_own_order_and_one_that_does_not_fit(tmp_path: Path) -> None:
    make(tmp_path, "customers", 3_000)
    cold_store = [
        table(path.read_text())
        for path in sorted((tmp_path / "customers" / "acme-cold-storage").iterdir())
    ]
    bistro = [
        table(path.read_text()) for path in sorted((tmp_path / "customers" / "bistro-42").iterdir())
    ]
    assert sum(map(len, cold_store)) == 3_000 + 2
    assert list(cold_store[0][0]) == list(reversed(cold_store[1][0]))
    assert set(bistro[0][0]) == set(bistro[1][0]) != set(bistro[2][0])

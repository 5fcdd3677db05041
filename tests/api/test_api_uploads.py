"""POST /api/v1/event/: what is taken, what is rejected, and what a break leaves."""

import gzip
import random
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from etl.disk import writer_lock
from tests.api.server import Server
from warehouse import zstd

READINGS = b"""\
at,sensor,celsius
2026-02-01 10:00:00,door,-18.25
2026-02-01 11:00:00,=door,-18.5
"""
MORE = b"""\
sensor,celsius,at
door,-17,2026-02-03T10:00:00Z
door,-17,soon
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server that takes uploads; every test has customers of its own."""
    from tests.api.server import serving

    with serving(tmp_path_factory.mktemp("shop")) as server:
        yield server


def send(
    server: Server, customer: str, content: bytes, name: str = "x.csv", **said: Any
) -> httpx.Response:
    """Upload, as `curl --form` does; `said` goes into the query, but for the time column."""
    fields = {"customer_id": customer}
    if "time_column" in said:
        fields["time_column"] = said.pop("time_column")
    return server.client.post(
        "/api/v1/event/", params=said, data=fields, files={"file": (name, content)}
    )


def lying(server: Server) -> list[str]:
    """Every file below incoming."""
    return [str(p.relative_to(server.incoming)) for p in server.incoming.rglob("*") if p.is_file()]


def settled(server: Server, upload_id: str) -> dict[str, Any]:
    """Wait for the fate of an upload."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        fate: dict[str, Any] = server.client.get(f"/api/v1/uploads/{upload_id}").json()
        if fate["status"] != "pending":
            return fate
        time.sleep(0.1)
    raise AssertionError(f"still pending after a minute: {fate}")


def test_an_upload_is_acknowledged_and_then_loaded(shop: Server) -> None:
    accepted = send(shop, "acme", READINGS)
    assert accepted.status_code == 202
    told = accepted.json()
    assert told["status"] == "pending"
    assert accepted.headers["location"] == f"/api/v1/uploads/{told['upload_id']}"
    assert (shop.incoming / told["path"]).read_bytes() == READINGS
    fate = settled(shop, told["upload_id"])
    assert (fate["status"], fate["rows_loaded"], fate["rows_rejected"]) == ("loaded", 2, 0)


def test_who_waits_is_told_the_rows(shop: Server) -> None:
    first = send(shop, "waiting", READINGS, wait="true")
    assert (first.status_code, first.json()["rows_loaded"]) == (200, 2)
    later = send(shop, "waiting", MORE, wait="true").json()
    assert (later["rows_loaded"], later["rows_rejected"]) == (1, 1)


def test_a_header_is_read_as_the_loader_reads_it(shop: Server) -> None:
    """Blanks around quotes too: else the same file would be a conflict when it comes again."""
    first = send(shop, "quoted", b'"unit", "temp"\n1,2\n', wait="true")
    assert first.json()["status"] == "loaded"
    assert shop.client.get("/api/v1/customers/quoted").json()["columns"] == ["unit", "temp"]
    later = send(shop, "quoted", b'"unit", "temp"\n3,4\n', wait="true")
    assert (later.status_code, later.json()["status"]) == (200, "loaded")


def test_the_same_bytes_again_are_a_duplicate_unless_meant(shop: Server) -> None:
    send(shop, "twice", READINGS, wait="true")
    repeated = send(shop, "twice", READINGS, wait="true").json()
    assert (repeated["status"], repeated["rows_loaded"]) == ("duplicate", 0)
    meant = send(shop, "twice", READINGS, wait="true", again="true").json()
    assert (meant["status"], meant["rows_loaded"]) == ("loaded", 2)
    other = send(shop, "another", READINGS, wait="true").json()
    assert (other["status"], other["rows_loaded"]) == ("loaded", 2)
    assert shop.client.get("/api/v1/customers/twice").json()["total_rows"] == 4


def test_packed_files_are_known_by_their_bytes_not_their_name(shop: Server) -> None:
    for customer, packed, ending in (
        ("gz", gzip.compress(READINGS), ".csv.gz"),
        ("zst", zstd.compress(READINGS), ".csv.zst"),
        ("plain", READINGS, ".csv"),
    ):
        told = send(shop, customer, packed, name="table.xlsx", wait="true").json()
        assert (told["status"], told["rows_loaded"]) == ("loaded", 2)
        assert told["path"].endswith(ending)


def test_other_columns_are_a_conflict_and_nothing_is_appended(shop: Server) -> None:
    send(shop, "fixed", READINGS, wait="true")
    before = lying(shop)
    refused = send(shop, "fixed", b"at,sensor,kelvin\n2026-01-01 00:00:00,a,1\n", wait="true")
    assert refused.status_code == 409
    error = refused.json()["error"]
    assert error["detail"] == {
        "file_columns": ["at", "sensor", "kelvin"],
        "table_columns": ["at", "sensor", "celsius"],
    }
    assert lying(shop) == before
    assert shop.client.get("/api/v1/customers/fixed").json()["total_rows"] == 2


def test_the_first_upload_counts_before_it_is_loaded(shop: Server) -> None:
    assert send(shop, "hasty", READINGS).status_code == 202
    assert send(shop, "hasty", b"a,b\n1,2\n").status_code == 409


def test_while_the_first_upload_waits_no_other_names_the_time_column(
    serve: Callable[..., Server],
) -> None:
    server = serve()
    with writer_lock(server.data):  # as another loader would
        two = b"made,sold\n2026-01-01 00:00:00,2026-03-01 00:00:00\n"
        assert send(server, "slow", two).status_code == 202
        early = send(server, "slow", two, time_column="sold")
        other = send(server, "slow", b"a,b\n1,2\n")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "other_time_column")
    assert "waits to be loaded" in early.json()["error"]["message"]
    assert (
        "first file, which waits to be loaded, of customer slow has made, sold"
        in (other.json()["error"]["message"])
    )


def test_the_first_upload_names_the_time_column(shop: Server) -> None:
    two = b"made,sold\n2026-01-01 00:00:00,2026-03-01 00:00:00\n"
    assert send(shop, "timed", two, time_column="sold", wait="true").status_code == 200
    assert shop.client.get("/api/v1/customers/timed").json()["time_column"] == "sold"
    other = send(shop, "timed", two, time_column="made", wait="true", again="true")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "other_time_column")
    assert "is 'sold'" in other.json()["error"]["message"]
    assert send(shop, "timed", two, time_column="sold", again="true").status_code == 202
    unknown = send(shop, "untimed", two, time_column="bought")
    assert unknown.status_code == 422
    assert "made, sold" in unknown.json()["error"]["message"]
    assert not (shop.incoming / "customers" / "untimed").exists()


def test_a_later_upload_names_the_time_column(shop: Server) -> None:
    first = b"note,when\nx,2026-02-03 10:00\ny,soon\n"
    told = send(shop, "slowly", first, wait="true").json()
    assert told["founded"] == {
        "columns": ["note", "when"],
        "time_column": None,
        "remarks": ["no time column: 'note' holds 'x', 'when' holds 'soon'"],
    }
    later = b"note,when\nz,2026-02-05 10:00\n"
    told = send(shop, "slowly", later, time_column="when", wait="true").json()
    assert (told["status"], told["founded"]) == ("loaded", None)
    asked = {"customer_id": "slowly", "analyzer_type": 10000}
    found = shop.client.post("/api/v1/analyze/", json=asked).json()
    assert found["time_difference"] == 2 * 86_400
    assert found["first_row_at"].startswith("2026-02-03T10:00")
    other = send(shop, "slowly", later, time_column="note", again="true")
    assert (other.status_code, other.json()["error"]["code"]) == (409, "other_time_column")


def test_a_time_column_is_not_named_over_files_that_wait(serve: Callable[..., Server]) -> None:
    server = serve()
    assert send(server, "shop", b"note,when\nx,soon\n", wait="true").status_code == 200
    with writer_lock(server.data):  # as another loader would
        assert send(server, "shop", b"note,when\nA,later\n").status_code == 202
        named = b"note,when\nB,2026-01-02 10:00\n"
        early = send(server, "shop", named, time_column="when")
        assert (early.status_code, early.json()["error"]["code"]) == (409, "other_time_column")
    told = send(server, "shop", b"note,when\nC,later\n", wait="true").json()
    assert told["rows_loaded"] == 1
    refused = send(server, "shop", b"note,when\nb,never\n", time_column="when", wait="true")
    assert refused.json()["status"] == "rejected"
    later = send(server, "shop", b"note,when\nD,later\n", wait="true").json()
    assert (later["status"], later["rows_loaded"]) == ("loaded", 1)
    with writer_lock(server.data):
        assert send(server, "shop", named, time_column="when").status_code == 202
        other_case = b"note,when\nE,2026-01-03 10:00\n"
        assert send(server, "shop", other_case, time_column="WHEN").status_code == 202


def test_what_a_first_upload_without_names_founded_is_told(shop: Server) -> None:
    told = send(shop, "nameless", b"2026-02-03 10:00,20.5\n2026-02-03 10:05,20.7\n", wait="true")
    assert told.json()["founded"] == {
        "columns": ["2026-02-03 10:00", "20.5"],
        "time_column": "2026-02-03 10:00",
        "remarks": ["the first line looks like data rather than names"],
    }


def test_a_first_upload_that_is_rejected_fixes_nothing(shop: Server) -> None:
    refused = send(shop, "late", b"noted,a\nsoon,1\n", time_column="noted", wait="true").json()
    assert refused["status"] == "rejected"
    assert "no value of its time column 'noted' is a timestamp" in refused["reason"]
    unknown = shop.client.post(
        "/api/v1/analyze/", json={"customer_id": "late", "analyzer_type": 10001}
    )
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "no_table")
    assert shop.client.get("/api/v1/customers/late/rows").status_code == 404
    assert shop.client.get("/api/v1/customers/late").json()["columns"] is None
    told = send(shop, "late", READINGS, wait="true").json()
    assert (told["status"], told["rows_loaded"]) == ("loaded", 2)
    customer = shop.client.get("/api/v1/customers/late").json()
    assert (customer["columns"], customer["time_column"]) == (["at", "sensor", "celsius"], "at")


def test_a_header_alone_founds_a_table_of_no_rows(shop: Server) -> None:
    assert send(shop, "header", b"made,sold\n", time_column="sold", wait="true").status_code == 200
    asked = {"customer_id": "header", "analyzer_type": 10001}
    assert shop.client.post("/api/v1/analyze/", json=asked).json()["total_rows"] == 0
    timeless = shop.client.post("/api/v1/analyze/", json={**asked, "analyzer_type": 10000})
    assert timeless.status_code == 422
    assert "no instant in its time column 'sold'" in timeless.json()["error"]["message"]
    assert send(shop, "header", b"other\n1\n").status_code == 409


def test_a_file_in_the_way_of_a_customers_folder_is_a_conflict(shop: Server) -> None:
    shop.drop("customers/blocked", "not a folder")
    before = lying(shop)
    refused = send(shop, "blocked", READINGS)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "file_in_the_way")
    assert lying(shop) == before


def nearly_bomb() -> bytes:
    """Gzip members of 1 MB that unpack 150-fold each, and to more than 1 GB together."""
    noise = random.Random(7).randbytes(5_000).hex()
    lines = "\n".join(noise[at : at + 100] for at in range(0, len(noise), 100))
    member = gzip.compress(f"{lines}\n{'x' * 99}\n".encode() + (b"y" * 99 + b"\n") * 10_000)
    return gzip.compress(b"a\n") + member * 1_100


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n\n\n", "blank lines"),
        (b"a,b,c,d,e,f\n1,2,3,4,5,6\n", "6 columns"),
        (b"a,a\n1,2\n", "'a' more than once"),
        (b"PK\x03\x04\0\0\0\0binary\0", "not a text file"),
        (b"a\n" + b"x" * 1_000_001 + b"\n", "more than 1,000,000 bytes"),
        (b"a\n" + b"x" * 1_000_001, "more than 1,000,000 bytes"),
        (gzip.compress(b"a\n" + b"x\n" * 1_000_000), "more than 200 times"),
        (zstd.compress(b"a\n" + b"x\n" * 1_000_000), "more than 200 times"),
        (gzip.compress(b"a\n" + b"x\n" * 50_000_000, 1), "more than 200 times"),
        (nearly_bomb(), "larger than 1 GB"),
        (gzip.compress(READINGS)[:-9], "cut off"),
        (zstd.compress(READINGS)[:-3], "cut off"),
        (gzip.compress(READINGS)[:12] + b"!" * 40, "broken"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_cannot_be_a_table_is_rejected_whole(
    shop: Server, content: bytes, words: str
) -> None:
    before = lying(shop)
    refused = send(shop, "nobody", content)
    assert refused.status_code == 422
    assert words in refused.json()["error"]["message"]
    assert lying(shop) == before


@pytest.mark.parametrize(
    "customer",
    ["", "../up", "a/b", "-a", "a" * 65, "ä", "a\n", "a\0b", ".", "a b", " a", "a ", "a\r\n"],
)
def test_a_customer_id_is_a_plain_word(shop: Server, customer: str) -> None:
    before = lying(shop)
    refused = send(shop, customer, READINGS)
    assert refused.status_code == 422
    assert lying(shop) == before


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/passwd", "a\\..\\b.csv", "\0.csv", "x"])
def test_a_file_name_says_nothing_about_where_it_goes(shop: Server, name: str) -> None:
    told = send(shop, "named", READINGS, name=name).json()
    assert Path(told["path"]).parent == Path("customers/named")
    assert (shop.incoming / told["path"]).exists()


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "text/csv"}, READINGS, 415),
        ({"Content-Type": "application/json"}, b"{}", 415),
        ({}, READINGS, 415),
        ({"Content-Type": "multipart/form-data"}, b"", 422),
        ({"Content-Type": "multipart/form-data; boundary=" + "b" * 900}, b"", 422),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"", 422),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--y\r\n", 422),
        ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--\r\n", 422),
    ],
)
def test_a_body_that_is_no_form_is_refused(
    shop: Server, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = shop.client.post("/api/v1/event/", headers=headers, content=body)
    assert answer.status_code == status
    assert answer.json()["error"]["message"]
    assert not list(shop.incoming.glob(".upload-*"))


def test_a_file_above_the_limit_is_rejected(serve: Callable[..., Server]) -> None:
    server = serve(FLEETPULSE_MAX_UPLOAD_MB="1")
    row = b"2026-02-01 10:00:00,door,-18.25\n"
    fitting = READINGS + row * ((1_048_576 - len(READINGS)) // len(row))
    assert send(server, "large", fitting).status_code == 202
    for excess in (40, 9_000_000):
        refused = send(server, "large", fitting + b"x\n" * excess)
        assert refused.status_code == 413
        assert "larger than 1 MB" in refused.json()["error"]["message"]
    assert len(lying(server)) == 1


def raw_request(server: Server, length: int) -> bytes:
    """The beginning of an upload whose body should have `length` bytes."""
    return (
        b"POST /api/v1/event/ HTTP/1.1\r\nHost: localhost\r\n"
        b"Content-Type: multipart/form-data; boundary=cut\r\n"
        b"Content-Length: %d\r\n\r\n"
        b'--cut\r\nContent-Disposition: form-data; name="customer_id"\r\n\r\ncut-off\r\n'
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
        b"at,v\n2026-02-01 10:00:00,1\n" % length
    )


def test_a_body_that_breaks_off_leaves_nothing(shop: Server) -> None:
    before = lying(shop)
    for more in (b"", b"2026-02-01 10:00:00,1\n" * 200_000):
        with socket.create_connection(("127.0.0.1", shop.port)) as line:
            line.sendall(raw_request(shop, 10_000_000) + more)
            until = time.monotonic() + 10
            while lying(shop) == before and time.monotonic() < until:
                time.sleep(0.01)
            assert lying(shop) != before
        until = time.monotonic() + 10
        while lying(shop) != before and time.monotonic() < until:
            time.sleep(0.01)
        assert lying(shop) == before
    assert not (shop.incoming / "customers" / "cut-off").exists()


def test_what_was_acknowledged_survives_a_kill(serve: Callable[..., Server]) -> None:
    server = serve()
    told = send(server, "kept", READINGS).json()
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(raw_request(server, 10_000_000))
        time.sleep(0.2)
        server.kill()
    server.start()
    assert settled(server, told["upload_id"])["rows_loaded"] == 2
    assert lying(server) == [told["path"]]


def test_many_at_once_are_all_loaded_once(serve: Callable[..., Server]) -> None:
    server = serve()

    def upload(number: int) -> str:
        content = f"at,v\n2026-02-01 10:00:00,{number}\n".encode()
        answer = send(server, f"c{number % 7}", content)
        assert answer.status_code == 202
        return str(answer.json()["upload_id"])

    with ThreadPoolExecutor(10) as pool:
        ids = list(pool.map(upload, range(60)))
    fates = [settled(server, upload_id) for upload_id in ids]
    assert {fate["status"] for fate in fates} == {"loaded"}
    customers = server.client.get("/api/v1/customers").json()["customers"]
    assert sum(each["total_rows"] for each in customers) == 60
    loads = server.client.get("/api/v1/metrics/load_history").json()["rows"]
    assert len(loads) < 20


def test_an_upload_that_never_was_is_unknown(shop: Server) -> None:
    for upload_id in ("x", "acme.20260101T000000000000Z-0123456789abcdef", "..", "a/b"):
        assert shop.client.get(f"/api/v1/uploads/{upload_id}").status_code == 404

"""The same server where files arrive in a bucket and the data lies in one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.api.server import Server
from tests.etl.store_server import Place

READINGS = b"at,celsius\n2026-02-01 10:00:00,-18.25\n2026-02-01 11:00:00,-18.5\n"


def test_an_upload_goes_to_the_bucket_and_is_answered_from_it(
    place: Place, serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(
        FLEETPULSE_INCOMING=place.incoming,
        FLEETPULSE_DATA=place.data,
        FLEETPULSE_CACHE=str(tmp_path / "cache"),
        FLEETPULSE_FOLLOW_SECONDS="0.2",
    )
    sent = server.client.post(
        "/api/v1/event/",
        params={"wait": "true"},
        data={"customer_id": "acme", "time_column": "at"},
        files={"file": ("x.csv", READINGS)},
    )
    assert sent.status_code == 200, sent.text
    assert (sent.json()["status"], sent.json()["rows_loaded"]) == ("loaded", 2)
    assert set(place.keys("in/")) == {
        "in/customers/acme/_time_column",
        f"in/{sent.json()['path']}",
    }
    rows = server.client.get("/api/v1/customers/acme/rows", params={"format": "csv"})
    assert rows.text.splitlines()[1:] == [
        "2026-02-01 10:00:00,-18.25",
        "2026-02-01 11:00:00,-18.5",
    ]
    again = server.client.post(
        "/api/v1/event/",
        params={"wait": "true"},
        data={"customer_id": "acme"},
        files={"file": ("x.csv", READINGS)},
    )
    assert again.json()["status"] == "duplicate"


def test_an_upload_that_the_bucket_does_not_take_is_not_accepted(
    place: Place, serve: Callable[..., Server], tmp_path: Path
) -> None:
    server = serve(
        FLEETPULSE_INCOMING=place.incoming,
        FLEETPULSE_DATA=place.data,
        FLEETPULSE_CACHE=str(tmp_path / "cache"),
    )
    place.store.fault("PUT", "/in/customers/", "503")
    sent = server.client.post(
        "/api/v1/event/", data={"customer_id": "acme"}, files={"file": ("x.csv", READINGS)}
    )
    assert sent.status_code == 503
    assert sent.json()["error"]["code"] == "bucket_failed"
    place.store.calm()
    assert place.keys("in/") == []

"""A bucket of an object store, or a prefix of one, over S3's protocol: `s3://bucket/prefix`.

Credentials, region and endpoint come from boto3's usual chain (AWS_PROFILE, AWS_ACCESS_KEY_ID,
AWS_ENDPOINT_URL and so on). boto3 tries again what may pass (errors 5xx, slow-downs, cut
connections); what remains is a BucketError, one line fit for people. Bytes are only ever put under
a final key and got as a whole: nothing is renamed or locked there.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from warehouse.errors import WarehouseError

SCHEME = "s3://"
ATTEMPTS = 3  # to get the bytes of an object, beside boto3's own for each request
CHUNK_BYTES = 1 << 20
AT_ONCE = 8  # objects that are got or put side by side
PART_BYTES = 64 << 20  # larger files are put in parts

_GONE = {"404", "NoSuchKey", "NotFound"}
_REFUSED = {"AccessDenied", "403", "Forbidden", "AllAccessDisabled", "InvalidObjectState"}
_OTHER_NOW = {"PreconditionFailed", "412"}
_AT_THE_SAME_TIME = {"ConditionalRequestConflict", "409"}
_CREDENTIALS = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken"}


class BucketError(WarehouseError):
    """The object store did not do what was asked; the text says what, where and why."""


class Gone(BucketError):
    """There is no object of that key (any more)."""


class Refused(BucketError):
    """This object may not be read, though the bucket can be."""


class Altered(BucketError):
    """An object of ours does not hold the bytes that were put."""


class OtherNow(BucketError):
    """The object is another one than was listed."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One object of a listing; `key` is relative to the prefix, `modified` seconds since 1970."""

    key: str
    bytes: int
    modified: float
    etag: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as it was put: `key` is relative to the prefix."""

    key: str
    bytes: int
    sha256: str


def is_url(place: str | os.PathLike[str]) -> bool:
    """Is it a place in an object store, and no folder?"""
    return os.fspath(place).startswith(SCHEME)


def parsed(url: str) -> tuple[str, str]:
    """The bucket and the prefix of a URL, the prefix without slashes around it.

    Raises ValueError where there is no bucket's name.
    """
    name, _, prefix = url.removeprefix(SCHEME).partition("/")
    if not url.startswith(SCHEME) or not name:
        raise ValueError(f"{url!r} names no bucket: expected s3://bucket/prefix")
    return name, prefix.strip("/")


@dataclass(frozen=True)
class Bucket:
    """A place in an object store; safe to share between threads."""

    url: str

    @property
    def name(self) -> str:
        return parsed(self.url)[0]

    @property
    def prefix(self) -> str:
        """What stands before every key: empty, or with a slash at its end."""
        prefix = parsed(self.url)[1]
        return f"{prefix}/" if prefix else ""

    def objects(self, below: str = "", after: str = "") -> Iterator[Listed]:
        """The objects whose keys begin with `below`, in the order of their keys, those after the
        key `after` only. Raises BucketError, also where the bucket is missing."""
        options: dict[str, str] = {"StartAfter": self.prefix + after} if after else {}
        with self._explained("listed", below):
            pages = _client().get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self.name, Prefix=self.prefix + below, **options):
                for found in page.get("Contents", ()):
                    yield Listed(
                        found["Key"][len(self.prefix) :],
                        found["Size"],
                        found["LastModified"].timestamp(),
                        found["ETag"].strip('"'),
                    )

    def get(self, key: str) -> bytes:
        """A small object's bytes. Raises Gone, BucketError."""
        pieces: list[bytes] = []
        self._read(key, {}, pieces.clear, pieces.append)
        return b"".join(pieces)

    def download(
        self,
        listed: Listed,
        path: Path,
        progress: Callable[[int], None] = lambda _: None,
        part: tuple[int, int] | None = None,
    ) -> None:
        """Write a listed object's bytes to `path`; of a `part`, those from an offset to another.

        Raises Gone, OtherNow where it was replaced meanwhile, Refused, BucketError, OSError.
        """
        with path.open("wb") as out:

            def again() -> None:
                out.seek(0)
                out.truncate()

            def write(piece: bytes) -> None:
                out.write(piece)
                progress(len(piece))

            begin, end = part or (0, listed.bytes)
            options = {"IfMatch": f'"{listed.etag}"'}
            if part:
                options["Range"] = f"bytes={begin}-{end - 1}"
            self._read(listed.key, options, again, write)
            if out.tell() != end - begin:
                raise OtherNow(f"{self.url}/{listed.key} has another size than was listed")

    def fetch(self, key: str, sha256: str, path: Path) -> None:
        """Put an object of ours in place at `path`, once its bytes are those that were put.

        Raises Gone, Altered where they are not, BucketError, OSError.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
        try:
            with fresh.open("wb") as out:

                def again() -> None:
                    out.seek(0)
                    out.truncate()

                self._read(key, {}, again, out.write)
            with fresh.open("rb") as stored:
                found = hashlib.file_digest(stored, "sha256").hexdigest()
            if found != sha256:
                raise Altered(
                    f"{self.url}/{key} was changed after it was written: its sha256 is another"
                )
            os.replace(fresh, path)
        finally:
            fresh.unlink(missing_ok=True)

    def digest(self, key: str) -> str:
        """The sha256 of an object's bytes as they are there now. Raises Gone, BucketError."""
        digest = [hashlib.sha256()]

        def again() -> None:
            digest[0] = hashlib.sha256()

        self._read(key, {}, again, lambda piece: digest[0].update(piece))
        return digest[0].hexdigest()

    def put(self, path: Path, key: str) -> None:
        """Put a file under its final key. Raises BucketError."""
        with self._explained("written", key):
            from boto3.s3.transfer import TransferConfig

            config = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES)
            _client().upload_file(str(path), self.name, self.prefix + key, Config=config)

    def put_first(self, key: str, content: bytes) -> bool:
        """Put an object unless there is one of that key; False where there is.

        Of several who try at once one is told True; who cannot be told gets BucketError.
        """
        for pause in (0.1, 0.5, 2.0, 0.0):
            try:
                with self._explained("written", key):
                    _client().put_object(
                        Bucket=self.name, Key=self.prefix + key, Body=content, IfNoneMatch="*"
                    )
            except OtherNow:
                return self._is(key, content)  # an answer that was lost, and sent again
            except _Conflict:
                time.sleep(pause)
            else:
                return True
        raise BucketError(f"{self.url}/{key} could not be written: others write it all the time")

    def _is(self, key: str, content: bytes) -> bool:
        try:
            return self.get(key) == content
        except Gone:
            return False

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; those that are not there are no error. Raises BucketError."""

        def delete(key: str) -> None:
            with self._explained("deleted", key):
                _client().delete_object(Bucket=self.name, Key=self.prefix + key)

        side_by_side(delete, keys)

    def now(self) -> float:
        """The store's own clock, in seconds since 1970. Raises BucketError."""
        from email.utils import parsedate_to_datetime

        with self._explained("asked", ""):
            answer = _client().list_objects_v2(Bucket=self.name, MaxKeys=1)
            told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return parsedate_to_datetime(told).timestamp() if told else time.time()

    def _read(
        self,
        key: str,
        options: dict[str, str],
        again: Callable[[], object],
        take: Callable[[bytes], object],
    ) -> None:
        """Hand an object's bytes to `take`, from the beginning after each call of `again`."""
        for attempt in range(1, ATTEMPTS + 1):
            again()
            try:
                with self._explained("read", key):
                    body = _client().get_object(Bucket=self.name, Key=self.prefix + key, **options)[
                        "Body"
                    ]
                    for piece in body.iter_chunks(CHUNK_BYTES):
                        take(piece)
                return
            except (Gone, Refused, OtherNow):
                raise
            except BucketError:
                if attempt == ATTEMPTS:
                    raise
                time.sleep(0.1 * attempt)

    @contextmanager
    def _explained(self, done: str, key: str) -> Iterator[None]:
        """Say in one line what went wrong inside."""
        _see_boto3()
        from boto3.exceptions import Boto3Error
        from botocore.exceptions import (
            BotoCoreError,
            ClientError,
            HTTPClientError,
            NoCredentialsError,
        )

        shown = f"{self.url}/{key}" if key else self.url
        try:
            yield
        except ClientError as failed:
            raise self._told(failed.response.get("Error", {}), done, shown) from failed
        except NoCredentialsError as none:
            raise BucketError(
                f"{shown} cannot be {done}: there are no credentials. Set AWS_PROFILE, or "
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
            ) from none
        except (BotoCoreError, HTTPClientError, Boto3Error) as failed:
            raise BucketError(f"{shown} cannot be {done}: {_one_line(failed)}") from failed

    def _told(self, error: dict[str, Any], done: str, shown: str) -> BucketError:
        code = str(error.get("Code", ""))
        if code == "NoSuchBucket":
            where = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
            at = f" at {where}" if where else ""
            return BucketError(f"there is no bucket {self.name!r}{at} ({self.url})")
        if code in _GONE:
            return Gone(f"{shown} is not there")
        if code in _OTHER_NOW:
            return OtherNow(f"{shown} is another object now")
        if code in _AT_THE_SAME_TIME:
            return _Conflict(f"{shown} is being written by another")
        said = " ".join(str(error.get("Message") or "").split()).rstrip(".")
        if code in _CREDENTIALS:
            return BucketError(f"{shown} cannot be {done}: wrong credentials ({code}: {said})")
        kind = Refused if code in _REFUSED else BucketError
        return kind(f"{shown} cannot be {done}: {code}{f' ({said})' if said else ''}")


class _Conflict(BucketError):
    """Another one writes the same key just now."""


def side_by_side(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    """Do it for each item, several at once, since each waits for the network; the results in
    order. Raises what the first failed one raised."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(work, items))


def _one_line(failed: Exception) -> str:
    return " ".join(str(failed).split())[:300]


def _see_boto3() -> None:
    try:
        import boto3.exceptions  # noqa: F401 - is it there?
    except ImportError as missing:
        raise BucketError("object storage needs boto3: pip install 'fleetpulse[s3]'") from missing


@lru_cache(maxsize=1)
def _client() -> Any:
    """One client for the process; making it takes long."""
    import boto3
    from botocore.config import Config

    mode = os.environ.get("AWS_RETRY_MODE") or "standard"
    config = Config(
        retries={"mode": mode},
        connect_timeout=10,
        read_timeout=60,
        max_pool_connections=2 * AT_ONCE,
    )
    return boto3.session.Session().client("s3", config=config)

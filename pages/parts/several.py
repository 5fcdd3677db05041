"""One to four things that the URL names to be compared: `?store=a`, `?store=a,b`."""

from __future__ import annotations

from pages.parts import address

MOST = 4  # what one picture can show without mixing up its lines


def asked(key: str, noun: str) -> list[str]:
    """What the URL names as `key`, each once; what is beyond MOST leaves it."""
    written = address.text(key)
    if written is None:
        return []
    ids = list(dict.fromkeys(_read(part) for part in written.split(",") if part.strip()))
    if len(ids) > MOST:
        ids = ids[:MOST]
        address.mend(key, f"the first {MOST} {noun}s", link(*ids))
    return ids


def link(*ids: str) -> str:
    """What the URL says of `ids`; a comma within an id is written as `%2C`."""
    return ",".join(each.replace("%", "%25").replace(",", "%2C") for each in ids)


def _read(part: str) -> str:
    return part.replace("%2C", ",").replace("%2c", ",").replace("%25", "%")

"""What lies below incoming and is not read: why, and what to do about it."""

from __future__ import annotations

from pathlib import PurePosixPath

SUFFIXES = (".csv", ".tsv", ".txt")
COMPRESSED = (".gz", ".zst")
TEMPORARY_PREFIXES = (".", "~", "_tmp")
TEMPORARY_SUFFIXES = (".part", ".partial", ".tmp", ".crdownload", ".swp", ".filepart")
OURS = ("_time_column", "_time_column.next")

_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".tgz", ".tar.gz", ".tar.zst", ".tar.xz", ".tar.bz2")
_WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
_PACKED = (".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz", ".lz4", ".z")


def is_read(name: str) -> bool:
    """Does a file's name say that it is a CSV under its final name?"""
    return _plain(name.lower()).endswith(SUFFIXES) and not is_temporary(name)


def is_temporary(name: str) -> bool:
    """Is it hidden, or still to be renamed?"""
    return name.startswith(TEMPORARY_PREFIXES) or name.lower().endswith(TEMPORARY_SUFFIXES)


def reason(path: PurePosixPath) -> str:
    """Why a file of this name is not read, and what to do about it."""
    name = path.name.lower()
    if is_temporary(path.name):
        return "hidden or temporary: it is left alone until it has its final name"
    if name.endswith(_ARCHIVES):
        return "an archive: unpack it here and the CSVs in it are loaded"
    if name.endswith(_WORKBOOKS):
        return "a workbook: save each sheet as CSV (UTF-8) here"
    if name.endswith(_PACKED):
        return _packed(path.name)
    inside = next((s for s in SUFFIXES if s in name), None)
    if inside:
        return f"its name does not end in {inside}: {_renamed(path.name, inside)}"
    listed = ", ".join(SUFFIXES)
    if not path.suffix:
        return f"its name has no suffix: if it is a CSV, rename it to {path.name + '.csv'!r}"
    return f"{path.suffix} files are not read, only {listed}, plain or compressed (.gz, .zst)"


def _plain(name: str) -> str:
    """The name without what tells the compression."""
    return next((name.removesuffix(s) for s in COMPRESSED if name.endswith(s)), name)


def _packed(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    ending = {"gzip": "gz", "zstd": "zst"}.get(suffix.lower(), suffix.lower())
    if f".{ending}" not in COMPRESSED:
        return f".{suffix} is not read: unpack it, or pack it with gzip or Zstandard"
    plain = stem if stem.lower().endswith(SUFFIXES) else f"{stem}.csv"
    return f"if it is a compressed CSV, rename it to {f'{plain}.{ending}'!r}"


def _renamed(name: str, inside: str) -> str:
    at = name.lower().index(inside)
    return f"rename it to {name[:at] + name[at + len(inside) :] + inside!r}"

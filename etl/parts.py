"""Large marts as parts: immutable Parquet files beside the lake, which a generation lists and puts
views over, so that publishing costs what changed (docs/ARCHITECTURE.md).

They are products, as a generation is: what is lost is made anew from the lake.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from etl import lake
from etl.disk import sync_all
from warehouse.database import attached, glob_literal, literal

FOLDER = "marts"
MANY = 8  # so many small parts between two checkpoints are joined
SMALL_BYTES = 32 << 20

# What a generation knows of them. A part belongs to the checkpoint `step`.
SCHEMA = """
create table mart_parts (
    path varchar,
    mart varchar,
    step bigint,
    bytes bigint,
    sha256 varchar
);
"""


def write(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    root: Path,
    mart: str,
    step: int,
    rows: str,
    kind: str = "",
) -> None:
    """Write a select as a part below `root`, synced, and list it; none where there are no rows.

    `root` is the generation's own folder, below the data folder; a `kind` keeps the names of two
    parts of one checkpoint apart.
    """
    folder = root / mart
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{step:06d}{kind}.parquet"
    found = connection.execute(
        f"copy ({rows}) to {literal(path)} "
        "(format parquet, parquet_version v2, compression zstd, return_stats)"
    )
    names = [column[0] for column in found.description or ()]
    (stats,) = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    if not stats["count"]:
        path.unlink()
        _remove_empty(folder, root)
        return
    sync_all([path, folder, root, root.parent])
    _list(connection, data, mart, step, path, stats["file_size_bytes"])


def adopt(
    connection: duckdb.DuckDBPyConnection,
    data: Path,
    root: Path,
    mart: str,
    step: int,
    files: Sequence[Path],
) -> None:
    """List Parquet files that a cluster wrote below the data folder as parts, under names of ours
    below `root`, synced."""
    folder = root / mart
    if files:
        folder.mkdir(parents=True, exist_ok=True)
    for at, file in enumerate(files):
        path = folder / f"{step:06d}-{at:05d}.parquet"
        _link(file, path)
        _list(connection, data, mart, step, path, path.stat().st_size)
    sync_all([*folder.iterdir(), folder, root, root.parent] if files else [])


def _link(file: Path, path: Path) -> None:
    """Give a file another name, or copy it where file systems cannot. What had the name goes: to
    write into it would change the file that it was linked to."""
    path.unlink(missing_ok=True)
    try:
        path.hardlink_to(file)
    except OSError:
        shutil.copyfile(file, path)


def _list(
    connection: duckdb.DuckDBPyConnection, data: Path, mart: str, step: int, path: Path, size: int
) -> None:
    connection.execute(
        "insert into mart_parts values (?, ?, ?, ?, ?)",
        [path.relative_to(data).as_posix(), mart, step, size, lake.sha256(path)],
    )


def paths(
    connection: duckdb.DuckDBPyConnection, mart: str, step: int | None = None
) -> dict[str, str]:
    """The parts of a mart, of one checkpoint or of all, by path with their sha256."""
    rows = connection.execute(
        "select path, sha256 from mart_parts where mart = $1 and step = coalesce($2, step) "
        "order by step",
        [mart, step],
    )
    return dict(rows.fetchall())


def steps(connection: duckdb.DuckDBPyConnection, mart: str) -> dict[str, int]:
    """The parts of a mart by path, with the checkpoints that they belong to."""
    rows = connection.execute(
        "select path, step from mart_parts where mart = ? order by step", [mart]
    )
    return dict(rows.fetchall())


def to_join(connection: duckdb.DuckDBPyConnection, dataset: str, mart: str) -> list[dict[str, int]]:
    """The small parts of a mart that lie between the same two checkpoints of its dataset, where
    they are many; by path with their checkpoints."""
    rows = connection.execute(
        """
        select map_from_entries(list((path, step) order by step))
        from (
            select path, mart_parts.step, min(checkpoints.step) as kept
            from mart_parts
            inner join checkpoints on mart_parts.step <= checkpoints.step
            where mart = $mart and bytes < $small and dataset = $dataset
            group by path, mart_parts.step
        )
        group by kept
        having count(distinct step) >= $many
        """,
        {"mart": mart, "dataset": dataset, "small": SMALL_BYTES, "many": MANY},
    )
    return [listed for (listed,) in rows.fetchall()]


def remove(connection: duckdb.DuckDBPyConnection, listed: Collection[str]) -> None:
    """List parts no more."""
    connection.execute("delete from mart_parts where path = any(?)", [[*listed]])


def after(connection: duckdb.DuckDBPyConnection, mart: str, step: int) -> list[str]:
    """The parts of a mart after a checkpoint."""
    rows = connection.execute(
        "select path from mart_parts where mart = ? and step > ? order by step", [mart, step]
    )
    return [path for (path,) in rows.fetchall()]


def drop_after(connection: duckdb.DuckDBPyConnection, step: int, names: Sequence[str]) -> None:
    """List the parts of these marts and later checkpoints no more."""
    connection.execute("delete from mart_parts where step > ? and mart = any(?)", [step, [*names]])


def drop(connection: duckdb.DuckDBPyConnection, step: int, names: Sequence[str]) -> None:
    """List the parts of these marts and one checkpoint no more."""
    connection.execute("delete from mart_parts where step = ? and mart = any(?)", [step, [*names]])


def table(data: Path, listed: Iterable[str]) -> str:
    """Parts as a table in SQL."""
    folder = data.resolve()
    each = ", ".join(literal(Path(glob_literal(folder / path))) for path in listed)
    return f"read_parquet([{each}], hive_partitioning = false)"


def drop_unlisted(
    connection: duckdb.DuckDBPyConnection, data: Path, generations: Sequence[Path]
) -> None:
    """Delete the parts that none of these generations, oldest first, names."""
    held = dict(_held(data))
    for path in reversed(generations):
        if not held:
            return
        with attached(connection, path, read_only=True):
            if connection.execute(
                "select 1 from duckdb_tables() where database_name = current_database() "
                "and table_name = 'mart_parts'"
            ).fetchone():
                for (name,) in connection.execute("select path from mart_parts").fetchall():
                    held.pop(name, None)
    for path in held.values():
        path.unlink()
        _remove_empty(path.parent, path.parent.parent)


def _remove_empty(*folders: Path) -> None:
    for folder in folders:
        if not any(folder.iterdir()):
            folder.rmdir()


def is_there(connection: duckdb.DuckDBPyConnection, data: Path) -> bool:
    """Has the generation in use all parts that it lists, each of its size?"""
    listed = connection.execute("select path, bytes from mart_parts").fetchall()
    return all(_size(data / path) == size for path, size in listed)


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _held(data: Path) -> Iterator[tuple[str, Path]]:
    for path in (data / FOLDER).glob("*/*/*.parquet"):
        yield path.relative_to(data).as_posix(), path

"""Marts computed by a cluster that speaks Spark Connect, from the files of the lake.

The SQL of warehouse/marts runs there as it is. The cluster is given the lake's files by their
paths; what else a mart reads and only the loader has, such as what is carried from a checkpoint,
is small and put beside them as Parquet. Results are Parquet files too: the loader reads of them
what it keeps, and the cluster what it computes from them next.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from etl.datasets import Dataset
from etl.engines.server import ClusterFailed, failures, shown
from etl.engines.spark import SHARED, Spark
from etl.maker import Made
from etl.mart import Mart
from etl.views import LakeFile
from warehouse.database import literal

if TYPE_CHECKING:
    from pyspark.sql.connect.session import SparkSession

# Fewer rows are computed by the loader while the cluster would still be starting.
LEAST_ROWS = 2_000_000


class _Lake(NamedTuple):
    dataset: Dataset
    paths: tuple[str, ...]
    rows: int


class _Stored(NamedTuple):
    paths: tuple[str, ...]


class _Files(NamedTuple):
    """Files with so many rows, and the rows of another relation."""

    paths: tuple[str, ...]
    rows: int
    rest: str


class _Select(NamedTuple):
    sql: str
    names: frozenset[str]


_Known = _Lake | _Stored | _Files | _Select


class SparkMaker:
    """Computes marts at an address; `folder`, below the data folder, is seen by the cluster too.

    `bytes` is what the cluster was given to read, `marts` how many it made. Raises ClusterFailed.
    """

    def __init__(self, remote: str, data: Path, folder: Path) -> None:
        self.bytes = self.marts = 0
        self._remote = remote
        self._data = data
        self._folder = folder / f"marts-{secrets.token_hex(4)}"
        self._spark: Spark | None = None
        self._known: dict[str, _Known] = {}
        self._stored: dict[str, _Stored] = {}  # by the select that reads it
        self._files = 0
        self._parser = duckdb.connect()  # which has no views that it would look into

    def __enter__(self) -> SparkMaker:
        return self

    def __exit__(self, *failed: object) -> None:
        self._parser.close()
        if self._spark:
            self._spark.__exit__(*failed)  # type: ignore[arg-type]

    def rows(self, connection: duckdb.DuckDBPyConnection, mart: Mart) -> Made:
        stored = self._computed(connection, mart.name, mart.definition)
        if stored is None:
            return Made(mart.definition)
        self.marts += 1
        if not stored.paths:
            return Made(f"select * from ({mart.definition}) limit 0", True)
        listed = ", ".join(literal(Path(path)) for path in stored.paths)
        made = Made(f"select * from read_parquet([{listed}], hive_partitioning = false)", True)
        self._stored[made.sql] = stored
        return made

    def lake(self, dataset: Dataset, files: Sequence[LakeFile]) -> None:
        folder = self._data.resolve()
        paths = tuple(str(folder / file.path) for file in files)
        self._known[dataset.name] = _Lake(dataset, paths, sum(file.rows for file in files))

    def put(self, connection: duckdb.DuckDBPyConnection, name: str, rows: str) -> None:
        self._known.pop(name, None)
        if rows in self._stored:
            self._known[name] = self._stored[rows]
        elif rows.startswith("select * from ") and "read_parquet" not in rows:
            names = self._names(rows)
            if names <= self._known.keys():
                self._known[name] = _Select(rows, frozenset(names))

    def drop(self, name: str) -> None:
        self._known.pop(name, None)

    def put_files(self, name: str, paths: Sequence[Path], rest: str) -> None:
        listed = tuple(map(str, paths))
        self._known[name] = _Files(listed, self._count(listed), rest)

    def files(self, connection: duckdb.DuckDBPyConnection, rows: str) -> Sequence[Path] | None:
        stored = self._computed(connection, "part", rows)
        return None if stored is None else [Path(path) for path in stored.paths]

    def _computed(
        self, connection: duckdb.DuckDBPyConnection, name: str, sql: str
    ) -> _Stored | None:
        """The result of a select, where it is worth the cluster's while."""
        names = self._names(sql)
        if sum(map(self._rows, names)) < LEAST_ROWS:
            return None
        match [self._known.get(one) for one in names]:
            case [_Stored() as stored] if sql == f"select * from {min(names)}":
                return stored
        out = self._new(name)
        with failures(self._remote):
            for one in sorted(names):
                self._show(connection, one)
            self._session.sql(sql).write.option("compression", "zstd").parquet(str(out))
            return self._written(sql, out)

    @property
    def _session(self) -> SparkSession:
        if self._spark is None:
            self._spark = Spark(self._remote)
            self._spark.session.conf.set("spark.sql.session.timeZone", "UTC")
        return self._spark.session

    def _names(self, sql: str) -> set[str]:
        """The relations that a select reads."""
        return self._parser.get_table_names(sql)

    def _rows(self, name: str) -> int:
        """How many rows of the lake it takes to compute what a name means, at least."""
        match self._known.get(name):
            case _Lake(_, _, rows):
                return rows
            case _Stored():
                return LEAST_ROWS
            case _Files(_, rows, _):
                return rows
            case _Select(_, names):
                return max(map(self._rows, names))
        return 0

    def _show(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        """Make a view of that name there."""
        match self._known.get(name):
            case _Lake(dataset, paths, _) if paths:
                self._view(f"lake_{name}", paths)
                self._session.sql(_of_lake(dataset)).createOrReplaceTempView(name)
            case _Stored(paths):
                self._view(name, paths)
            case _Files(paths, _, rest):
                self._show(connection, rest)
                found = self._session.table(rest)
                if paths:
                    self._view(f"{name}_files", paths)
                    found = self._session.table(f"{name}_files").unionByName(found)
                found.createOrReplaceTempView(name)
            case _Select(sql, names):
                for other in sorted(names):
                    self._show(connection, other)
                self._session.sql(sql).createOrReplaceTempView(name)
            case _:
                path = self._new(f"{name}.parquet")
                connection.execute(f"copy (from {name}) to {literal(path)} (format parquet)")
                self._view(name, (str(path),))

    def _view(self, name: str, paths: Sequence[str]) -> None:
        self.bytes += sum(Path(path).stat().st_size for path in paths)
        self._session.read.parquet(*paths).createOrReplaceTempView(name)

    def _new(self, name: str) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._files += 1
        return self._folder / f"{self._files:05d}-{name}"

    def _written(self, sql: str, out: Path) -> _Stored:
        """The files of a result; none where it has no rows, which some servers write so."""
        paths = tuple(str(path) for path in sorted(out.glob("*.parquet")))
        if paths:
            there = self._session.read.parquet(str(out)).count()
            is_whole = self._count(paths) == there
        else:
            is_whole = self._session.sql(sql).count() == 0
        if not is_whole:
            raise ClusterFailed(
                f"what {shown(self._remote)} wrote to {str(out)!r} is not there; {SHARED}"
            )
        return _Stored(paths)

    def _count(self, paths: Sequence[str]) -> int:
        """The rows of Parquet files, as their footers say."""
        if not paths:
            return 0
        row = self._parser.execute("select count(*) from read_parquet(?)", [[*paths]]).fetchone()
        assert row is not None
        return int(row[0])


def _of_lake(dataset: Dataset) -> str:
    """The rows of lake files in the cluster's SQL, as etl/views.py gives them."""
    names = [f"`{name}`" for name in dataset.column_names]
    instants = [
        text
        for column in dataset.columns
        if column.field.sql_type == "TIMESTAMP"
        for text in (
            f"unix_micros(cast(`{column.name}` as timestamp)) as `{column.name}_us`",
            f"cast(datediff(cast(`{column.name}` as date), date'1970-01-01') as bigint) "
            f"as `{column.name}_day_number`",
        )
    ]
    day = f"cast(`{dataset.day_column}` as date)" if dataset.day_column else "cast(null as date)"
    each = [*names, "source_id", "cast(line as bigint) as line", f"{day} as day", *instants]
    return f"select {', '.join(each)} from lake_{dataset.name}"

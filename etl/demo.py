"""Make demo data: dashboards get something to show, benchmarks something to chew."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from etl.demodata import connectivity, customers, health, stores
from etl.demodata.output import Output
from etl.demodata.size import Request, Size


@dataclass(frozen=True)
class Generator:
    """A dataset's writer with the sizes that it has by default and with --bench."""

    write: Callable[[Output, Request], None]
    demo: Size
    bench: Size


GENERATORS = {
    "health_reports": Generator(health.write, health.DEMO, health.BENCH),
    "connectivity": Generator(connectivity.write, connectivity.DEMO, connectivity.BENCH),
    "stores": Generator(stores.write, stores.DEMO, stores.BENCH),
    "customers": Generator(customers.write, customers.DEMO, customers.BENCH),
}

NOTES = """\
The same options and last day give the same bytes, on any machine.
Sizes apply to each dataset written; --rows is met only roughly where lost events are part of
the story.
"""


def main(arguments: list[str] | None = None) -> int:
    """Write the datasets asked for, one line of progress for each.

    Exit 0: written. 1: writing failed. 2: usage, or the folder holds files.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.force and _holds_files(options.out):
        parser.error(
            f"{options.out} holds files already, and demo data does not mix with other data. "
            "Nothing was written. Name another folder with --out; --force writes beside them and "
            "replaces files of the same name, nothing else."
        )
    names = list(GENERATORS) if options.dataset == "all" else [options.dataset]
    try:
        for name in names:
            _write(options, name)
    except (OSError, duckdb.Error) as failure:
        print(f"demo.py: writing to {options.out} failed: {failure}", file=sys.stderr)
        return 1
    return 0


def generate(
    folder: Path, generator: Generator, request: Request, threads: int | None = None
) -> Output:
    """Write one dataset below `folder`; `threads` limits DuckDB and changes no byte."""
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as con:
        con.execute("set temp_directory = $1", [scratch])
        con.execute("set memory_limit = '2GB'")
        # A join turned round would lose the order of the rows.
        con.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
        if threads is not None:
            con.execute("set threads = $1", [threads])
        out = Output(con, folder)
        generator.write(out, request)
    return out


def _write(options: argparse.Namespace, name: str) -> None:
    started = time.monotonic()
    out = generate(options.out, GENERATORS[name], _request(options, GENERATORS[name]))
    seconds = time.monotonic() - started
    print(f"{name:14} {out.rows:>13,} rows {out.files:>4} files {seconds:>7.1f} s", flush=True)


def _request(options: argparse.Namespace, generator: Generator) -> Request:
    asked = {name: getattr(options, name) for name in ("days", "devices", "rows")}
    size = generator.bench if options.bench else generator.demo
    return Request(
        seed=options.seed,
        last_day=options.last_day,
        size=replace(size, **{name: value for name, value in asked.items() if value is not None}),
        single_file=options.single_file or options.bench,
        clean=options.clean,
    )


def _holds_files(folder: Path) -> bool:
    return folder.exists() and any(not path.name.startswith(".") for path in folder.iterdir())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog=NOTES + "\n" + _size_table(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--out", type=Path, default=Path("incoming"), metavar="DIR", help="folder (./incoming)"
    )
    parser.add_argument(
        "--dataset", choices=[*GENERATORS, "all"], default="all", help="what to write (all)"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed, other data (1)")
    parser.add_argument(
        "--last-day",
        type=date.fromisoformat,
        default=datetime.now(UTC).date() - timedelta(days=1),
        metavar="YYYY-MM-DD",
        help="newest day of the data (yesterday, UTC); the polls of stores end a few days after "
        "the last change of clocks if that day is too far from one",
    )
    parser.add_argument(
        "--days", type=_at_least(1), metavar="N", help="how many days, up to the last"
    )
    parser.add_argument("--devices", type=_at_least(10), metavar="N", help="devices, or stores")
    parser.add_argument("--rows", type=_at_least(100), metavar="N", help="reports, events or polls")
    parser.add_argument(
        "--single-file",
        action="store_true",
        help="one CSV per table instead of a folder of them; always clean",
    )
    parser.add_argument(
        "--clean", action="store_true", help="no holes, late files or rows that are rejected"
    )
    parser.add_argument(
        "--bench", action="store_true", help="--single-file at the size of the benchmarks"
    )
    parser.add_argument(
        "--force", action="store_true", help="write into a folder that holds files already"
    )
    return parser


def _size_table() -> str:
    lines = [f"{'':16}{'days':>5} {'devices':>8} {'rows':>11}   with --bench"]
    for name, generator in GENERATORS.items():
        small, large = generator.demo, generator.bench
        lines.append(
            f"{name:16}{small.days:>5} {small.devices:>8,} {small.rows:>11,}"
            f"   {large.days:>5} {large.devices:>8,} {large.rows:>11,}"
        )
    return "\n".join(lines)


def _at_least(least: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is below {least}")
        return value

    return number


if __name__ == "__main__":
    sys.exit(main())

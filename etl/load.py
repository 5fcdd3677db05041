#!/usr/bin/env python3
"""Load whatever is new in the incoming folder and publish it once.

Every row is loaded or rejected with its line and the reason; the input files are never changed.
Run it by hand, from cron or from a systemd timer: a second run on the same input changes nothing.

Exit status: 0 done (rejected rows are reported, not an error), 1 failed and nothing was published,
2 usage, 75 another loader is running.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from etl.disk import Locked
from etl.progress import for_terminal
from etl.run import load
from warehouse import Settings

REMOTE = "SPARK_REMOTE"


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    settings = Settings.at(options.incoming, options.data)
    progress = for_terminal(quiet=options.json)
    try:
        summary = load(settings, progress, options.remote)
    except Locked as held:
        print(f"load: {held}; nothing was done", file=sys.stderr)
        return os.EX_TEMPFAIL
    except FileNotFoundError as missing:
        print(f"load: {missing}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("load: interrupted, nothing was published", file=sys.stderr)
        return 1
    except Exception as failed:
        print(f"load: failed, nothing was published: {failed}", file=sys.stderr)
        return 1
    finally:
        progress.close()
    print(json.dumps(summary.as_json()) if options.json else summary)
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    folders(made)
    cluster(made)
    made.add_argument(
        "--json", action="store_true", help="print one JSON object, last on stdout, and no progress"
    )
    return made


def folders(parser: argparse.ArgumentParser) -> None:
    """Add the two options that every command of the loader shares."""
    default = Settings.from_env()
    parser.add_argument(
        "--incoming",
        type=place,
        default=default.incoming_place,
        metavar="DIR",
        help="where the CSVs arrive, or s3://bucket/prefix (FLEETPULSE_INCOMING; now %(default)s)",
    )
    data_folder(parser)


def data_folder(parser: argparse.ArgumentParser) -> None:
    """Add the option that says where the data lies."""
    parser.add_argument(
        "--data",
        type=place,
        default=Settings.from_env().data_place,
        metavar="DIR",
        help="where the data lies, or s3://bucket/prefix (FLEETPULSE_DATA; now %(default)s)",
    )


def place(text: str) -> str:
    """A folder, or `s3://bucket/prefix`."""
    try:
        Settings.at(data=text)
    except ValueError as wrong:
        raise argparse.ArgumentTypeError(str(wrong)) from wrong
    return text


def cluster(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a cluster to take the files."""
    parser.add_argument(
        "--remote",
        default=os.environ.get(REMOTE) or None,
        metavar="sc://HOST:PORT",
        help=f"take the files on this server of Spark Connect (default: {REMOTE})",
    )


if __name__ == "__main__":
    sys.exit(main())

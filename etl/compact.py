#!/usr/bin/env python3
"""Join the small files of the lake, so that each day of a dataset has few, and drop old days.

Nothing that is computed changes, but for the days that --keep-days drops. The loader does the same
by itself for a day that has more small files than FLEETPULSE_COMPACT_FILES (32; 0: never). It is
done in steps, each of which is a load of its own; readers are not disturbed.

Exit status: 0 done, 1 failed, 2 usage, 75 another loader is running.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from etl.disk import Locked
from etl.load import data_folder
from etl.progress import for_terminal
from etl.run import compact
from warehouse import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    settings = Settings.at(data=options.data)
    if not settings.data_url and not settings.data.is_dir():
        print(f"compact: there is no data folder {str(settings.data)!r}", file=sys.stderr)
        return 2
    progress = for_terminal(quiet=False)
    try:
        summary = compact(settings, options.keep_days, progress)
    except Locked as held:
        print(f"compact: {held}; nothing was done", file=sys.stderr)
        return os.EX_TEMPFAIL
    except Exception as failed:
        print(f"compact: failed, the step was not published: {failed}", file=sys.stderr)
        return 1
    finally:
        progress.close()
    dropped = f", {summary.dropped:,} rows of old days dropped" if summary.dropped else ""
    print(f"{summary.joined:,} small files joined{dropped}; {summary.seconds:.2f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument(
        "--keep-days",
        type=_days,
        metavar="N",
        help="keep only the newest N days of each dataset whose rows have an instant",
    )
    data_folder(made)
    return made


def _days(text: str) -> int:
    days = int(text)
    if days < 1:
        raise argparse.ArgumentTypeError("at least 1 day has to be kept")
    return days


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Take a file back: its rows count nowhere any more, and the ledger says why.

FILE is a path below the incoming folder, a source id, or SOURCE_ID:PATH where one of them stands
for several, as `file_history` lists them. The file itself stays where it is and is not loaded again
under its path. It is a load with a number of its own; a file retract.csv with the columns
source_id,reason[,path] in the incoming folder does the same.

Exit status: 0 done, 1 failed and nothing was published, 2 usage or no such file,
75 another loader is running.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from etl.disk import Locked
from etl.load import folders
from etl.progress import for_terminal
from etl.retraction import NotLoaded
from etl.run import take_back
from warehouse import Settings


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    options = _parser().parse_args(arguments)
    settings = Settings.at(options.incoming, options.data)
    if not settings.data_url and not settings.data.is_dir():
        print(f"retract: there is no data folder {str(settings.data)!r}", file=sys.stderr)
        return 2
    if not options.why.strip():
        print("retract: say why: --why must not be empty", file=sys.stderr)
        return 2
    progress = for_terminal(quiet=False)
    try:
        summary = take_back(settings, options.files, options.why.strip(), progress)
    except Locked as held:
        print(f"retract: {held}; nothing was done", file=sys.stderr)
        return os.EX_TEMPFAIL
    except NotLoaded as nothing:
        print(f"retract: {nothing}; nothing was done", file=sys.stderr)
        return 2
    except Exception as failed:
        print(f"retract: failed, nothing was published: {failed}", file=sys.stderr)
        return 1
    finally:
        progress.close()
    for path in summary.retracted:
        print(f"taken back: {path}")
    print(f"generation {summary.generation}; {summary.seconds:.2f} s")
    return 0


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="a path or a source id")
    made.add_argument("--why", required=True, metavar="TEXT", help="the reason, for the ledger")
    folders(made)
    return made


if __name__ == "__main__":
    sys.exit(main())

"""One command for everything: `fleetpulse load`, `fleetpulse serve` and so on.

Each subcommand is the `main(arguments)` of one program, which can also be run as a script from a
checkout (`python etl/load.py`).
"""

from __future__ import annotations

import sys
from importlib import import_module

import fleetpulse

# What there is: the program and what it does.
COMMANDS = {
    "demo": ("etl.demo", "make demo data in ./incoming"),
    "load": ("etl.load", "load whatever is new, once"),
    "watch": ("etl.watch", "load files as they land"),
    "serve": ("fleetpulse.serve", "serve the dashboard and its API, and load files as they land"),
    "retract": ("etl.retract", "take a file back: its rows count nowhere any more"),
    "compact": ("etl.compact", "join small files of the lake; --keep-days N drops older days"),
    "verify": ("etl.verify", "check every file and count; --repair rebuilds the DuckDB file"),
}
USAGE = 2


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand; returns its exit status, 2 for a usage that is not understood."""
    given = sys.argv[1:] if arguments is None else arguments
    if not given or given[0] in ("-h", "--help"):
        print(_help())
        return 0 if given else USAGE
    if given[0] in ("-V", "--version"):
        print(f"fleetpulse {fleetpulse.__version__}")
        return 0
    name, *rest = given
    if name not in COMMANDS:
        print(f"fleetpulse: there is no command {name!r}\n\n{_help()}", file=sys.stderr)
        return USAGE
    fleetpulse.use()
    module = import_module(COMMANDS[name][0])
    sys.argv[0] = f"fleetpulse {name}"
    status: int = module.main(rest)
    return status


def _help() -> str:
    lines = [f"  {name:8} {what}" for name, (_, what) in COMMANDS.items()]
    return "\n".join(
        [
            "usage: fleetpulse COMMAND [OPTIONS]     (fleetpulse COMMAND --help)",
            "",
            *lines,
            "",
            "FLEETPULSE_INCOMING and FLEETPULSE_DATA say where things lie (./incoming, ./data).",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

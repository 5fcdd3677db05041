"""Run benchmarks by name, or all: `python -m bench [name …] `, `--list` says what there is."""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_RUN = {"__init__", "__main__", "machine", "peers"}


def main() -> int:
    """Run each in a process of its own; returns the worst exit status."""
    known = {path.stem: path for path in sorted(FOLDER.glob("*.py")) if path.stem not in NOT_RUN}
    made = argparse.ArgumentParser(prog="bench", description=__doc__)
    made.add_argument("names", nargs="*", metavar="name", help=", ".join(known))
    made.add_argument("--list", action="store_true", help="say what each measures")
    options = made.parse_args()
    if unknown := set(options.names) - set(known):
        made.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if options.list:
        for name, path in known.items():
            text = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
            print(f"{name:16}{text.splitlines()[0] if text else ''}")
        return 0
    worst = 0
    for name in options.names or known:
        print(f"\n== {name}", flush=True)
        worst = max(worst, subprocess.run([sys.executable, str(known[name])]).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())

"""Run one of the loader's programs as it is, and SIGKILL it just before it changes its files.

usage: killed.py NUMBER FOLDER PROGRAM [ARGUMENT ...]

Counts what Python is about to do to FOLDER (make, rename, link, remove, open for writing) and
kills itself before the NUMBERth such step. With NUMBER 0 the program runs to its end and the
steps are printed on stderr, one a line. Checkpoints are made after any event, so that parts of
marts are among what is written.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
STEPS = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "shutil.rmtree"}


def main() -> None:
    number, folder, program = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    steps: list[str] = []

    def before(event: str, details: tuple[object, ...]) -> None:
        step = _step(event, details, folder)
        if step:
            steps.append(step)
            if len(steps) == number:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.path.insert(1, str(ROOT))
    from etl import checkpoints

    checkpoints.TAIL_ROWS = 0
    sys.argv = sys.argv[3:]
    sys.path[0] = str(Path(program).parent)
    sys.addaudithook(before)
    try:
        runpy.run_path(program, run_name="__main__")
    finally:
        print("\n".join(steps), file=sys.stderr)


def _step(event: str, details: tuple[object, ...], folder: str) -> str | None:
    """What is about to happen to the folder; None where it is no change of it."""
    if event == "open":
        path, _, flags = details
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR) and _within(path, folder):
            return f"open {path}"
    elif event in STEPS:
        paths = [path for path in details if _within(path, folder)]
        if paths:
            return " ".join([event, *map(str, paths)])
    return None


def _within(path: object, folder: str) -> bool:
    return isinstance(path, str | os.PathLike) and os.fspath(path).startswith(folder)


if __name__ == "__main__":
    main()

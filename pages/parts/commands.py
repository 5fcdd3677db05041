"""The commands that pages name: they work as they stand, from the project's folder."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from warehouse import Settings
from warehouse.commands import command

USUAL = Settings()


def load() -> str:
    """Load what is new in the folder in use."""
    settings = Settings.from_env()
    return _command(
        "load",
        *_folder("--incoming", settings.incoming, USUAL.incoming),
        *_folder("--data", settings.data, USUAL.data),
    )


def repair() -> str:
    """Check everything and rebuild the DuckDB file from the lake."""
    return _command("verify", *_folder("--data", Settings.from_env().data, USUAL.data), "--repair")


def retract(file: str) -> str:
    """Take a file back, `source id:path`; the reason is left to whoever runs it."""
    settings = Settings.from_env()
    return _command(
        "retract",
        file,
        "--why",
        "…",
        *_folder("--incoming", settings.incoming, USUAL.incoming),
        *_folder("--data", settings.data, USUAL.data),
    )


def demo() -> str:
    """Make demo data in the folder in use and load it."""
    made = _command("demo", *_folder("--out", Settings.from_env().incoming, USUAL.incoming))
    return f"{made}\n{load()}"


def _command(program: str, *options: str) -> str:
    return shlex.join((*command(program), *options))


def _folder(option: str, used: Path, usual: Path) -> tuple[str, ...]:
    """The option that names a folder, where it is not the usual one."""
    return () if used == usual else (option, os.fspath(used))

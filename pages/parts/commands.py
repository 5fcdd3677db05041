"""The commands that pages name: they work as they stand, from the project's folder."""

from __future__ import annotations

import shlex

from warehouse import Settings
from warehouse.commands import command

USUAL = Settings()


def load() -> str:
    """Load what is new in the folder in use."""
    settings = Settings.from_env()
    return _command(
        "load",
        *_folder("--incoming", settings.incoming_place, USUAL.incoming_place),
        *_folder("--data", settings.data_place, USUAL.data_place),
    )


def repair() -> str:
    """Check everything and rebuild the DuckDB file from the lake."""
    data = Settings.from_env().data_place
    return _command("verify", *_folder("--data", data, USUAL.data_place), "--repair")


def retract(file: str) -> str:
    """Take a file back, `source id:path`; the reason is left to whoever runs it."""
    settings = Settings.from_env()
    return _command(
        "retract",
        file,
        "--why",
        "…",
        *_folder("--incoming", settings.incoming_place, USUAL.incoming_place),
        *_folder("--data", settings.data_place, USUAL.data_place),
    )


def demo() -> str:
    """Make demo data in the folder in use and load it."""
    settings = Settings.from_env()
    if settings.incoming_url:
        copy = shlex.join(["aws", "s3", "cp", "--recursive", "demo", settings.incoming_url])
        return f"{_command('demo', '--out', 'demo')}\n{copy}\n{load()}"
    made = _command("demo", *_folder("--out", settings.incoming_place, USUAL.incoming_place))
    return f"{made}\n{load()}"


def _command(program: str, *options: str) -> str:
    return shlex.join((*command(program), *options))


def _folder(option: str, used: str, usual: str) -> tuple[str, ...]:
    """The option that names a place, where it is not the usual one."""
    return () if used == usual else (option, used)

"""How the programs are called here: texts name commands that people can copy."""

from __future__ import annotations

from pathlib import Path

_INSTALLED = Path(__file__).resolve().parts[-4:-2] == ("fleetpulse", "app")


def command(name: str) -> tuple[str, ...]:
    """The words that run a program: `fleetpulse load` where it is installed, the script in a
    checkout."""
    if _INSTALLED:
        return ("fleetpulse", name)
    return (".venv/bin/python", f"etl/{name}.py")

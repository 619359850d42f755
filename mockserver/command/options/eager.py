"""What the options do that are looked at before all others."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from mockserver.command.settings import DEFAULT_FILE, check_environment, read_settings


def print_version(wanted: bool) -> None:
    """Print the version and end, if that is wanted."""
    if wanted:
        from importlib.metadata import version

        print(f"mockserver {version('preference-api-testbench')}")
        raise typer.Exit


def load_settings_file(context: typer.Context, file: Path | None) -> Path | None:
    """Take what the file says as the defaults of the options.

    Raises CannotStart for a file, or a variable in the environment, that is none of ours.
    """
    if context.parent is not None:  # the group has loaded it
        return file
    check_environment(os.environ)
    if file is None and not DEFAULT_FILE.is_file():
        return None
    context.default_map = read_settings(file or DEFAULT_FILE)
    return file

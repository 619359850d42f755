"""Arguments and options that several commands take, and how their text is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from conformance.command.duration import parse_duration
from conformance.command.errors import exit_with_usage_error

if TYPE_CHECKING:
    from conformance.suite.mode import Mode

SpecFile = Annotated[
    Path | None,
    typer.Option("--spec", metavar="FILE", help="An OpenAPI file of your own, in the place of an API."),
]
ProfileFile = Annotated[
    Path, typer.Argument(metavar="TARGET.yaml", help="The target profile; `conformance init API` prints one.")
]
OneApi = Annotated[str | None, typer.Argument(metavar="[API]", help="One API; all if it is left out.")]


def parse_mode_option(text: str) -> Mode:
    """Return the mode of that name; exits if there is none."""
    from conformance.suite.mode import parse_mode

    try:
        return parse_mode(text)
    except ValueError as error:
        exit_with_usage_error(f"--mode {text}: {error}")


def parse_duration_option(option: str, text: str | None) -> float | None:
    """Return the seconds that the text of *option* means, None if it was not given; exits if it is no duration."""
    try:
        return None if text is None else parse_duration(text)
    except ValueError as error:
        exit_with_usage_error(f"{option} {text}: {error}")

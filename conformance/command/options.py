"""Arguments and options that several commands take, and how their text is read."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import openapi
from conformance.command.errors import exit_with_usage_error

if TYPE_CHECKING:
    from conformance.suite.mode import Mode

_UNITS_S = {"h": 3600, "m": 60, "s": 1}
_NUMBER = r"(\d+(?:\.\d+)?)"
_DURATION = re.compile(rf"(?:{_NUMBER}h)?(?:{_NUMBER}m)?(?:{_NUMBER}s)?")

SpecFile = Annotated[
    Path | None,
    typer.Option("--spec", metavar="FILE", help="An OpenAPI file of your own, in the place of an API."),
]
ProfileFile = Annotated[
    Path, typer.Argument(metavar="TARGET.yaml", help="The target profile; `conformance init API` prints one.")
]
WaitFor = Annotated[
    str | None,
    typer.Option(
        "--wait", metavar="DURATION", help="Wait so long for a target that is still starting, such as 60s."
    ),
]
OneApi = Annotated[
    str | None,
    typer.Argument(metavar="API", autocompletion=openapi.api_names, help="One API; all if it is left out."),
]


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


def parse_duration(text: str) -> float:
    """Return the seconds that *text* means.

    Raises ValueError, with what to write instead, if it is no duration or none that is more than zero.
    """
    match = _DURATION.fullmatch(text.strip())
    parts = match.groups() if match else ()
    total_s = sum(float(part or 0) * unit_s for part, unit_s in zip(parts, _UNITS_S.values(), strict=False))
    if any(parts) and not total_s:
        raise ValueError("has to be more than zero; write it like 90s, 5m or 1h30m")
    if not 0 < total_s < math.inf:
        raise ValueError("is not a duration; write it like 90s, 5m or 1h30m")
    return total_s

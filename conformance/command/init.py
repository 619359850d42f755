"""``conformance init``: a target profile to fill in."""

from __future__ import annotations

from typing import Annotated

import typer

import openapi
from conformance.command.errors import exit_with_usage_error, report_errors
from conformance.command.options import SpecFile


@report_errors()
def print_profile_template(
    api: Annotated[
        str | None,
        typer.Argument(
            metavar="API",
            autocompletion=openapi.api_names,
            help="The API's name, as `conformance list` prints it.",
        ),
    ] = None,
    spec: SpecFile = None,
) -> None:
    """Write a commented target profile to standard output, for an API or for an OpenAPI file of your own."""
    from conformance.judge.suites import profile_template

    if (api is None) == (spec is None):
        exit_with_usage_error(
            "init: name an API, or an OpenAPI file with --spec; `conformance list` knows the APIs"
        )
    if spec is not None:
        from conformance.contract.profile import render_template

        typer.echo(render_template(spec), nl=False)
    elif api is not None:
        typer.echo(profile_template(api), nl=False)

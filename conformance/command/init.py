"""``conformance init``: a target profile to fill in."""

from __future__ import annotations

import re
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
    base_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The server's address, to write into the profile; without a path, that of the contract's first "
            "server is added.",
        ),
    ] = None,
) -> None:
    """Write a commented target profile to standard output, for an API or for an OpenAPI file of your own."""
    from conformance.judge.suites import profile_template
    from conformance.target.profile import fill_in_address

    if api is not None and spec is not None:
        exit_with_usage_error("init: an API is named and a file of --spec as well; keep one of the two")
    if api is None and spec is None:
        exit_with_usage_error(
            "init: name an API, or an OpenAPI file with --spec; `conformance list` knows the APIs"
        )
    if base_url is not None and not re.fullmatch(r"(https?://|\$\{\w+\})\S+|\$\{\w+\}", base_url):
        exit_with_usage_error(
            f"init: --base-url {base_url}: is no address; write one such as http://127.0.0.1:4010"
        )
    if spec is not None:
        from conformance.contract.profile import render_template

        template = render_template(spec)
    else:
        template = profile_template(str(api))
    typer.echo(fill_in_address(template, base_url) if base_url else template, nl=False)

"""``conformance explain``: what there is to know about a requirement."""

from __future__ import annotations

from typing import Annotated

import typer

from conformance.command.errors import exit_with_usage_error, report_errors
from conformance.command.options import SpecFile


@report_errors()
def print_explanations(
    id: Annotated[
        str | None,
        typer.Argument(
            metavar="ID",
            help="A requirement as `conformance list` prints it, or a glob; with --all, an API.",
        ),
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Print every requirement of an API, or of all, as Markdown.")
    ] = False,
    spec: SpecFile = None,
) -> None:
    """Say what a requirement asks, where it comes from, what it needs, whether it writes, and what proves it."""
    import openapi
    from conformance.command.explanation.facts import (
        explain_requirements,
        render_explanation,
        render_statement,
    )
    from conformance.command.explanation.page import render_requirements
    from conformance.judge.suites import collect_requirements
    from conformance.suite.requirement import select_requirements

    if id is None and not every:
        exit_with_usage_error(
            "explain: name a requirement, or ask for --all; `conformance list` prints the names"
        )
    if spec is not None:
        from conformance.contract.checks import list_file_requirements

        asked = select_requirements(list_file_requirements(spec), [id] if id else (), asked="")
        typer.echo("\n\n".join("\n".join(render_statement(one, one.source)) for one in asked))
        return
    if id is None or every:
        typer.echo(render_requirements([id] if id else openapi.api_names()), nl=False)
        return
    known = [one for api in openapi.api_names() for one in collect_requirements(api)]
    asked = select_requirements(known, [id], asked="")
    typer.echo("\n\n".join(map(render_explanation, explain_requirements(asked))))

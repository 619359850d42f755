"""``conformance list``: what is asked of a server."""

from __future__ import annotations

import typer

from conformance.command.errors import exit_with_usage_error, report_errors
from conformance.command.options import OneApi, SpecFile


@report_errors()
def list_requirements(
    api: OneApi = None,
    spec: SpecFile = None,
) -> None:
    """Print every requirement: id, level, text, source."""
    import openapi
    from conformance.judge.suites import collect_requirements

    if spec is None:
        asked = [
            one for name in ([api] if api else openapi.api_names()) for one in collect_requirements(name)
        ]
    elif api is None:
        from conformance.contract.checks import list_file_requirements

        asked = list_file_requirements(spec)
    else:
        exit_with_usage_error("list: name an API or an OpenAPI file, not both")
    for one in asked:
        typer.echo(f"{one.id}\t{one.level}\t{one.text}\t({one.source})")

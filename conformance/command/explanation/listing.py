"""``conformance list``: what is asked of a server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conformance.command.errors import exit_with_usage_error, report_errors
from conformance.command.options import OneApi, SpecFile

if TYPE_CHECKING:
    from conformance.suite.requirement import Requirement


@report_errors()
def list_requirements(
    api: OneApi = None,
    spec: SpecFile = None,
    level: Annotated[
        list[str] | None,
        typer.Option(metavar="LEVEL", help="Only MUST, SHOULD or OBSERVED; may be repeated."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print them as a JSON array.")] = False,
) -> None:
    """Print every requirement: id, level, text, source."""
    import openapi
    from conformance.judge.suites import collect_requirements
    from conformance.suite.requirement import LEVELS

    for word in level or ():
        if word not in LEVELS:
            exit_with_usage_error(f"--level {word}: is no level; there are {', '.join(LEVELS)}")
    if spec is None:
        asked = [
            one for name in ([api] if api else openapi.api_names()) for one in collect_requirements(name)
        ]
    elif api is None:
        from conformance.contract.checks import list_file_requirements

        asked = list_file_requirements(spec)
    else:
        exit_with_usage_error("list: name an API or an OpenAPI file, not both")
    asked = [one for one in asked if one.level in (level or LEVELS)]
    if as_json:
        typer.echo(json.dumps(list(map(_render_requirement, asked)), indent=1))
        return
    for one in asked:
        typer.echo(f"{one.id}\t{one.level}\t{one.text}\t({one.source})")


def _render_requirement(one: Requirement) -> dict[str, Any]:
    """Return a requirement with the members that it has in report.json, and how the document is read."""
    return {
        "id": one.id,
        "level": one.level,
        "text": one.text,
        "source": one.source,
        "reading": one.reading,
    }

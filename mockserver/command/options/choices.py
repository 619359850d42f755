"""The options that say what the stub does where the documents are silent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

ChoicesFiles = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        envvar="MOCKSERVER_CHOICES",
        help="A YAML file that says which alternatives to take where the documents are silent, as conformance choices "
        "writes it; repeat for more. mockserver choices lists all.",
    ),
]
Chosen = Annotated[
    list[str] | None,
    typer.Option(
        metavar="API/ID=NAME",
        envvar="MOCKSERVER_CHOOSE",
        help="Take one alternative, such as suprsend/unknown-channel=ignored; repeat for more.",
    ),
]
Reports = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="REPORT",
        envvar="MOCKSERVER_LIKE",
        help="Take the alternatives that a report.json of conformance saw; repeat for more. The other two "
        "options win over it.",
    ),
]

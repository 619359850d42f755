"""The options about contracts of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Contracts = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        envvar="MOCKSERVER_SPEC",
        help="Serve this OpenAPI file (2.0, 3.0, 3.1 or 3.2) from its examples; repeat for more. "
        "Built-in APIs are served beside it only if --api names them.",
    ),
]
Watch = Annotated[
    bool | None,
    typer.Option(
        "--watch/--no-watch",
        envvar="MOCKSERVER_WATCH",
        help="Serve an edited file of --spec anew; sessions and journal stay. Default: at a terminal.",
    ),
]
IsStrict = Annotated[bool, typer.Option("--strict", help="Exit with 1 if there is a flaw.")]

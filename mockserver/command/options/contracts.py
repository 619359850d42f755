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
KeepsState = Annotated[
    bool,
    typer.Option(
        "--state-by-path",
        envvar="MOCKSERVER_STATE_BY_PATH",
        help="Keep what is written to the paths of --spec, such as POST /pets and PUT /pets/{id}, and read it again "
        "there. What has no such form is answered from examples.",
    ),
]
Items = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="MOCKSERVER_ITEMS",
        help="A YAML or JSON file of what --state-by-path starts with: a list of items by path, such as /pets.",
    ),
]
IsStrict = Annotated[bool, typer.Option("--strict", help="Exit with 1 if there is a flaw.")]
ShowsAll = Annotated[
    bool, typer.Option("--all", help="Print each flaw, also where many are alike; otherwise the first three.")
]

"""The options that say who may use the control plane."""

from __future__ import annotations

from typing import Annotated

import typer

AllowedHosts = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        envvar="MOCKSERVER_ALLOW_HOST",
        help="Allow /__admin under this host name too; repeat for more.",
    ),
]
AdminToken = Annotated[
    str | None,
    typer.Option(
        metavar="TOKEN",
        envvar="MOCKSERVER_ADMIN_TOKEN",
        help="The token that /__admin requires; the environment keeps it more secret than the command line. "
        "By default one is generated and printed if other machines can reach the server.",
    ),
]

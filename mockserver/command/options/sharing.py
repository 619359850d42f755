"""The options that let several processes be one stub."""

from __future__ import annotations

from typing import Annotated

import typer

Store = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        envvar="MOCKSERVER_STORE",
        help="Keep everything on a server of Redis or Valkey, such as redis://127.0.0.1:6379/0, so that several "
        "processes are one stub; needs the extra [redis]. The environment keeps a password more secret than the "
        "command line. Default: in memory.",
    ),
]
StorePrefix = Annotated[
    str,
    typer.Option(
        metavar="NAME",
        envvar="MOCKSERVER_STORE_PREFIX",
        help="What the keys on that server begin with; stubs with other names there are apart.",
    ),
]
Workers = Annotated[
    int,
    typer.Option(
        min=1, max=64, envvar="MOCKSERVER_WORKERS", help="Processes on one port; several need --store."
    ),
]

"""The options that say how much a stub keeps and reads, and for how long."""

from __future__ import annotations

from typing import Annotated

import typer

SessionTtl = Annotated[
    float,
    typer.Option(
        min=0.001,
        envvar="MOCKSERVER_SESSION_TTL",
        help="End a session that was idle for so many seconds.",
    ),
]
MaxSessions = Annotated[
    int,
    typer.Option(
        min=1,
        envvar="MOCKSERVER_MAX_SESSIONS",
        help="Keep at most so many sessions; the one that was idle longest ends first.",
    ),
]
JournalLength = Annotated[
    int,
    typer.Option(
        min=0, envvar="MOCKSERVER_JOURNAL", help="Keep at most so many calls in the journal of a session."
    ),
]
JournalMemory = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="MIB",
        envvar="MOCKSERVER_JOURNAL_MEMORY",
        help="Keep at most so many MiB of calls in the journals of all sessions; the oldest go first.",
    ),
]
MaxBody = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="BYTES",
        envvar="MOCKSERVER_MAX_BODY",
        help="Answer 413 to a larger body, counted after it is unpacked.",
    ),
]

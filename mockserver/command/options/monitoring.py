"""The options that say what a run tells of its calls: the log, the metrics and the traces."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mockserver.command.settings import LogLevel

Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", envvar="MOCKSERVER_QUIET", help="Print only the URL, and no calls.")
]
Verbose = Annotated[
    bool,
    typer.Option("--verbose", "-v", envvar="MOCKSERVER_VERBOSE", help="The same as --log-level debug."),
]
ShownCalls = Annotated[
    LogLevel | None,
    typer.Option(
        envvar="MOCKSERVER_LOG_LEVEL",
        help="The calls to show on standard error, a line each: error none, warning those that went wrong, info "
        "all, debug also those of browsers and to /__admin. Default: info; error with --quiet and for run.",
    ),
]
LogFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        envvar="MOCKSERVER_LOG_FILE",
        help="Append the lines to this file instead, also for run.",
    ),
]
HasMetrics = Annotated[
    bool,
    typer.Option(
        "--metrics",
        envvar="MOCKSERVER_METRICS",
        help="Count calls, and show Prometheus the counts at /__admin/metrics; needs the extra [metrics].",
    ),
]
HasTraces = Annotated[
    bool,
    typer.Option(
        "--otel",
        envvar="MOCKSERVER_OTEL",
        help="Send OpenTelemetry a span of each call; OTEL_EXPORTER_OTLP_ENDPOINT and its like say where and how. "
        "Needs the extra [otel].",
    ),
]

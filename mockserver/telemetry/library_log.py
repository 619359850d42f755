"""What OpenTelemetry's library logs: at the start it stops that, and later it fills no log."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from mockserver.http.problems import CannotStart

_LIBRARY = "opentelemetry"
# What it says for each try to deliver, and for each span that finds no room.
_REPEATING = ("opentelemetry.exporter.otlp.proto.http.trace_exporter", "opentelemetry.sdk._shared_internal")
# It quotes what it cannot read of the headers, which are credentials.
_OF_HEADERS = "opentelemetry.util.re"


@contextmanager
def refuse_complaints() -> Iterator[None]:
    """Raise CannotStart for what the library finds wrong with its variables.

    It would say so, with a traceback for some, and go on with other values.
    """
    library, handler = logging.getLogger(_LIBRARY), _Keeper()
    library.addHandler(handler)
    propagates, library.propagate = library.propagate, False
    try:
        yield
    except ValueError as error:
        raise CannotStart(f"--otel: OpenTelemetry says: {error}") from None
    finally:
        library.propagate = propagates
        library.removeHandler(handler)
    for record in handler.records:
        if record.name == _OF_HEADERS:
            raise CannotStart("--otel: write OTEL_EXPORTER_OTLP_HEADERS as NAME=VALUE,NAME=VALUE")
        raise CannotStart(f"--otel: OpenTelemetry says: {record.getMessage()}")


def quieten_library() -> None:
    """Leave out what the library says again and again; it quotes whole URLs in some of it."""
    for name in _REPEATING:
        logging.getLogger(name).addFilter(_is_worth_logging)


class _Keeper(logging.Handler):
    """Keeps what is said."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _is_worth_logging(record: logging.LogRecord) -> bool:
    return record.levelno < logging.WARNING

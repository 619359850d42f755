"""A span of each call, for OpenTelemetry: handed on in the background, and dropped rather than waited for.

A span has nothing of a request but its method, its operation and its session: no path, no query, no header, no body.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Sequence
from importlib.metadata import version
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from mockserver.dispatch.exchange import Exchange
from mockserver.http.problems import CannotStart
from mockserver.http.response import Response
from mockserver.telemetry.library_log import quieten_library, refuse_complaints

logger = logging.getLogger(__name__)

_PROJECT = "preference-api-testbench"
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_DEFAULT_ENDPOINT = "http://localhost:4318"
# As OpenTelemetry has it: a caller may send any other word.
_METHODS = frozenset(
    ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"]
)
# At the end; what has not been taken by then is lost.
_LONGEST_FLUSH_S = 2
_NS_PER_S = 1_000_000_000


class Traces:
    """Makes a span of each call, and exports it as the variables ``OTEL_…`` say.

    Raises CannotStart for a variable that cannot be followed.
    """

    def __init__(self) -> None:
        collector = _find_collector()
        with refuse_complaints():
            self._exporter = _Exporter(collector)
            # Not at the exit of the process: a signal ends that before.
            self._provider = TracerProvider(resource=_make_resource(), shutdown_on_exit=False)
            self._provider.add_span_processor(BatchSpanProcessor(self._exporter))
        quieten_library()
        self._tracer = self._provider.get_tracer("mockserver", version(_PROJECT))
        self._propagator = TraceContextTextMapPropagator()

    def trace_call(self, exchange: Exchange, response: Response | None, duration_s: float) -> None:
        """Make the span of a call, as an observer."""
        if not exchange.is_recorded:
            return
        request, effect = exchange.request, exchange.effect
        method = request.method if request.method in _METHODS else "_OTHER"
        attributes: dict[str, str | int] = {
            "http.request.method": method,
            "url.scheme": request.scheme,
            "mockserver.session": exchange.session.id,
        }
        name = method if method != "_OTHER" else "HTTP"
        operation = exchange.operation if exchange.near_miss is None else None
        if operation is not None:
            name = f"{name} {operation.template}"
            attributes["http.route"] = operation.template
            attributes["mockserver.api"] = operation.api
            attributes["mockserver.operation"] = operation.name
        error = None
        if response is not None:
            attributes["http.response.status_code"] = response.status
            error = str(response.status) if response.status >= 500 else None
        elif effect is not None:
            error = effect.connection_fault
        if effect is not None:
            attributes["mockserver.fault"] = request.headers.secrets.redact_text(", ".join(effect.names))
        if error is not None:
            attributes["error.type"] = error
        end_ns = time.time_ns()
        span = self._tracer.start_span(
            name,
            self._propagator.extract(request.headers.values),
            SpanKind.SERVER,
            attributes,
            start_time=end_ns - int(duration_s * _NS_PER_S),
        )
        if error is not None:
            span.set_status(StatusCode.ERROR)
        span.end(end_ns)

    async def close(self) -> None:
        """Export what is still here, within two seconds."""
        # A daemon, since a collector that is silent may hold it for longer.
        ending = threading.Thread(target=self._provider.shutdown, daemon=True)
        ending.start()
        await asyncio.to_thread(ending.join, _LONGEST_FLUSH_S)
        if ending.is_alive():
            self._exporter.shutdown()  # type: ignore[no-untyped-call]


class _Exporter(OTLPSpanExporter):
    """The library's exporter, which says once that it cannot deliver, and not for each try."""

    def __init__(self, collector: str) -> None:
        super().__init__()
        self._collector = collector
        self._is_failing = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        is_failing = result is not SpanExportResult.SUCCESS
        if is_failing and not self._is_failing:
            logger.warning("mockserver: %s takes no spans; they are lost until it does", self._collector)
        self._is_failing = is_failing
        return result


def _find_collector() -> str:
    """Find the host and port that spans are sent to, without what else the URL says."""
    protocol = _read_variable(_PROTOCOLS)
    if protocol is not None and not protocol[1].startswith("http/"):
        raise CannotStart(f"--otel: {protocol[0]} is {protocol[1]}, and spans are sent by http/protobuf only")
    name, url = _read_variable(_ENDPOINTS) or (_ENDPOINTS[-1], _DEFAULT_ENDPOINT)
    try:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError
    except ValueError:
        raise CannotStart(f"--otel: {name} is not a URL such as {_DEFAULT_ENDPOINT}") from None
    return parts.netloc.rpartition("@")[2]


def _read_variable(names: Sequence[str]) -> tuple[str, str] | None:
    """Find the first of these variables that is set, and its value."""
    return next(((name, value) for name in names if (value := os.environ.get(name))), None)


def _make_resource() -> Resource:
    resource = Resource.create()
    if str(resource.attributes[SERVICE_NAME]).startswith("unknown_service"):  # nobody has named it
        resource = resource.merge(Resource({SERVICE_NAME: "mockserver", SERVICE_VERSION: version(_PROJECT)}))
    return resource

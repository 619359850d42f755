"""The metrics of the stub, for Prometheus and what reads its format.

Of what a caller sends only its operation becomes a label, so that the number of time series has a bound.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from http import HTTPStatus
from importlib.metadata import version

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from mockserver.contract.operation import Operation
from mockserver.dispatch.exchange import Exchange
from mockserver.http.problems import CannotStart
from mockserver.http.reply import Reply
from mockserver.http.response import Response
from mockserver.session.journal import JournalLedger

# The library's own: a folder in which several processes add up what they count.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
# A call takes the stub less than a millisecond; a simulated delay may take a minute.
_BUCKETS_S = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_STATUSES = frozenset(HTTPStatus)

_Count = Callable[[], None]
_ObserveDuration = Callable[[float], None]


class Metrics:
    """Counts calls, and writes what it has counted with what the stub keeps at the moment.

    ledger: counts the calls in all journals; None where they are not in memory.
    Raises CannotStart if the folder that processes share is none.
    """

    def __init__(self, ledger: JournalLedger | None) -> None:
        self._kept = _Kept(ledger)
        self._registry = CollectorRegistry()
        self._registry.register(self._kept)
        folder = os.environ.get(FOLDER_VARIABLE)
        # What processes count together is read from their files, and no longer from what counts it here.
        own = self._registry if folder is None else None
        self._calls = Counter(
            "mockserver_calls",
            "Calls of the APIs by what was answered; status is empty where the connection was broken instead.",
            ("api", "operation", "status", "fault"),
            registry=own,
        )
        self._durations = Histogram(
            "mockserver_call_duration_seconds",
            "How long it took to find the answer, simulated delays included.",
            ("api", "operation", "fault"),
            buckets=_BUCKETS_S,
            registry=own,
        )
        if folder is None:
            for collector in (ProcessCollector, PlatformCollector, GCCollector):
                collector(registry=self._registry)
        else:
            try:
                MultiProcessCollector(self._registry, folder)  # type: ignore[no-untyped-call]
            except ValueError:
                raise CannotStart(f"{FOLDER_VARIABLE}: {folder} is no folder; make it, or unset it") from None
        # Found by what tells them apart, since the library takes longer to find them by their labels.
        self._series: dict[tuple[Operation | None, int | None, bool], tuple[_Count, _ObserveDuration]] = {}

    def count_call(self, exchange: Exchange, response: Response | None, duration_s: float) -> None:
        """Count a call, as an observer."""
        if not exchange.is_recorded:
            return
        operation = exchange.operation if exchange.near_miss is None else None
        key = (operation, None if response is None else response.status, exchange.effect is not None)
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._find_series(*key)
        count, observe_duration = series
        count()
        observe_duration(duration_s)

    def _find_series(
        self, operation: Operation | None, status: int | None, is_fault: bool
    ) -> tuple[_Count, _ObserveDuration]:
        api, name = (operation.api, operation.name) if operation else ("", "")
        fault = str(is_fault).lower()
        return (
            self._calls.labels(api, name, _name_status(status), fault).inc,
            self._durations.labels(api, name, fault).observe,
        )

    def render(self, accept: str, sessions: int | None) -> Reply:
        """Write all metrics, in the format that *accept* prefers.

        sessions: how many there are besides the default one; None if that is not known.
        """
        self._kept.sessions = sessions
        encode, media_type = choose_encoder(accept)
        return Reply(200, encode(self._registry), {"Content-Type": media_type})


class _Kept(Collector):
    """What the stub keeps at the moment, and which version it is."""

    def __init__(self, ledger: JournalLedger | None) -> None:
        self.sessions: int | None = None
        self._ledger = ledger

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily(
            "mockserver_build", "The version of the stub.", {"version": version("preference-api-testbench")}
        )
        if self.sessions is not None:
            yield GaugeMetricFamily("mockserver_sessions", "Sessions besides the default one.", self.sessions)
        ledger = self._ledger
        if ledger is not None:
            yield GaugeMetricFamily("mockserver_journal_calls", "Calls in all journals.", ledger.calls)
            yield GaugeMetricFamily(
                "mockserver_journal_bytes", "Size of the calls in all journals.", ledger.size_bytes
            )
            yield CounterMetricFamily(
                "mockserver_journal_dropped_calls",
                "Calls that were dropped from the journals to make room.",
                ledger.dropped,
            )


def _name_status(status: int | None) -> str:
    """Name a status; one that HTTP does not know, which only a forced answer has, by its class."""
    if status is None:
        return ""
    return str(status) if status in _STATUSES else f"{status // 100}xx"

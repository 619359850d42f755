"""Sending the requests of a run to a stub, in the order in which the target got them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import httpx2

from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.drift.translation import Translation
from conformance.http.connection import HttpConnection, choose_proxy
from conformance.http.evidence import Exchange
from conformance.http.evidence_log import EvidenceLog
from conformance.http.pacing import Budget, RateLimit
from conformance.http.redaction import Redaction
from conformance.http.sender import Sender
from conformance.target.profile import AnyTarget


@dataclass(frozen=True)
class AnsweredPair:
    """One request, as the target and as the stub answered it."""

    target: Exchange
    stub: Exchange


def replay_exchanges(
    exchanges: Sequence[Exchange],
    target: AnyTarget,
    stub: AnyTarget,
    redaction: Redaction,
    within_s: float,
    make_connection: Callable[..., HttpConnection] = HttpConnection,
) -> Iterator[AnsweredPair]:
    """Send each request of *exchanges* to *stub*, and yield those that both servers got in the same way.

    What was sent at the same time as others, or as no library sends it, is sent for what it changes, and not compared;
    what only the target knows the meaning of is not sent.
    Raises RunStopped if the stub is silent too often in a row, or after *within_s*.
    """
    url = httpx2.URL(stub.base_url)
    proxy = choose_proxy(url, stub.proxy)
    log = EvidenceLog()
    connection = make_connection(url, ssl_context=stub.tls.make_context() if stub.tls else None, proxy=proxy)
    budget, rate_limit = (
        Budget(within_s, connection.clock),
        RateLimit(stub.patience.rate_per_s, connection.clock),
    )
    sender = Sender(connection, proxy, log, redaction, budget, rate_limit, stub.patience.timeout_s)
    translation = Translation(target, stub)
    triggers = {(name.lower(), value) for name, value in target.trigger_headers().items()}
    try:
        for exchange in sorted(exchanges, key=lambda one: one.started_at):
            request = exchange.rebuild_request()
            is_trigger = bool(triggers) and triggers <= set(request.headers.multi_items())
            if is_trigger or exchange.was_sent_again or (exchange.manner and exchange.status is None):
                continue
            try:
                sender.send(translation.translate(request))
                sender.reset_silence_count()
            except (Inconclusive, DoesNotConform):
                pass  # that there is no whole answer is one, too; the log has it
            if not exchange.was_raced and not exchange.manner:
                yield AnsweredPair(exchange, log.exchanges[-1])
    finally:
        connection.close()

"""Those who learn of each call once its answer is known: the log, and what counts or traces calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mockserver.dispatch.exchange import Exchange
from mockserver.http.response import Response

# Takes a call, its response, and the seconds that it took to find it. There is no response if the connection was
# broken instead, or if the answer has no end. It neither waits nor raises: the answer is not sent before it returns.
Observer = Callable[[Exchange, Response | None, float], None]


def observe_nothing(_exchange: Exchange, _response: Response | None, _duration_s: float) -> None:
    """Be the observer where nobody wants to know."""


def join_observers(listed: Iterable[Observer]) -> Observer:
    """Make one observer of any number."""
    observers = tuple(listed)
    if len(observers) < 2:
        return observers[0] if observers else observe_nothing

    def observe_call(exchange: Exchange, response: Response | None, duration_s: float) -> None:
        for observe in observers:
            observe(exchange, response, duration_s)

    return observe_call

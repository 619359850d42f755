"""The operation of a request, or the problem that there is none."""

from __future__ import annotations

from mockserver.contract.operation import Operation
from mockserver.contract.routes import Routes
from mockserver.dispatch.exchange import Exchange
from mockserver.http.problems import MethodNotAllowed, NotFound, Problem
from mockserver.http.redaction import redact_path
from mockserver.http.session_name import PREFIX

# What somebody probably meant whose path begins with one of these words, with other underscores than we have.
_OWN_PATHS = {
    "admin": "the control plane, whose paths begin with /__admin",
    "session": f"the path of a session, which begins with {PREFIX}NAME",
}


def match_operation(exchange: Exchange, routes: Routes) -> Operation | None:
    """Match the request to an operation, and keep it and the values in its path in *exchange*."""
    found = routes.find(exchange.request.path)
    if found is None:
        return None
    operations, exchange.path_values = found
    operation = exchange.operation = operations.get(exchange.request.method)
    return operation


def note_near_miss(exchange: Exchange, routes: Routes) -> Problem:
    """Keep the nearest operation, and why it does not match, in *exchange*; return the problem to raise."""
    # What a caller sends as a secret never comes back, and no journal shows it.
    method, path = exchange.request.method, redact_path(exchange.request.path)
    found = routes.find(exchange.request.path)
    if found is not None:
        operations = found[0]
        # Any of them words the error in the format of the right API.
        exchange.operation = nearest = next(iter(operations.values()))
        exchange.near_miss = (
            f"{nearest.method} {nearest.template}: takes {', '.join(operations)}, not {method}"
        )
        return MethodNotAllowed(method, operations, {"X-Mock-Near-Miss": exchange.near_miss})
    exchange.operation, reason = routes.find_nearest(method, path)
    exchange.near_miss = f"{exchange.operation.method} {exchange.operation.template}: {reason}"
    begin = path[1:].partition("/")[0]
    if not exchange.operation.template.startswith(f"/{begin}"):
        exchange.near_miss = _OWN_PATHS.get(begin.strip("_").lower(), exchange.near_miss)
    message = f"No operation at {method} {path[:200]}; the nearest is {exchange.near_miss}"
    return NotFound(message, headers={"X-Mock-Near-Miss": exchange.near_miss})

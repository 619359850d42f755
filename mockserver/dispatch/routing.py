"""The operation of a request, or the problem that there is none."""

from __future__ import annotations

from http import HTTPStatus

from mockserver.contract.operation import Operation
from mockserver.contract.routes import Routes
from mockserver.dispatch.exchange import Exchange
from mockserver.http.problems import MethodNotAllowed, NotFound, Problem
from mockserver.http.redaction import redact_path
from mockserver.http.reply import Reply
from mockserver.http.request import Request
from mockserver.http.session_name import PREFIX

# What somebody probably meant whose path begins with one of these words, with other underscores than we have.
_OWN_PATHS = {
    "admin": "the control plane, whose paths begin with /__admin",
    "session": f"the path of a session, which begins with {PREFIX}NAME",
}


def match_operation(exchange: Exchange, routes: Routes) -> Operation | None:
    """Match the request to an operation, and keep it and the values in its path in *exchange*."""
    found = routes.find(exchange.request)
    if found is None:
        return None
    operations, exchange.path_values = found
    operation = exchange.operation = operations.get(exchange.request.method)
    return operation


def note_near_miss(exchange: Exchange, routes: Routes) -> Problem:
    """Keep the nearest operation, and why it does not match, in *exchange*; return the problem to raise."""
    # What a caller sends as a secret never comes back, and no journal shows it.
    method, path = exchange.request.method, redact_path(exchange.request.path)
    found = routes.find(exchange.request)
    if found is not None:
        operations = found[0]
        # Any of them words the error in the format of the right API.
        exchange.operation = nearest = next(iter(operations.values()))
        exchange.near_miss = (
            f"{nearest.method} {nearest.template}: takes {', '.join(operations)}, not {method}"
        )
        return MethodNotAllowed(method, operations, {"X-Mock-Near-Miss": exchange.near_miss})
    nearest_one = routes.find_nearest(method, path)
    if nearest_one is None:
        exchange.near_miss = "no contract that is served has an operation"
        return NotFound(f"No operation at {method} {path[:200]}; {exchange.near_miss}")
    exchange.operation, reason = nearest_one
    exchange.near_miss = f"{exchange.operation.method} {exchange.operation.template}: {reason}"
    begin = path[1:].partition("/")[0]
    if not exchange.operation.template.startswith(f"/{begin}"):
        exchange.near_miss = _OWN_PATHS.get(begin.strip("_").lower(), exchange.near_miss)
    message = f"No operation at {method} {path[:200]}; the nearest is {exchange.near_miss}"
    return NotFound(message, headers={"X-Mock-Near-Miss": exchange.near_miss})


def redirect_to_form(request: Request, operation: Operation) -> Reply | None:
    """Redirect to the only form of the path, with or without a slash at its end; None if the request has it.

    Raises NotFound where the other form is not found.
    """
    path, ends_with_slash = request.path, request.path.endswith("/")
    if ends_with_slash == (operation.slash == "with"):
        return None
    problem = NotFound(f"No operation at {request.method} {redact_path(path)[:200]}", choice="trailing-slash")
    status = operation.error_format.find_status(problem)
    if status >= HTTPStatus.BAD_REQUEST:
        raise problem
    begin = "" if request.session_prefix is None else f"{PREFIX}{request.session_prefix}"
    query = f"?{request.query.decode('latin-1')}" if request.query else ""
    return Reply(status, None, {"Location": f"{begin}{path[:-1] if ends_with_slash else path + '/'}{query}"})

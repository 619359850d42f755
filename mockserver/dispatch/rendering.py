"""The one place that turns problems into replies, and replies into responses."""

from __future__ import annotations

import asyncio
import logging
import re
from contextlib import suppress
from http import HTTPStatus

from mockserver.contract.error_body import ErrorFormat
from mockserver.contract.near_miss import NearMiss
from mockserver.contract.operation import Operation
from mockserver.contract.responses.accept import ANYTHING, Accepted, read_accepted
from mockserver.contract.responses.answers import add_challenges, documented_reply, success_reply
from mockserver.contract.responses.documented import matching_response
from mockserver.contract.responses.representation import OFF_CONTRACT
from mockserver.contract.routes import Routes
from mockserver.dispatch.exchange import Exchange
from mockserver.http.problems import (
    PROBLEM_HEADER,
    CannotServe,
    InternalError,
    Invalid,
    InvalidContract,
    MethodNotAllowed,
    NotFound,
    Problem,
    TargetTooLong,
    Unavailable,
    UnsupportedMediaType,
    reason_phrase,
)
from mockserver.http.redaction import redact_path
from mockserver.http.reply import Reply
from mockserver.http.request import ClientDisconnected, Request
from mockserver.http.response import Response
from openapi.media_type import bare_media_type
from openapi.terminal_text import clean_line

logger = logging.getLogger(__name__)

# HTML, SVG, and XML in general, which may have a stylesheet.
_RUNS_SCRIPTS = re.compile("html|svg|xml|xsl")
_OF_OTHER_PATHS = (NotFound.general_choice, MethodNotAllowed.general_choice)
_LONGEST_SAID = 1000
_FAILED = "The stub failed; its log says why"


def error_reply(error: BaseException, exchange: Exchange, routes: Routes) -> Reply:
    """Reply with what went wrong, or with a success where the caller prefers lenient handling.

    Raises ClientDisconnected again, since nobody would read the reply.
    """
    if isinstance(error, ClientDisconnected):
        raise error
    request, operation = exchange.request, exchange.operation
    if isinstance(error, asyncio.CancelledError):
        error = Unavailable("The stub is stopping")
    elif isinstance(error, InvalidContract) and operation is not None:
        # Known only now: an operation of a contract alone is compiled when it is called.
        operation.flaw = str(error)
        error = CannotServe(f"{operation.name} cannot be served: {error}")
    elif not isinstance(error, Problem):
        logger.error("%s %s", request.method, clean_line(redact_path(request.path)), exc_info=error)
        error = InternalError(_FAILED)
    # A traceback holds the frames that hold the exchange: without it, what a refused call leaves is freed at once, and
    # not by the garbage collector.
    error.__traceback__ = error.__context__ = None
    exchange.problem = error
    if isinstance(error, Invalid):
        exchange.violations = error.violations
    if operation is None:
        return render_stray_problem(error, routes.find_nearest(request.method, request.path))
    preferences = exchange.preferences
    if (
        preferences is not None
        and preferences.is_lenient
        and isinstance(error, Invalid | UnsupportedMediaType)
    ):
        with suppress(InvalidContract):
            reply = success_reply(operation, read_accepted(request)._replace(is_strict=False))
            preferences.applied += ("handling=lenient",)
            return reply
    return render_problem(error, operation, request)


def render_stray_problem(problem: Problem, nearest: NearMiss | None) -> Reply:
    """Render *problem* of a request that is to no operation as the API of the nearest one words its errors."""
    if nearest is None:
        return ErrorFormat("", {}).render_problem(problem)
    return render_problem(problem, nearest.operation)


def render_problem(problem: Problem, operation: Operation, request: Request | None = None) -> Reply:
    """Render *problem* as the API of *operation* words its errors, checked against the contract.

    request: whose caller may accept one media type or another, where the contract has several.
    """
    if isinstance(problem, Invalid) and _documents_422_alone(operation):
        problem.kind = HTTPStatus.UNPROCESSABLE_ENTITY
    reply = operation.error_format.render_problem(problem)
    if isinstance(problem, CannotServe):
        # What the contract says of its answers is what has the flaw.
        return reply.with_headers({PROBLEM_HEADER: " ".join(problem.message.split())[:_LONGEST_SAID]})
    try:
        return _render_as_documented(problem, operation, reply, request)
    except InvalidContract:
        # What the contract says of this answer cannot be read.
        return reply


def _documents_422_alone(operation: Operation) -> bool:
    """Tell whether a contract of somebody's own has 422 and not 400, as those that FastAPI writes."""
    documented = operation.documented
    return not operation.error_format.is_own and "422" in documented and "400" not in documented


def _render_as_documented(
    problem: Problem, operation: Operation, reply: Reply, request: Request | None
) -> Reply:
    if operation.answers_with_page and problem.general_choice in _OF_OTHER_PATHS:
        return _render_page(reply)
    if not operation.error_format.is_own:
        accepted = ANYTHING if request is None else read_accepted(request)
        return add_challenges(_example_error_reply(problem, operation, reply, accepted), operation)
    if isinstance(problem, TargetTooLong):
        # An answer of HTTP itself, which no contract need document.
        violation = operation.contract_violation(reply)
        return reply.with_headers({OFF_CONTRACT: violation}) if violation is not None else reply
    reply = add_challenges(reply, operation)
    # An error that the contract does not document must not look like one that it does.
    try:
        return operation.check_reply(reply)
    except InternalError as broken:
        return operation.error_format.render_problem(broken)


def _render_page(reply: Reply) -> Reply:
    title = f"{reply.status} {reason_phrase(reply.status)}"
    page = f"<!doctype html>\n<title>{title}</title>\n<h1>{title}</h1>\n"
    return Reply(reply.status, page.encode(), {**reply.headers, "Content-Type": "text/html; charset=utf-8"})


def render_response(reply: Reply, header_lines: bytes, exchange: Exchange) -> Response:
    """Write *reply* with *header_lines*, those of every response.

    A body that is not JSON is the fault of a handler, and becomes an error.
    """
    request, operation = exchange.request, exchange.operation
    is_head = request.method == "HEAD"
    try:
        return Response.from_reply(reply, header_lines, is_head=is_head)
    except (TypeError, ValueError, RecursionError):
        if operation is None:
            raise
        logger.exception("%s %s", request.method, clean_line(redact_path(request.path)))
        reply = render_problem(InternalError(_FAILED), operation)
        return Response.from_reply(reply, header_lines, is_head=is_head)


def disarm_page(reply: Reply) -> Reply:
    """Keep a browser from running what an API answers: the control plane has the same origin.

    What the contract, or who forces the answer, says in these headers himself, stays.
    """
    names = {name.lower(): name for name in reply.headers}
    if "content-type" not in names:
        return reply
    media_type = bare_media_type(reply.headers[names["content-type"]])
    headers = {"X-Content-Type-Options": "nosniff"}
    if _RUNS_SCRIPTS.search(media_type):
        headers["Content-Security-Policy"] = "sandbox"
    return Reply(
        reply.status,
        reply.body,
        {name: value for name, value in headers.items() if name.lower() not in names} | dict(reply.headers),
    )


def _example_error_reply(problem: Problem, operation: Operation, reply: Reply, accepted: Accepted) -> Reply:
    """Reply with the contract's own example of that status, if it has one; the problem is then in a header."""
    documented = documented_reply(operation, reply.status, None, accepted)
    hint = reply.headers.get(PROBLEM_HEADER)
    said = f"{problem.message}; {hint}" if hint else problem.message
    headers = {**reply.headers, PROBLEM_HEADER: " ".join(said.split())[:_LONGEST_SAID]}
    status = matching_response(reply.status, operation.documented)
    if status is None or documented.body is None:
        return Reply(reply.status, reply.body, headers)
    # What a contract leaves without a body says more in the words of the problem.
    if not operation.documented[status].representations:
        documented = documented._replace(body=reply.body)
    return documented.with_headers(headers)

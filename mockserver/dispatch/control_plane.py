"""The way of a request to the control plane, ``/__admin``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from time import perf_counter

from starlette.types import Send

from mockserver.contract.operation import Operation
from mockserver.contract.routes import Routes
from mockserver.dispatch.call_log import CallLog
from mockserver.dispatch.exchange import Exchange
from mockserver.dispatch.rendering import error_reply, render_response
from mockserver.dispatch.routing import match_operation, note_near_miss
from mockserver.http.problems import Invalid, Problem, Violation, suggest_nearest
from mockserver.http.reply import Reply, Stream
from mockserver.http.request import Request
from mockserver.session.session import Session
from mockserver.session.sessions import Sessions

_PREFIX = "/__admin"
# A state is one document, however much it holds.
_MAXIMUM_BODY_BYTES = 64 * 1024 * 1024
# Taken by the guard and the registry of sessions, whatever the operation.
_GENERAL_PARAMETERS = ("session", "token")

Guard = Callable[[Request], Reply | None]


class ControlPlane:
    """Answers the control plane's requests, which no journal records and no fault disturbs.

    guard: refuses who may not use it, or answers in its place. call_log: has a line for each, if it shows asides.
    """

    def __init__(self, sessions: Sessions, guard: Guard, call_log: CallLog | None = None) -> None:
        self.routes = Routes()
        self._sessions = sessions
        self._guard = guard
        self._call_log = call_log if call_log is not None and call_log.shows_asides else None

    def owns(self, path: str) -> bool:
        """Tell whether *path* lies in the control plane."""
        return path.startswith(_PREFIX) and path[len(_PREFIX) :][:1] in ("", "/")

    async def handle_request(self, request: Request, send: Send) -> None:
        """Answer one request and send the answer."""
        started_s = perf_counter()
        exchange = Exchange(request, self._sessions.default)
        try:
            reply = await self._respond(exchange)
        except (Exception, asyncio.CancelledError) as error:
            reply = error_reply(error, exchange, self.routes)
        if isinstance(reply, Stream):
            if self._call_log is not None:
                self._call_log.write(exchange, None, perf_counter() - started_s)
            await request.stream_response(reply.app, send)
            return
        clock = exchange.session.clock
        # No CORS headers: a page on another origin may not read it.
        response = render_response(reply, clock.date_header_line(clock.now_s()), exchange)
        if not request.is_body_read:
            await request.drain_body()
        if self._call_log is not None:
            self._call_log.write(exchange, response, perf_counter() - started_s)
        await response.send(send, request.connection)

    async def _respond(self, exchange: Exchange) -> Reply | Stream:
        request = exchange.request
        request.maximum_body_bytes = _MAXIMUM_BODY_BYTES
        # Before anything is read or looked up, so that a stranger learns nothing.
        refusal = self._guard(request)
        if refusal is not None:
            return refusal
        exchange.session = await self._find_session(request)
        operation = match_operation(exchange, self.routes)
        if operation is None:
            raise note_near_miss(exchange, self.routes)
        _refuse_unknown_parameters(request, operation)
        session = exchange.session
        caller = operation.authenticate(request, session)
        arguments = await operation.read_arguments(request, exchange.path_values, caller)
        reply = await operation.handle(session, arguments)
        return reply if isinstance(reply, Stream) else operation.check_reply(reply)

    async def _find_session(self, request: Request) -> Session:
        """Find the session whose clock dates the answer; the operations that act on one find it themselves."""
        with suppress(Problem):
            name = request.query_values().get("session") or await self._sessions.find_name(request)
            return await self._sessions.peek(name)
        return self._sessions.default


def _refuse_unknown_parameters(request: Request, operation: Operation) -> None:
    """Raise Invalid for a parameter that would be ignored: a misspelt one might mean another session."""
    names = [parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"]
    unknown = [name for name in request.query_values() if name not in (*names, *_GENERAL_PARAMETERS)]
    if unknown:
        raise Invalid(
            [Violation(name, f"is no parameter here; {suggest_nearest(name, names)}") for name in unknown]
        )

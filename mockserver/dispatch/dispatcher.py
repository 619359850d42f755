"""The way of one request, from its arrival to the bytes of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter

from starlette.types import Message, Receive, Scope, Send

from mockserver.auth.token_keys import UnverifiedToken
from mockserver.contract.routes import Routes
from mockserver.dispatch.control_plane import ControlPlane
from mockserver.dispatch.exchange import Exchange
from mockserver.dispatch.front_page import FrontPage, is_front_page, is_of_browser
from mockserver.dispatch.observers import Observer
from mockserver.dispatch.rendering import (
    disarm_page,
    error_reply,
    render_response,
    render_stray_problem,
)
from mockserver.dispatch.routing import match_operation, note_near_miss, redirect_to_form
from mockserver.dispatch.simulator import Simulator
from mockserver.dispatch.variants import Variants
from mockserver.http.cors import cors_header_lines, has_cors_headers, is_preflight, preflight_reply
from mockserver.http.headers import KnownHeads, RequestHeadersCache
from mockserver.http.problems import Problem
from mockserver.http.reply import Reply, Stream
from mockserver.http.request import ClientDisconnected, Request
from mockserver.http.response import Response
from mockserver.session.sessions import Sessions
from mockserver.session.store import StoreUnavailable
from mockserver.simulation.broken_connection import WITHOUT_STATUS, break_connection

# Methods that change nothing, so that no other call need wait for theirs.
_SAFE = ("GET", "HEAD")


class Dispatcher:
    """The ASGI application: leads each request through its steps, and sends the answer.

    routes: the operations of the served APIs. variants: what they are in a session with choices of its own. headers:
    parses the header lines of a request. observe: learns of each call, and of what is none, such as a preflight.
    on_shutdown: what is done at the end. maximum_body_bytes: how large a body may be.
    """

    def __init__(
        self,
        routes: Routes,
        variants: Variants,
        sessions: Sessions,
        headers: RequestHeadersCache,
        control_plane: ControlPlane,
        front_page: FrontPage,
        observe: Observer,
        on_shutdown: Sequence[Callable[[], Awaitable[None]]],
        maximum_body_bytes: int,
    ) -> None:
        self.routes = routes
        self._sessions = sessions
        self._headers = headers
        self.known_heads = KnownHeads()
        self._control_plane = control_plane
        self._front_page = front_page
        self._observe = observe
        self._on_shutdown = on_shutdown
        self._maximum_body_bytes = maximum_body_bytes
        self._variants = variants
        self._choices = sessions.blueprint.choices
        self._simulator = Simulator()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of ASGI."""
        if scope["type"] == "lifespan":
            await self._confirm_lifespan(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        request = Request(scope, receive, self._headers.parse(scope["headers"]), self._maximum_body_bytes)
        try:
            if self._control_plane.owns(request.path):
                await self._control_plane.handle_request(request, send)
            elif is_preflight(request):
                await self._answer_preflight(request, send)
            else:
                await self.handle_request(request, send)
        except ClientDisconnected:
            return
        except asyncio.CancelledError:
            # The stub is stopping, and the client does not read. Uvicorn would wait for it to do so.
            if request.connection is not None:
                request.connection.abort()

    async def handle_request(self, request: Request, send: Send) -> None:
        """Answer a call of a served API, record it in its session's journal, and send the answer."""
        started_s = perf_counter()
        exchange = Exchange(request, self._sessions.default)
        try:
            try:
                reply = await self.respond(exchange)
            # Uvicorn cancels the calls that still wait when it stops; they get an answer that says so.
            except (Exception, asyncio.CancelledError) as error:
                reply = error_reply(error, exchange, self.routes)
            duration_s = perf_counter() - started_s
            # A client that still sends would get a reset instead of the answer; and the journal shows the body.
            if not request.is_body_read and not request.is_drained():
                await request.drain_body()
            # Recorded before it is sent: a client that has its answer finds the call in the journal.
            response = self._record(exchange, reply, duration_s)
            if exchange.session.is_copy:
                response = await self._commit(exchange, reply, response, duration_s)
        finally:
            exchange.leave_session()
        effect = exchange.effect
        has_status = effect is None or effect.connection_fault not in WITHOUT_STATUS
        self._observe(exchange, response if has_status else None, duration_s)
        if response is None:
            if isinstance(reply, Stream):
                await request.stream_response(reply.app, send)
        elif effect is not None and effect.connection_fault is not None:
            await break_connection(effect, response, request, send)
        elif not response.is_sent_at_once(request.connection):
            await response.send(send, request.connection)

    def _record(self, exchange: Exchange, reply: Reply | Stream, duration_s: float) -> Response | None:
        """Enter a call into the journal of its session, and return its response; None for an answer without an end."""
        clock, effect = exchange.session.clock, exchange.effect
        now_s = clock.now_s()
        if isinstance(reply, Stream):
            exchange.record(None, now_s, duration_s)
            return None
        header_lines = clock.date_header_line(now_s)
        if exchange.preferences is not None:
            reply = exchange.preferences.add_headers(reply)
        if not (reply.headers and has_cors_headers(reply.headers)):
            header_lines += cors_header_lines(exchange.request, reply.headers)
        if reply.headers and exchange.is_recorded:
            reply = disarm_page(reply)
        response = render_response(reply, header_lines, exchange)
        seen: Response | None = response
        if effect is not None and effect.connection_fault is not None:
            effect.noise = exchange.session.faults.draw_noise(effect.connection_fault)
            seen = None if effect.connection_fault in WITHOUT_STATUS else response
        exchange.record(seen, now_s, duration_s)
        return response

    async def _commit(
        self, exchange: Exchange, reply: Reply | Stream, response: Response | None, duration_s: float
    ) -> Response | None:
        """Make what a call did in a copy of its session count, and return the response.

        Where another process was faster, the handler answers anew.
        """
        session, operation, arguments = exchange.session, exchange.operation, exchange.arguments
        try:
            while not await session.commit():
                if operation is not None and arguments is not None:
                    try:
                        handled = await operation.handle(session, arguments)
                        reply = handled if isinstance(handled, Stream) else operation.check_reply(handled)
                    except Exception as error:
                        reply = error_reply(error, exchange, self.routes)
                response = self._record(exchange, reply, duration_s)
        except StoreUnavailable as problem:
            # No journal has it then: a copy that could not be committed is thrown away.
            exchange.effect = None
            response = self._record(exchange, error_reply(problem, exchange, self.routes), duration_s)
        return response

    async def respond(self, exchange: Exchange) -> Reply | Stream:
        """Find the reply to a call: the first step that has one ends the way.

        Raises Problem for a call that cannot be answered as asked.
        """
        request, simulator, routes = exchange.request, self._simulator, self.routes
        operation = match_operation(exchange, routes)
        if operation is None:
            page = self._find_page(exchange)
            if page is not None:
                return page
        session = exchange.enter_session(await self._sessions.session_of_request(request))
        if session.choices is not self._choices:
            routes = await self._variants.load_routes(session.choices)
            operation = match_operation(exchange, routes)
        # Overrides and faults come before the check of the route: they may stand for a path that matches nothing.
        # Each is looked at before its step is called, since most sessions have none and a coroutine costs more.
        if session.overrides:
            reply = await simulator.forced_reply(exchange, routes)
            if reply is not None:
                return reply
        if operation is not None and "prefer" in request.headers.values:
            reply = await simulator.preferred_reply(exchange, operation)
            if reply is not None:
                return reply
        if session.faults:
            reply = await simulator.apply_faults(exchange, routes)
            if reply is not None:
                return reply
        if operation is None:
            raise note_near_miss(exchange, routes)
        if operation.slash is not None:
            reply = redirect_to_form(request, operation)
            if reply is not None:
                return reply
        # The signature of a signed request covers its body.
        if operation.needs_body_first is not None and operation.needs_body_first(request):
            await request.read_body()
        if operation.validates_first:
            await operation.read_arguments(request, exchange.path_values, None)
        try:
            caller = operation.authenticate(request, session)
        except UnverifiedToken as unverified:
            await unverified.refresh()
            caller = operation.authenticate(request, session)
        arguments = await operation.read_arguments(request, exchange.path_values, caller, session)
        magic_id = operation.find_magic_id(arguments)
        if magic_id is not None:
            reply = await simulator.apply_magic_id(exchange, operation, magic_id)
            if reply is not None:
                return reply
        if session.is_copy:
            exchange.arguments = arguments
            if request.method not in _SAFE:
                await session.begin()
        handled = await operation.handle(session, arguments)
        return handled if isinstance(handled, Stream) else operation.check_reply(handled)

    def _find_page(self, exchange: Exchange) -> Reply | None:
        """Return what a browser or a person gets that looks at the stub; no journal has it and no fault meets it."""
        request = exchange.request
        if is_front_page(request):
            exchange.is_recorded = False
            return self._front_page.answer(request)
        if is_of_browser(request) and self.routes.find(request) is None:
            exchange.is_recorded = False
            return Reply(404)
        return None

    def refusal(self, target: bytes, headers: list[tuple[bytes, bytes]], problem: Problem) -> bytes:
        """Write the whole response to what cannot be read as HTTP, from what could be parsed of it."""
        scope = {"method": "GET", "raw_path": target.partition(b"?")[0], "query_string": b""}
        request = Request(scope, _receive_nothing, self._headers.parse(headers))
        reply = disarm_page(render_stray_problem(problem, self.routes.find_nearest("", request.path)))
        response = Response.from_reply(reply, cors_header_lines(request, reply.headers), is_head=False)
        request.method = "?"
        exchange = Exchange(request, self._sessions.default)
        exchange.problem = problem
        self._observe(exchange, response, 0)
        return response.last_bytes()

    def is_soon_answered(self, target: bytes) -> bool:
        """Tell whether what is asked for is usually answered without waiting for anything."""
        return not self._sessions.is_shared and b"/__admin" not in target

    def stop(self) -> None:
        """End what waits for further requests."""
        self._sessions.stop()

    async def _confirm_lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            is_over = message["type"] == "lifespan.shutdown"
            if is_over:
                for end in self._on_shutdown:
                    await end()
            await send({"type": f"{message['type']}.complete"})
            if is_over:
                return

    async def _answer_preflight(self, request: Request, send: Send) -> None:
        started_s = perf_counter()
        clock, reply = self._sessions.default.clock, preflight_reply(request)
        header_lines = clock.date_header_line(clock.now_s()) + cors_header_lines(request, reply.headers)
        response = Response.from_reply(reply, header_lines, is_head=False)
        await request.drain_body()
        exchange = Exchange(request, self._sessions.default)
        exchange.is_recorded = False
        self._observe(exchange, response, perf_counter() - started_s)
        await response.send(send, request.connection)


async def _receive_nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}

"""Where a request goes and whether it goes there; the only place that sends bytes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from mockserver.contract.connexion import AbstractRoutingAPI, OpenAPIOperation, Specification, SpecMiddleware
from mockserver.contract.operation import OFF_CONTRACT, Operation, Wished
from mockserver.contract.routes import Routes
from mockserver.dispatch.exchange import ClientGone, Exchange, Reply, Stream
from mockserver.dispatch.front_page import front_page
from mockserver.http import cors
from mockserver.http import response as wire
from mockserver.http.headers import Headings
from mockserver.http.problems import (
    Broken,
    Invalid,
    MethodNotAllowed,
    NotFound,
    Problem,
    Unavailable,
    UnsupportedMediaType,
    Violation,
    nearest,
)
from mockserver.http.session_name import PREFIX
from mockserver.session.registry import Sessions
from mockserver.simulation import overrides as forced
from mockserver.simulation.faults import Effect

logger = logging.getLogger(__name__)

ADMIN = "/__admin"
# A state is one document, however much it holds.
_MAXIMUM_ADMIN_BYTES = 64 * 1024 * 1024
_FAILED = "The stub failed; its log says why"

Compile = Callable[[OpenAPIOperation], Operation]
Guard = Callable[[Exchange], Reply | None]


class Door(SpecMiddleware):
    """The outermost application: routes, lets pages on other origins in, renders what went wrong, sends.

    sessions: where to find the session of a request. headings: reads its header lines.
    guard: refuses who may not use the control plane, or answers in its place.
    """

    def __init__(self, sessions: Sessions, headings: Headings, guard: Guard) -> None:
        self.routes = Routes()
        self.admin = Routes()
        self._sessions = sessions
        self._headings = headings
        self._guard = guard

    def add_api(
        self, specification: Specification, *, compiler: Compile, is_admin: bool, **options: Any
    ) -> None:
        """Enter the operations of one contract into a routing table; *compiler* makes each."""
        _Entries(specification, routes=self.admin if is_admin else self.routes, compiler=compiler, **options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of ASGI."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close"})
            return
        exchange = Exchange(scope, receive, self._headings.of(scope["headers"]))
        exchange.session = self._sessions.default
        if exchange.path.startswith(PREFIX):
            name, slash, rest = exchange.path[len(PREFIX) :].partition("/")
            exchange.session_prefix, exchange.path = name, slash + rest or "/"
        try:
            if exchange.path.startswith(ADMIN) and exchange.path[len(ADMIN) :][:1] in ("", "/"):
                await self._administer(exchange, send)
            elif cors.is_preflight(exchange):
                await self._send(exchange, cors.preflight(exchange), send)
            else:
                await self._stand_in(exchange, send)
        except (ClientGone, asyncio.CancelledError):  # the client has left, or the stub is stopping
            return

    def refusal(self, url: bytes, headers: list[tuple[bytes, bytes]], reason: str) -> bytes:
        """Write the whole answer to a request that is not HTTP; *url* and *headers* are what was heard of it."""
        path = url.partition(b"?")[0]
        scope = {"method": "GET", "raw_path": path, "query_string": b""}
        exchange = Exchange(scope, _no_body, self._headings.of(headers))
        problem = Invalid([Violation("", reason)])
        reply = rendered(problem, self.routes.nearest("", exchange.path).operation)
        answer = wire.Answer.of(reply, cors.head(exchange), is_head=False)
        return answer.head + wire.LAST + answer.content

    def stop(self) -> None:
        """Let go of whoever listens, since no more calls will come."""
        self._sessions.stop()

    async def _administer(self, exchange: Exchange, send: Send) -> None:
        try:
            reply = await self._administered(exchange)
        except (Exception, asyncio.CancelledError) as error:
            reply = self._excuse(error, exchange, self.admin)
        if isinstance(reply, Stream):
            await exchange.stream(reply.app, send)
        else:
            await self._send(exchange, reply, send, is_admin=True)

    async def _administered(self, exchange: Exchange) -> Reply | Stream:
        exchange.maximum_bytes = _MAXIMUM_ADMIN_BYTES
        refused = self._guard(exchange)
        if refused is not None:
            return refused
        exchange.session = self._sessions.chosen(exchange) or self._sessions.default
        operation = self._routed(exchange, self.admin)
        _refuse_unknown_parameters(exchange, operation)
        return await operation.answer(exchange)

    async def _stand_in(self, exchange: Exchange, send: Send) -> None:
        started_s = perf_counter()
        try:
            reply = await self._play(exchange)
        except (Exception, asyncio.CancelledError) as error:
            reply = self._excuse(error, exchange, self.routes)
        session, effect = exchange.session, exchange.effect
        now_s, duration_s = session.clock.now_s(), perf_counter() - started_s
        if exchange.unread:
            await exchange.drain()
        if isinstance(reply, Stream):
            session.journal.add(exchange, None, now_s, duration_s)
            await exchange.stream(reply.app, send)
            return
        if exchange.applied:
            reply = reply.with_headers({"Preference-Applied": ", ".join(exchange.applied), "Vary": "Prefer"})
        head = session.clock.date_line(now_s)
        if not (reply.headers and cors.is_told(reply.headers)):
            head += cors.head(exchange)
        answer = _written(reply, head, exchange)
        is_silent = effect is not None and effect.wire in wire.SILENT
        session.journal.add(exchange, None if is_silent else answer, now_s, duration_s)
        if effect is not None and effect.wire is not None:
            await wire.break_off(effect, answer, exchange, send)
        elif (line := exchange.line) is not None:
            await line.answer(answer.head, answer.content)
        else:
            await answer.send(send)

    def _excuse(self, error: BaseException, exchange: Exchange, routes: Routes) -> Reply:
        """Say what went wrong; raises ClientGone where nobody is left to hear it."""
        if isinstance(error, ClientGone):
            raise error
        if isinstance(error, asyncio.CancelledError):
            error = Unavailable("The stub is stopping")
        elif not isinstance(error, Problem):
            logger.error("%s %s", exchange.method, exchange.path, exc_info=error)
            error = Broken(_FAILED)
        if isinstance(error, Invalid):
            exchange.violations = error.violations
        operation = exchange.operation or routes.nearest(exchange.method, exchange.path).operation
        return rendered(error, operation)

    async def _play(self, exchange: Exchange) -> Reply | Stream:
        found = self.routes.find(exchange.path)
        operations, exchange.path_values = found or ({}, ())
        operation = exchange.operation = operations.get(exchange.method)
        if operation is None and exchange.path == "/" and exchange.method in ("GET", "HEAD"):
            return front_page(self.routes.operations, exchange)
        session = exchange.session = self._sessions.of(exchange)
        if session.overrides or "prefer" in exchange.heading.headers:
            dictated = await self._dictated(exchange, operation)
            if dictated is not None:
                return dictated
        if session.faults:
            disturbed = await self._disturbed(exchange)
            if disturbed is not None:
                return disturbed
        if operation is None:
            operation = self._routed(exchange, self.routes)
        try:
            return await operation.answer(exchange)
        except Wished as wished:
            return await self._granted(exchange, operation, wished.wish)
        except (Invalid, UnsupportedMediaType) as refusal:
            if not exchange.is_lenient:
                raise
            exchange.violations = refusal.violations if isinstance(refusal, Invalid) else ()
            exchange.applied += ("handling=lenient",)
            return forced.success(operation)

    async def _dictated(self, exchange: Exchange, operation: Operation | None) -> Reply | None:
        """Give the answer that was ordered before or is preferred now, after the delay that is preferred."""
        if exchange.session.overrides:
            await exchange.body()
            response = exchange.session.overrides.take(exchange)
            if response is not None:
                _note(exchange, "override")
                return forced.dictated(response, operation or self._nearest(exchange))
        if operation is None:
            return None
        preference = forced.parse(", ".join(exchange.header_lines("prefer")))
        exchange.is_lenient = preference.is_lenient
        chosen = forced.chosen(preference, operation) if preference.chooses_answer else None
        if chosen is not None:
            exchange.applied += (*chosen[1],)
        if preference.delay_ms:
            exchange.applied += (f"delay={preference.delay_ms:g}",)
        if exchange.applied:
            _note(exchange, f"Prefer: {', '.join(exchange.applied)}")
        if preference.delay_ms:
            await asyncio.sleep(preference.delay_ms / 1000)
        return chosen[0] if chosen is not None else None

    async def _granted(self, exchange: Exchange, operation: Operation, text: str) -> Reply | Stream:
        """Do what a magic identifier stands for."""
        wish = forced.parse(text)
        _note(exchange, text).wire = wish.wire
        if wish.delay_ms:
            await asyncio.sleep(wish.delay_ms / 1000)
        if wish.code is not None:
            return forced.documented(operation, int(wish.code))
        return await operation.answer(exchange, is_granted=True)

    async def _disturbed(self, exchange: Exchange) -> Reply | None:
        """Do what the session's faults do; the answer if that is all there is to it."""
        await exchange.body()
        effect = exchange.session.faults.effect(exchange)
        if effect is None:
            return None
        if exchange.effect is not None:
            effect.names = exchange.effect.names + effect.names
        exchange.effect = effect
        if effect.delay_ms:
            await asyncio.sleep(effect.delay_ms / 1000)
        if effect.status is None and effect.wire not in wire.SILENT:
            return None
        reply = forced.documented(exchange.operation or self._nearest(exchange), effect.status or 503)
        if effect.retry_after_s is not None:
            reply = reply.with_headers({"Retry-After": str(effect.retry_after_s)})
        return reply

    def _nearest(self, exchange: Exchange) -> Operation:
        return self.routes.nearest(exchange.method, exchange.path).operation

    def _routed(self, exchange: Exchange, routes: Routes) -> Operation:
        found = routes.find(exchange.path)
        if found is None:
            raise self._unknown(exchange, routes)
        operations, exchange.path_values = found
        exchange.operation = operations.get(exchange.method) or next(iter(operations.values()))
        if exchange.method not in operations:
            names = ", ".join(operations)
            exchange.near_miss = f"{exchange.operation.template}: takes {names}, not {exchange.method}"
            raise MethodNotAllowed(exchange.method, operations)
        return exchange.operation

    def _unknown(self, exchange: Exchange, routes: Routes) -> NotFound:
        operation, reason = routes.nearest(exchange.method, exchange.path)
        exchange.operation = operation
        exchange.near_miss = f"{operation.method} {operation.template}: {reason}"
        message = (
            f"No operation at {exchange.method} {exchange.path[:200]}; the nearest is {exchange.near_miss}"
        )
        return NotFound(message, headers={"X-Mock-Near-Miss": exchange.near_miss})

    async def _send(self, exchange: Exchange, reply: Reply, send: Send, *, is_admin: bool = False) -> None:
        """Send an answer that nobody keeps a record of."""
        clock = exchange.session.clock
        head = clock.date_line(clock.now_s())
        answer = _written(reply, head if is_admin else head + cors.head(exchange), exchange)
        if exchange.unread:
            await exchange.drain()
        await answer.send(send)


def _refuse_unknown_parameters(exchange: Exchange, operation: Operation) -> None:
    """Raise Invalid for what would be passed over in silence, and would mean another session, say."""
    names = [parameter["name"] for parameter in operation.parameters if parameter["in"] == "query"]
    unknown = [name for name in exchange.query_values() if name not in (*names, "session", "token")]
    if unknown:
        raise Invalid([Violation(name, f"is no parameter here; {nearest(name, names)}") for name in unknown])


def _note(exchange: Exchange, name: str) -> Effect:
    """Let the journal say what was done on purpose."""
    exchange.effect = exchange.effect or Effect()
    exchange.effect.names += (name,)
    return exchange.effect


def _written(reply: Reply, head: bytes, exchange: Exchange) -> wire.Answer:
    """Write *reply* below the header lines of every answer; what a handler answered may be no JSON."""
    is_head = exchange.method == "HEAD"
    try:
        return wire.Answer.of(reply, head, is_head=is_head)
    except (TypeError, ValueError, RecursionError):
        if exchange.operation is None:
            raise
        logger.exception("%s %s", exchange.method, exchange.path)
        return wire.Answer.of(rendered(Broken(_FAILED), exchange.operation), head, is_head=is_head)


def rendered(problem: Problem, operation: Operation) -> Reply:
    """Render *problem* in the voice of the API that *operation* belongs to, checked against its contract."""
    reply = operation.voice.reply(problem)
    if not operation.voice.is_own:
        return _as_a_guest(problem, operation, reply)
    try:
        return operation.checked(reply)
    except Broken as broken:
        return operation.voice.reply(broken)


def _as_a_guest(problem: Problem, operation: Operation, reply: Reply) -> Reply:
    """Answer as the contract's own example does, where it has one; what is wrong is then in a header."""
    documented = forced.documented(operation, reply.status)
    why = {**reply.headers, "X-Mock-Problem": " ".join(problem.message.split())[:1000]}
    if OFF_CONTRACT in documented.headers or documented.body is None:
        return Reply(reply.status, reply.body, why)
    return documented.with_headers(why)


class _Entries(AbstractRoutingAPI[Operation]):
    """Connexion's walk through a specification, ending in our own table."""

    def __init__(
        self, specification: Specification, *, routes: Routes, compiler: Compile, **options: Any
    ) -> None:
        self._routes = routes
        self._compile = compiler
        super().__init__(specification, **options)

    def make_operation(self, operation: OpenAPIOperation) -> Operation:
        return self._compile(operation)

    @staticmethod
    def _framework_path_and_name(operation: OpenAPIOperation, path: str) -> tuple[str, str]:
        return path, operation.operation_id

    def _add_operation_internal(
        self,
        method: str,  # noqa: ARG002 - the operation knows its own
        path: str,
        operation: Operation,
        name: str | None = None,  # noqa: ARG002
    ) -> None:
        operation.template = self.base_path.rstrip("/") + path
        self._routes.add(operation)

    def _handle_add_operation_error(self, path: str, method: str, exc: Exception) -> None:  # noqa: ARG002
        raise exc


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

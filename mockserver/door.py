"""Where a request goes and whether it goes there; the only place that sends bytes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from mockserver import cors, forced, wire
from mockserver.exchange import ClientGone, Exchange, Reply, Stream
from mockserver.faults import Effect
from mockserver.framework import AbstractRoutingAPI, OpenAPIOperation, Specification, SpecMiddleware
from mockserver.front_page import front_page
from mockserver.operation import OFF_CONTRACT, Operation, Wished
from mockserver.problems import Broken, Invalid, MethodNotAllowed, NotFound, Problem, Unavailable, Violation
from mockserver.routes import Routes
from mockserver.sessions import PREFIX, Sessions

logger = logging.getLogger(__name__)

ADMIN = "/__admin"
# A state is one document, however much it holds.
_MAXIMUM_ADMIN_BYTES = 64 * 1024 * 1024
_FAILED = "The stub failed; its log says why"

Compile = Callable[[OpenAPIOperation], Operation]
Guard = Callable[[Exchange], Reply | None]


class Door(SpecMiddleware):
    """The outermost application: routes, lets pages on other origins in, renders what went wrong, sends.

    sessions: where to find the session of a request.
    guard: refuses who may not use the control plane, or answers in its place.
    """

    def __init__(self, sessions: Sessions, guard: Guard) -> None:
        self.routes = Routes()
        self.admin = Routes()
        self._sessions = sessions
        self._guard = guard

    def add_api(
        self, specification: Specification, *, compiler: Compile, is_admin: bool, **options: Any
    ) -> None:
        """Enter the operations of one contract into a routing table; *compiler* makes each."""
        _Entries(specification, routes=self.admin if is_admin else self.routes, compiler=compiler, **options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of ASGI."""
        if scope["type"] == "http":
            exchange = Exchange(scope, receive)
            try:
                await self._serve(exchange, send)
            except (ClientGone, asyncio.CancelledError):  # the client has left, or the stub is stopping
                return
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await send({"type": "websocket.close"})

    def refusal(self, url: bytes, headers: list[tuple[bytes, bytes]], reason: str) -> bytes:
        """Write the whole answer to a request that is not HTTP; *url* and *headers* are what was heard of it."""
        path = url.partition(b"?")[0]
        scope = {"method": "GET", "raw_path": path, "query_string": b"", "headers": headers}
        exchange = Exchange(scope, _no_body)
        problem = Invalid([Violation("", reason)])
        reply = rendered(problem, self.routes.nearest("", exchange.path).operation)
        answer = wire.Answer.of(reply, cors.headers(exchange), is_head=False)
        return answer.head_bytes() + answer.content

    async def _serve(self, exchange: Exchange, send: Send) -> None:
        if exchange.path.startswith(PREFIX):
            name, slash, rest = exchange.path[len(PREFIX) :].partition("/")
            exchange.session_prefix, exchange.path = name, slash + rest or "/"
        if exchange.path == ADMIN or exchange.path.startswith(f"{ADMIN}/"):
            reply = await self._caught(exchange, self._administer, self.admin)
            await self._send(exchange, reply, Effect(), send, is_admin=True)
        elif cors.is_preflight(exchange):
            exchange.session = self._sessions.default
            await self._send(exchange, cors.preflight(exchange), Effect(), send)
        else:
            await self._stand_in(exchange, send)

    async def _administer(self, exchange: Exchange, effect: Effect) -> Reply | Stream:  # noqa: ARG002
        exchange.session = self._sessions.default
        exchange.maximum_bytes = _MAXIMUM_ADMIN_BYTES
        refused = self._guard(exchange)
        if refused is not None:
            return refused
        exchange.session = self._sessions.chosen(exchange) or self._sessions.default
        return await self._routed(exchange, self.admin).answer(exchange)

    async def _stand_in(self, exchange: Exchange, send: Send) -> None:
        started_s = perf_counter()
        effect = Effect()
        exchange.session = self._sessions.default
        reply = await self._caught(exchange, self._play, self.routes, effect)
        if exchange.applied:
            reply = reply.with_headers({"Preference-Applied": ", ".join(exchange.applied), "Vary": "Prefer"})
        exchange.fault = ", ".join(effect.names) or None
        is_silent = effect.wire in wire.SILENT
        exchange.session.journal.add(exchange, None if is_silent else reply, perf_counter() - started_s)
        await self._send(exchange, reply, effect, send)

    async def _caught(
        self, exchange: Exchange, answer: Any, routes: Routes, effect: Effect | None = None
    ) -> Any:
        try:
            return await answer(exchange, effect)
        except Problem as problem:
            return self._render(problem, exchange, routes)
        except ClientGone:
            raise
        except asyncio.CancelledError:
            return self._render(Unavailable("The stub is stopping"), exchange, routes)
        except Exception:
            logger.exception("%s %s", exchange.method, exchange.path)
            return self._render(Broken(_FAILED), exchange, routes)

    async def _play(self, exchange: Exchange, effect: Effect) -> Reply | Stream:
        found = self.routes.find(exchange.path)
        operations, exchange.path_values = found or ({}, ())
        operation = exchange.operation = operations.get(exchange.method)
        session = exchange.session = self._sessions.of(exchange)
        if operation is not None and (session.overrides or b"prefer" in exchange.headers):
            dictated = await self._dictated(exchange, operation)
            if dictated is not None:
                return dictated
        if session.faults:
            reply = await self._disturbed(exchange, effect)
            if reply is not None:
                return reply
        if operation is None:
            if exchange.path == "/" and exchange.method in ("GET", "HEAD"):
                return front_page(self.routes.operations, exchange)
            operation = self._routed(exchange, self.routes)
        try:
            return await operation.answer(exchange)
        except Wished as wished:
            return await self._granted(exchange, operation, forced.parse(wished.wish), effect)
        except Invalid as invalid:
            if not exchange.is_lenient:
                raise
            exchange.violations = invalid.violations
            exchange.applied += ("handling=lenient",)
            return forced.success(operation)

    async def _dictated(self, exchange: Exchange, operation: Operation) -> Reply | None:
        """Give the answer that was ordered before or is preferred now, after the delay that is preferred."""
        if exchange.session.overrides:
            await exchange.body()
            response = exchange.session.overrides.take(exchange)
            if response is not None:
                return forced.dictated(response, operation)
        preference = forced.parse(", ".join(exchange.header_lines(b"prefer")))
        exchange.is_lenient = preference.is_lenient
        chosen = forced.chosen(preference, operation) if preference.chooses_answer else None
        if chosen is not None:
            exchange.applied += (*chosen[1],)
        if preference.delay_ms:
            exchange.applied += (f"delay={preference.delay_ms:g}",)
            await asyncio.sleep(preference.delay_ms / 1000)
        return chosen[0] if chosen is not None else None

    async def _granted(
        self, exchange: Exchange, operation: Operation, wish: forced.Preference, effect: Effect
    ) -> Reply | Stream:
        if wish.delay_ms:
            await asyncio.sleep(wish.delay_ms / 1000)
        if wish.wire is not None:
            effect.wire = wish.wire
            effect.names += (wish.wire,)
        if wish.code is not None:
            return forced.documented(operation, int(wish.code))
        return await operation.answer(exchange, is_granted=True)

    async def _disturbed(self, exchange: Exchange, effect: Effect) -> Reply | None:
        """Do what the session's faults do; the answer if that is all there is to it."""
        await exchange.body()
        found = exchange.session.faults.effect(exchange)
        if found is None:
            return None
        vars(effect).update(vars(found))
        if effect.delay_ms:
            await asyncio.sleep(effect.delay_ms / 1000)
        if effect.status is None and effect.wire not in wire.SILENT:
            return None
        near = exchange.operation or self.routes.nearest(exchange.method, exchange.path).operation
        reply = forced.documented(near, effect.status or 503)
        if effect.retry_after_s is not None:
            reply = reply.with_headers({"Retry-After": str(effect.retry_after_s)})
        return reply

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

    def _render(self, problem: Problem, exchange: Exchange, routes: Routes) -> Reply:
        if isinstance(problem, Invalid):
            exchange.violations = problem.violations
        operation = exchange.operation or routes.nearest(exchange.method, exchange.path).operation
        return rendered(problem, operation)

    async def _send(
        self, exchange: Exchange, reply: Reply | Stream, effect: Effect, send: Send, *, is_admin: bool = False
    ) -> None:
        if isinstance(reply, Stream):
            await exchange.stream(reply.app, send)
            return
        if exchange.unread:
            await exchange.drain()
        head = [(b"date", exchange.session.clock.http_date())]
        if not is_admin:
            head += cors.headers(exchange)
        answer = _written(reply, head, exchange)
        if effect.wire is None:
            await answer.send(send)
        else:
            await wire.break_off(effect, answer, exchange, send)


def _written(reply: Reply, head: wire.Head, exchange: Exchange) -> wire.Answer:
    """Write *reply*; what a handler answered may be no JSON."""
    is_head = exchange.method == "HEAD"
    try:
        return wire.Answer.of(reply, head, is_head=is_head)
    except (TypeError, ValueError, RecursionError):
        if exchange.operation is None:
            raise
        logger.exception("%s %s", exchange.method, exchange.path)
        broken = rendered(Broken(_FAILED), exchange.operation)
        return wire.Answer.of(broken, head, is_head=is_head)


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
    headers = {**reply.headers, "X-Mock-Problem": " ".join(problem.message.split())[:1000]}
    is_shown = OFF_CONTRACT not in documented.headers and documented.body is not None
    return Reply(reply.status, documented.body if is_shown else reply.body, headers)


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

"""Where a request goes and whether it goes there; the only place that sends bytes."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from mockserver import cors, exact_json
from mockserver.exchange import ClientGone, Exchange, Reply
from mockserver.forced import forced
from mockserver.framework import AbstractRoutingAPI, OpenAPIOperation, Specification, SpecMiddleware
from mockserver.front_page import front_page
from mockserver.operation import JSON, Operation
from mockserver.problems import Broken, Invalid, MethodNotAllowed, NotFound, Problem, Violation
from mockserver.routes import Routes
from mockserver.session import Session

logger = logging.getLogger(__name__)

Compile = Callable[[OpenAPIOperation], Operation]
Written = tuple[int, list[tuple[bytes, bytes]], bytes]


class Door(SpecMiddleware):
    """The outermost application: routes, lets pages on other origins in, renders what went wrong, sends.

    session: what every caller shares who names no session of his own.
    """

    def __init__(self, session: Session) -> None:
        self.routes = Routes()
        self._session = session

    def add_api(self, specification: Specification, *, compiler: Compile, **options: Any) -> None:
        """Enter the operations of one contract into the routing table; *compiler* makes each."""
        _Entries(specification, routes=self.routes, compiler=compiler, **options)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of ASGI."""
        if scope["type"] == "http":
            exchange = Exchange(scope, receive, self._session)
            try:
                status, headers, content = await self._reply(exchange)
                if exchange.unread:
                    await exchange.drain()
            except ClientGone:
                return
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": content})
        elif scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await send({"type": "websocket.close"})

    def refusal(self, url: bytes, headers: list[tuple[bytes, bytes]]) -> bytes:
        """Write the whole answer to a request that is not HTTP; *url* and *headers* are what was heard of it."""
        path = url.partition(b"?")[0]
        scope = {"method": "GET", "raw_path": path, "query_string": b"", "headers": headers}
        exchange = Exchange(scope, _no_body, self._session)
        exchange.operation = self.routes.nearest("", exchange.path).operation
        reply = self._render(Invalid([Violation("", "the request is not well-formed HTTP/1.1")]), exchange)
        _, head, content = _written(exchange, reply)
        lines = [b"HTTP/1.1 400 Bad Request", *(b": ".join(pair) for pair in head), b"connection: close"]
        return b"\r\n".join([*lines, b"", content])

    async def _reply(self, exchange: Exchange) -> Written:
        try:
            return _written(exchange, await self._answer(exchange))
        except Problem as problem:
            reply = self._render(problem, exchange)
        except ClientGone:
            raise
        except Exception:
            logger.exception("%s %s", exchange.method, exchange.path)
            reply = self._render(Broken("The stub failed; its log says why"), exchange)
        return _written(exchange, reply)

    async def _answer(self, exchange: Exchange) -> Reply:
        if cors.is_preflight(exchange):
            return cors.preflight(exchange)
        found = self.routes.find(exchange.path)
        if found is None:
            if exchange.path == "/" and exchange.method in ("GET", "HEAD"):
                return front_page(self.routes.operations, exchange)
            raise self._unknown(exchange)
        operations, exchange.path_values = found
        exchange.operation = operation = operations.get(exchange.method) or next(iter(operations.values()))
        if exchange.method not in operations:
            raise MethodNotAllowed(exchange.method, operations)
        if b"prefer" in exchange.headers:
            preferred = forced(exchange, operation)
            if preferred is not None:
                return preferred
        return await operation.answer(exchange)

    def _unknown(self, exchange: Exchange) -> NotFound:
        operation, reason = self.routes.nearest(exchange.method, exchange.path)
        exchange.operation = operation
        near = f"{operation.method} {operation.template}: {reason}"
        message = f"No operation at {exchange.method} {exchange.path[:200]}; the nearest is {near}"
        return NotFound(message, headers={"X-Mock-Near-Miss": near})

    def _render(self, problem: Problem, exchange: Exchange) -> Reply:
        operation = exchange.operation or self.routes.operations[0]
        reply = operation.voice.reply(problem)
        try:
            return operation.checked(reply)
        except Broken as broken:
            return operation.voice.reply(broken)


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


_JSON = (b"content-type", JSON.encode())


_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_LONGEST_HEADER = 1000


def _written(exchange: Exchange, reply: Reply) -> Written:
    """Write *reply* as status, headers and bytes."""
    headers = cors.headers(exchange)
    if reply.body is None:
        content = b""
    elif isinstance(reply.body, bytes):
        content = reply.body
    else:
        content = exact_json.dumps(reply.body)
        headers = [*headers, _JSON]
    if reply.status != 204:
        headers = [*headers, (b"content-length", b"%d" % len(content))]
    if reply.headers:
        headers = [*headers, *(_header(name, value) for name, value in reply.headers.items())]
    return reply.status, headers, b"" if exchange.method == "HEAD" else content


def _header(name: str, value: str) -> tuple[bytes, bytes]:
    """Write one header of a reply; it may quote what somebody sent."""
    return name.lower().encode(), _CONTROL.sub(" ", value)[:_LONGEST_HEADER].encode("latin-1", "replace")


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

"""The steps of a call that a caller asked for: forced answers, faults and magic identifiers."""

from __future__ import annotations

import asyncio

from mockserver.contract.answers import documented_reply, override_reply, preferred_reply
from mockserver.contract.operation import MagicId, Operation
from mockserver.contract.routes import Routes
from mockserver.dispatch.exchange import Exchange
from mockserver.http.reply import Reply
from mockserver.simulation.broken_connection import WITHOUT_STATUS
from mockserver.simulation.prefer import parse_prefer


class Simulator:
    """Finds and does what overrides, Prefer, faults and magic identifiers say about a call.

    routes: where the nearest operation is found for a call that matches none.
    """

    def __init__(self, routes: Routes) -> None:
        self._routes = routes

    async def forced_reply(self, exchange: Exchange) -> Reply | None:
        """Return the override that was queued for the call, or None."""
        # A match may ask for the body.
        await exchange.request.read_body()
        response = exchange.session.overrides.take(exchange.request, exchange.operation)
        if response is None:
            return None
        exchange.note_effect("override")
        return override_reply(response, exchange.operation or self._find_nearest(exchange))

    async def preferred_reply(self, exchange: Exchange, operation: Operation) -> Reply | None:
        """Return the answer that Prefer selects, or None, after the delay that it asks for.

        Raises Invalid if strict handling is preferred and there is no such answer.
        """
        prefer_header = parse_prefer(", ".join(exchange.request.header_lines("prefer")))
        exchange.is_lenient = prefer_header.is_lenient
        chosen = preferred_reply(prefer_header, operation) if prefer_header.chooses_answer else None
        if chosen is not None:
            exchange.applied += (*chosen[1],)
        if prefer_header.delay_ms:
            exchange.applied += (f"delay={prefer_header.delay_ms:g}",)
        if exchange.applied:
            exchange.note_effect(f"Prefer: {', '.join(exchange.applied)}")
        if prefer_header.delay_ms:
            await asyncio.sleep(prefer_header.delay_ms / 1000)
        return chosen[0] if chosen is not None else None

    async def apply_faults(self, exchange: Exchange) -> Reply | None:
        """Wait as the session's faults say, and return their answer, or None if the call goes on."""
        await exchange.request.read_body()
        effect = exchange.session.faults.find_effect(exchange.request, exchange.operation)
        if effect is None:
            return None
        if exchange.effect is not None:
            effect.names = exchange.effect.names + effect.names
        exchange.effect = effect
        if effect.delay_ms:
            await asyncio.sleep(effect.delay_ms / 1000)
        if effect.status is None and effect.connection_fault not in WITHOUT_STATUS:
            return None
        reply = documented_reply(exchange.operation or self._find_nearest(exchange), effect.status or 503)
        if effect.retry_after_s is not None:
            reply = reply.with_headers({"Retry-After": str(effect.retry_after_s)})
        return reply

    async def apply_magic_id(
        self, exchange: Exchange, operation: Operation, magic_id: MagicId
    ) -> Reply | None:
        """Wait as *magic_id* says, and return its answer, or None if the call goes on."""
        prefer_header = magic_id.prefer_header
        exchange.note_effect(magic_id.text).connection_fault = prefer_header.connection_fault
        if prefer_header.delay_ms:
            await asyncio.sleep(prefer_header.delay_ms / 1000)
        if prefer_header.code is None:
            return None
        return documented_reply(operation, int(prefer_header.code))

    def _find_nearest(self, exchange: Exchange) -> Operation:
        return self._routes.find_nearest(exchange.request.method, exchange.request.path).operation

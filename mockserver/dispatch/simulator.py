"""The steps of a call that a caller asked for: forced answers, faults and magic identifiers."""

from __future__ import annotations

import asyncio

from mockserver.contract.operation import MagicId, Operation
from mockserver.contract.responses.accept import read_accepted
from mockserver.contract.responses.answers import documented_reply, find_preferred_reply, override_reply
from mockserver.contract.routes import Routes
from mockserver.dispatch.exchange import Exchange, Preferences
from mockserver.dispatch.routing import note_near_miss
from mockserver.http.reply import Reply
from mockserver.simulation.broken_connection import WITHOUT_STATUS
from mockserver.simulation.prefer import parse_prefer


class Simulator:
    """Finds and does what overrides, Prefer, faults and magic identifiers say about a call.

    For a call that matches no operation, the nearest one is found in the routes.
    """

    async def forced_reply(self, exchange: Exchange, routes: Routes) -> Reply | None:
        """Return the override that was queued for the call, or None."""
        # A match may ask for the body.
        await exchange.request.read_body()
        session = exchange.session
        response = await session.change(lambda: session.overrides.take(exchange.request, exchange.operation))
        if response is None:
            return None
        exchange.note_effect("override")
        operation = exchange.operation or _find_nearest(exchange, routes)
        return override_reply(response, operation, read_accepted(exchange.request))

    async def preferred_reply(self, exchange: Exchange, operation: Operation) -> Reply | None:
        """Return the answer that Prefer selects, or None, after the delay that it asks for.

        Raises Invalid if strict handling is preferred and something cannot be followed.
        """
        prefer_header = parse_prefer(", ".join(exchange.request.header_lines("prefer")))
        reply, applied, problems = find_preferred_reply(
            prefer_header, operation, read_accepted(exchange.request)
        )
        connection_fault = prefer_header.connection_fault
        if prefer_header.delay_ms:
            applied.append(f"delay={prefer_header.delay_ms:g}")
        if connection_fault is not None:
            applied.append(f"fault={connection_fault}")
        exchange.preferences = Preferences(tuple(applied), tuple(problems), prefer_header.is_lenient)
        if applied:
            exchange.note_effect(f"Prefer: {', '.join(applied)}").connection_fault = connection_fault
        if prefer_header.delay_ms:
            await asyncio.sleep(prefer_header.delay_ms / 1000)
        if reply is None and connection_fault in WITHOUT_STATUS:
            # As with a fault of the session: a call that gets no answer changes nothing.
            return documented_reply(operation, 503)
        return reply

    async def apply_faults(self, exchange: Exchange, routes: Routes) -> Reply | None:
        """Wait as the session's faults say, and return their answer, or None if the call goes on."""
        await exchange.request.read_body()
        session = exchange.session
        effect = await session.change(
            lambda: session.faults.find_effect(exchange.request, exchange.operation)
        )
        if effect is None:
            return None
        if exchange.effect is not None:
            effect.names = exchange.effect.names + effect.names
            effect.connection_fault = effect.connection_fault or exchange.effect.connection_fault
        exchange.effect = effect
        if effect.delay_ms:
            await asyncio.sleep(effect.delay_ms / 1000)
        if effect.status is None and effect.connection_fault not in WITHOUT_STATUS:
            return None
        operation = exchange.operation or _find_nearest(exchange, routes)
        accepted = read_accepted(exchange.request)
        reply = documented_reply(operation, effect.status or 503, None, accepted)
        if effect.retry_after_s is not None:
            reply = reply.with_headers({"Retry-After": str(effect.retry_after_s)})
        return reply

    async def apply_magic_id(
        self, exchange: Exchange, operation: Operation, magic_id: MagicId
    ) -> Reply | None:
        """Wait as *magic_id* says, and return its answer, or None if the call goes on."""
        prefer_header = magic_id.prefer_header
        effect = exchange.note_effect(magic_id.text)
        effect.connection_fault = prefer_header.connection_fault or effect.connection_fault
        if prefer_header.delay_ms:
            await asyncio.sleep(prefer_header.delay_ms / 1000)
        if prefer_header.code is None:
            return None
        return documented_reply(operation, prefer_header.code, None, read_accepted(exchange.request))


def _find_nearest(exchange: Exchange, routes: Routes) -> Operation:
    """Find the operation that a call comes nearest to; raises NotFound where no contract has one."""
    nearest = routes.find_nearest(exchange.request.method, exchange.request.path)
    if nearest is None:
        raise note_near_miss(exchange, routes)
    return nearest.operation

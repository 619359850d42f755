"""Connections that are broken on purpose."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import struct

from starlette.types import Send

from mockserver.http.raw_connection import CLOSE_AND_END_HEAD
from mockserver.http.request import Request
from mockserver.http.response import Response
from mockserver.simulation.faults import ConnectionFault, Effect

# With these no status reaches the client.
WITHOUT_STATUS = (
    ConnectionFault.CONNECTION_RESET_BY_PEER,
    ConnectionFault.EMPTY_RESPONSE,
    ConnectionFault.RANDOM_DATA_THEN_CLOSE,
)
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: \d+\r\n")


async def break_connection(effect: Effect, response: Response, request: Request, send: Send) -> None:
    """Send of *response* what the connection fault of *effect* lets through, and close the connection.

    Under another server than ours a fault other than SLOW_DRIBBLE cannot be simulated; the response is sent whole.
    """
    connection = request.connection
    if effect.connection_fault is ConnectionFault.SLOW_DRIBBLE:
        await response.send_slowly(send, effect.dribble.chunks, effect.dribble.total_ms)
    elif connection is None:
        await response.send(send, None)
    else:
        transport = connection.transport
        if effect.connection_fault is ConnectionFault.CONNECTION_RESET_BY_PEER:
            _reset_connection(transport)
        else:
            transport.write(_broken_bytes(effect, response))
            transport.close()
        # Uvicorn would answer 500 for an application that returns without an answer on an open connection.
        await request.wait_until_closed()


def _broken_bytes(effect: Effect, response: Response) -> bytes:
    fault, noise = effect.connection_fault, effect.noise
    if fault is ConnectionFault.RANDOM_DATA_THEN_CLOSE:
        return noise
    if fault is ConnectionFault.MALFORMED_RESPONSE_CHUNK:
        head = _CONTENT_LENGTH.sub(b"\r\ntransfer-encoding: chunked\r\n", response.head)
        return head + CLOSE_AND_END_HEAD + b"not-a-size\r\n" + noise
    if fault is ConnectionFault.TRUNCATED_BODY:
        return response.head + CLOSE_AND_END_HEAD + response.content[: len(response.content) // 2]
    return b""


def _reset_connection(transport: asyncio.Transport) -> None:
    """Close with RST instead of FIN, which a linger time of zero does."""
    original: socket.socket = transport.get_extra_info("socket")
    # A duplicate of the descriptor, since the event loop's own socket object does not take options.
    with socket.socket(fileno=os.dup(original.fileno())) as duplicate:
        duplicate.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()

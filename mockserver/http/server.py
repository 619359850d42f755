"""The server under the application: uvicorn, with nothing of its own to say."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

import uvicorn

from mockserver.dispatch.dispatcher import Door
from mockserver.http.connection import Connection


def _is_news(record: logging.LogRecord) -> bool:
    """Pass over that a delayed answer was cut short: its client has been told."""
    return not str(record.msg).startswith("Cancel ")


class Server(uvicorn.Server):
    """Serves *door*; *ready* is called once it answers, *stopped* once it answers no more."""

    def __init__(
        self, door: Door, ready: Callable[[], None], stopped: Callable[[], None] = lambda: None
    ) -> None:
        self._door = door
        self._ready = ready
        self._stopped = stopped
        super().__init__(
            uvicorn.Config(
                door,
                http=Connection,
                ws="none",
                lifespan="on",
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=1,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, then say so; a signal ends the process right after."""
        self._door.stop()
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        await super().shutdown(sockets)
        self._stopped()

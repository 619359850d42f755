"""The server under the application: uvicorn, with nothing of its own to say."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable

import uvicorn

from mockserver.dispatch.dispatcher import Door
from mockserver.http.connection import Connection
from mockserver.http.problems import CannotStart

_START_S = 10


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


class ServerThread:
    """Serves *door* on *listener* from a thread of this process."""

    def __init__(self, door: Door, listener: socket.socket) -> None:
        self._is_ready = threading.Event()
        self._server = Server(door, self._is_ready.set)
        # A daemon, so that a program that ends without a word to the thread ends all the same.
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)

    def start(self) -> None:
        """Start the server and return once it answers.

        Raises CannotStart if it does not answer in time.
        """
        self._thread.start()
        if not self._is_ready.wait(_START_S):
            raise CannotStart(f"the stub did not answer within {_START_S} s")

    def stop(self) -> None:
        """Stop the server and return once it has stopped."""
        self._server.should_exit = True
        self._thread.join()

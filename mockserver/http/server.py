"""The server under the application: uvicorn, without any output of its own."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn

from mockserver.http.connection import LEEWAY_S, Application, Connection
from mockserver.http.problems import CannotStart

_START_S = 10
# Calls that still run are given a second, and connections no more; the rest is what a busy machine takes.
_STOP_S = 30
# Longer than clients and proxies leave a connection idle, most of them 60 s at most. If the server is the first to
# close, it meets the next request on its way, and that is lost.
_IDLE_S = 75


def _is_worth_logging(record: logging.LogRecord) -> bool:
    """Drop uvicorn's line that a delayed answer was cancelled: its client gets an answer that says so."""
    return not str(record.msg).startswith("Cancel ")


class Server(uvicorn.Server):
    """Serves *application*; calls *on_ready* once it answers, *on_stopped* once it answers no more."""

    def __init__(
        self,
        application: Application,
        on_ready: Callable[[], None],
        on_stopped: Callable[[], None] = lambda: None,
    ) -> None:
        self._application = application
        self._on_ready = on_ready
        self._on_stopped = on_stopped
        super().__init__(
            uvicorn.Config(
                application,
                http=Connection,
                ws="none",
                lifespan="on",
                log_level="error",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                # The application writes its own, by the session's clock.
                date_header=False,
                timeout_keep_alive=_IDLE_S + LEEWAY_S,
                timeout_graceful_shutdown=1,
            )
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop at the first signal; that takes little more than a second, and a second one hastens nothing.

        Uvicorn would leave its tasks running then, to be cancelled with a traceback after the state was saved.
        """
        if not self.should_exit:
            super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then report it."""
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, then report it; a signal ends the process right after."""
        # First what waits for further requests, such as event streams: uvicorn would wait for them.
        self._application.stop()
        logging.getLogger("uvicorn.error").addFilter(_is_worth_logging)
        await super().shutdown(sockets)
        self._on_stopped()


class ServerThread:
    """Serves *application* on *listener* from a thread of this process."""

    def __init__(self, application: Application, listener: socket.socket) -> None:
        self._is_ready = threading.Event()
        self._server = Server(application, self._is_ready.set)
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
        """Stop the server and return once it has stopped.

        Raises TimeoutError if it does not in time; the thread ends with the process.
        """
        self._server.should_exit = True
        self._thread.join(_STOP_S)
        if self._thread.is_alive():
            raise TimeoutError(f"the stub did not stop within {_STOP_S} s")

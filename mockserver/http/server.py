"""The server under the application: uvicorn, without any output of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn

from mockserver.http.connection import LEEWAY_S, Application, Connection
from mockserver.http.problems import CannotStart

_START_S = 10
# Calls that still run are given a second, and connections no more.
_GRACE_S = 1
# The rest is what a busy machine takes.
_STOP_S = 30
# A signal wakes the loop, but for one that another thread than the main one receives.
_LOOK_S = 0.5
# Between two looks at whether the last call is answered.
_PAUSE_S = 0.002
# Longer than clients and proxies leave a connection idle, most of them 60 s at most. If the server is the first to
# close, it meets the next request on its way, and that is lost.
_IDLE_S = 75


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
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_to_stop = asyncio.Event()
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
            )
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop at the first signal; that takes little more than a second, and a second one hastens nothing."""
        if not self.should_exit:
            super().handle_exit(sig, frame)
            self.stop()

    def stop(self) -> None:
        """Begin to stop; any thread may ask for it."""
        self.should_exit = True
        if self._loop is not None:
            with suppress(RuntimeError):  # a loop that is closed has stopped
                self._loop.call_soon_threadsafe(self._is_to_stop.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then report it."""
        await super().startup(sockets)
        self._on_ready()

    async def main_loop(self) -> None:
        """Wait until the server is to stop, and see it at once; uvicorn looks every tenth of a second."""
        self._loop = asyncio.get_running_loop()
        while not self.should_exit:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_to_stop.wait(), _LOOK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, then report it; a signal ends the process right after.

        Uvicorn does the same in a tenth of a second or two. Who starts a stub for each test waits for that each time.
        """
        # First what waits for further requests, such as event streams.
        self._application.stop()
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        ends_s = time.monotonic() + _GRACE_S
        while self.server_state.connections or self.server_state.tasks:
            if time.monotonic() > ends_s:
                # The client of a delayed answer gets one that says that it was cancelled.
                for task in self.server_state.tasks:
                    task.cancel()
                break
            await asyncio.sleep(_PAUSE_S)
        await self.lifespan.shutdown()
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
        self._server.stop()
        self._thread.join(_STOP_S)
        if self._thread.is_alive():
            raise TimeoutError(f"the stub did not stop within {_STOP_S} s")

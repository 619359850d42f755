"""The server under the application: a socket, and uvicorn on it."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable

import uvicorn

from mockserver.connection import Connection
from mockserver.door import Door
from mockserver.problems import CannotStart

_ADVICE = {
    errno.EADDRINUSE: "choose another --port, or --port 0 for a free one",
    errno.EACCES: "choose a --port above 1023, or --port 0 for a free one",
}


def listen(host: str, port: int) -> socket.socket:
    """Bind before anything is announced, so that the URL is true.

    Raises CannotStart if the address cannot be had.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except (OSError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        reason = getattr(error, "strerror", None) or error
        advice = _ADVICE.get(number or 0, "--host takes a name or address of this machine")
        raise CannotStart(f"cannot listen on {host}:{port}: {reason}; {advice}") from None
    return listener


def url(listener: socket.socket) -> str:
    """Write the URL under which *listener* is reached."""
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


class Server(uvicorn.Server):
    """Serves *door*; *ready* is called once it answers."""

    def __init__(self, door: Door, ready: Callable[[], None]) -> None:
        self._ready = ready
        super().__init__(
            uvicorn.Config(
                door,
                http=Connection,
                ws="none",
                lifespan="on",
                log_level="warning",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
        )

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so."""
        await super().startup(sockets)
        self._ready()

"""The socket that a stub listens on."""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
from typing import Any

from mockserver.http.problems import CannotStart

_ADVICE = {
    errno.EADDRINUSE: "choose another --port, or --port 0 for a free one",
    errno.EACCES: "choose a --port above 1023, or --port 0 for a free one",
}


def open_socket(host: str, port: int) -> socket.socket:
    """Listen on *host* and *port*, before any URL is announced, so that the URL is true.

    Raises CannotStart if the address is not available.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return _bind_socket(socket.socket(family, kind), address)
    except (OSError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        reason = getattr(error, "strerror", None) or error
        advice = _ADVICE.get(number or 0, "--host takes a name or address of this machine")
        raise CannotStart(f"cannot listen on {host}:{port}: {reason}; {advice}") from None


def open_siblings(listening: socket.socket, count: int) -> list[socket.socket]:
    """Open sockets on the same address until there are *count* of them, one for each process that listens.

    Of connections that come together, the first process that wakes takes all if they share one. Linux divides them
    among several; elsewhere the one is shared.
    """
    if sys.platform != "linux":
        return [listening] * count
    # Only now, so that it could not be opened while somebody else listens there.
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    siblings = [listening]
    while len(siblings) < count:
        another = socket.socket(listening.family, listening.type)
        siblings.append(another)
        another.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        _bind_socket(another, listening.getsockname())
    return siblings


def socket_url(listening: socket.socket) -> str:
    """Write a URL at which this machine reaches a listening socket."""
    address, port = listening.getsockname()[:2]
    # Who listens on every address is called at one: Windows calls nobody at 0.0.0.0.
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104 - nothing listens here
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach *host*; a name that does not resolve counts as reachable."""
    try:
        addresses = {found[4][0] for found in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in addresses)


def _bind_socket(listening: socket.socket, address: Any) -> socket.socket:
    try:
        # A stub that was just stopped leaves connections in TIME_WAIT; its port is usable all the same.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(1024)
    except BaseException:
        listening.close()
        raise
    return listening

"""The socket a stub answers on."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import Any

from mockserver.http.problems import CannotStart

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
        return _bound(socket.socket(family, kind), address)
    except (OSError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        reason = getattr(error, "strerror", None) or error
        advice = _ADVICE.get(number or 0, "--host takes a name or address of this machine")
        raise CannotStart(f"cannot listen on {host}:{port}: {reason}; {advice}") from None


def _bound(listener: socket.socket, address: Any) -> socket.socket:
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(1024)
    except BaseException:
        listener.close()
        raise
    return listener


def url(listener: socket.socket) -> str:
    """Write the URL under which *listener* is reached."""
    address, port = listener.getsockname()[:2]
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach *host*; what cannot be looked up is not taken for safe."""
    try:
        addresses = {found[4][0] for found in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in addresses)

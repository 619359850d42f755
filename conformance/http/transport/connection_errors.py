"""Why a connection gave no response, in a sentence that says what to do."""

from __future__ import annotations

import ssl

import httpcore2
import httpx2

from conformance.assertions.outcome import ConnectionClosed, Unreachable
from conformance.http.foreign_text import LONGEST_LINE
from conformance.http.redaction import Redaction

_LONGEST_QUOTE = 120
_OTHER_HOST = "base_url has to name the host as the certificate does"
_ADVICE = {  # by what the libraries below us say
    "self-signed": "name the authority that it goes back to with tls.ca in the profile",
    "local issuer": "name the authority that it goes back to with tls.ca in the profile",
    "Hostname mismatch": _OTHER_HOST,
    "IP address mismatch": _OTHER_HOST,
    "has expired": "it has to be renewed; tls.verify: false in the profile accepts it as it is",
    "CERTIFICATE_REQUIRED": "give tls.cert and tls.key in the profile",
    "HANDSHAKE_FAILURE": "perhaps it wants tls.cert and tls.key in the profile",
    "WRONG_VERSION_NUMBER": "no TLS is spoken there, so try http:// in base_url",
    "no application protocol": "it seems to speak HTTP/2 alone, and the judge speaks HTTP/1.1",
    "refused": "start the server, or check the port of base_url",
    "not known": "check the host of base_url",
    "name resolution": "check the host of base_url",
}


def explain_connection_error(
    error: Exception, url: httpx2.URL, proxy: httpx2.URL | None, redaction: Redaction
) -> Unreachable:
    """Return the outcome that says why *url* gave no response: ConnectionClosed where it took the request."""
    origin, reason = describe_origin(url), redaction.show_line(str(error), LONGEST_LINE)
    if isinstance(error, httpcore2.ProxyError):
        return Unreachable(f"the proxy does not let through to {origin}: {reason}")
    if isinstance(error, httpcore2.ConnectError):
        return Unreachable(f"{describe_route(url, proxy)}: {reason or 'refused'}{_find_advice(reason)}")
    if _goes_back_to(error, ssl.SSLError):
        return Unreachable(f"{origin} broke the TLS connection off: {reason}{_find_advice(reason)}")
    if "disconnected" in str(error) or not isinstance(error, httpcore2.ProtocolError):
        did = "reset" if _goes_back_to(error, ConnectionResetError) else "closed"
        return ConnectionClosed(f"{origin} {did} the connection without an answer")
    quote = redaction.show_line(str(error), _LONGEST_QUOTE)
    only = "the judge speaks nothing else, and no HTTP/2"
    return Unreachable(f"{origin} answered something that is not HTTP/1.1: {quote}; {only}")


def describe_origin(url: httpx2.URL) -> str:
    """Name scheme, host and port of *url*."""
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}"


def describe_route(url: httpx2.URL, proxy: httpx2.URL | None) -> str:
    """Say that no connection could be made, and through which proxy, without its credentials."""
    through = f" through the proxy {proxy.copy_with(userinfo=b'')}" if proxy else ""
    return f"cannot connect to {describe_origin(url)}{through}"


def was_closed_at_once(error: Exception) -> bool:
    """Tell whether a connection could be made, and was closed before anything was sent."""
    kinds = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
    return isinstance(error, httpcore2.ConnectError) and _goes_back_to(error, *kinds)


def _goes_back_to(error: BaseException | None, *kinds: type[OSError]) -> bool:
    # httpcore raises errors of its own, and keeps that of the socket or of the ssl module as their cause or context.
    while error is not None:
        if isinstance(error, kinds):
            return True
        error = error.__cause__ or error.__context__
    return False


def _find_advice(reason: str) -> str:
    return next((f"; {advice}" for words, advice in _ADVICE.items() if words in reason), "")

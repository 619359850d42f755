"""Why no response came, in a sentence that says what the profile can do about it."""

from __future__ import annotations

import ssl

import httpcore2
import httpx2

from conformance.assertions.outcome import HungUp, Unreachable
from conformance.http.evidence import escape_controls
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
    "refused": "start the server, or check the port of base_url",
    "not known": "check the host of base_url",
    "name resolution": "check the host of base_url",
}


def explain_connection_error(
    error: Exception, url: httpx2.URL, proxy: httpx2.URL | None, redaction: Redaction
) -> Unreachable:
    """Return the outcome that says why *url* gave no response: HungUp where it took the request and closed."""
    origin, reason = describe_origin(url), redaction(str(error))
    if isinstance(error, httpcore2.ProxyError):
        return Unreachable(f"the proxy does not let through to {origin}: {reason}")
    if isinstance(error, httpcore2.ConnectError):
        return Unreachable(f"{describe_route(url, proxy)}: {reason or 'refused'}{_find_advice(reason)}")
    if _is_tls_error(error):
        return Unreachable(f"{origin} broke the TLS connection off: {reason}{_find_advice(reason)}")
    if "disconnected" in str(error) or not isinstance(error, httpcore2.ProtocolError):
        return HungUp(f"{origin} closed the connection without an answer")
    quote = escape_controls(reason)[:_LONGEST_QUOTE]
    return Unreachable(f"{origin} answered something that is not HTTP: {quote}")


def describe_origin(url: httpx2.URL) -> str:
    """Name scheme, host and port of *url*."""
    return f"{url.scheme}://{url.netloc.decode('ascii', 'replace')}"


def describe_route(url: httpx2.URL, proxy: httpx2.URL | None) -> str:
    """Say that no connection could be made, and through which proxy, without its credentials."""
    through = f" through the proxy {proxy.copy_with(userinfo=b'')}" if proxy else ""
    return f"cannot connect to {describe_origin(url)}{through}"


def _is_tls_error(error: BaseException | None) -> bool:
    # httpcore raises errors of its own and keeps that of the ssl module as their cause.
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _find_advice(reason: str) -> str:
    return next((f"; {advice}" for words, advice in _ADVICE.items() if words in reason), "")

"""What servers of any API do with hostile input: each class is mixed into a reference."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import unquote

from conformance.proof.messages import Request, Response
from conformance.proof.profiled_server import ProfiledServer

_DEEP = b"[" * 64
_LARGE_BYTES = 65536
_FIREWALL_BYTES = 8192
_MANY_HEADERS = 50
_LONGEST_HEADER = 2048
_LONGEST_TARGET = 2048


class BehindProxy(ProfiledServer):
    """A proxy stands before it and says no in HTML."""

    def answer(self, request: Request) -> Response:
        status = self.refusal_status(request)
        if status is None:
            return super().answer(request)
        return Response(status, b"<h1>No</h1>", {"content-type": "text/html", "connection": "close"})

    def refusal_status(self, request: Request) -> int | None:
        raise NotImplementedError


class BehindLimitingProxy(BehindProxy):
    """The proxy has limits, and a status for each."""

    def refusal_status(self, request: Request) -> int | None:
        if len(request.body) > _LARGE_BYTES:
            return 413
        if "transfer-encoding" in request.headers:
            return 411
        if len(request.headers) > _MANY_HEADERS:
            return 431
        return 417 if "expect" in request.headers else None


class BehindProxyWithoutChunks(BehindProxy):
    """The proxy does not implement chunks."""

    def refusal_status(self, request: Request) -> int | None:
        if "transfer-encoding" in request.headers:
            return 501
        return 400 if len(request.headers) > _MANY_HEADERS else None


class BehindFirewallWithSizeRule(BehindProxy):
    """A firewall refuses what is larger than 8 KiB as if it were an attack."""

    refuses_with: ClassVar = 403

    def refusal_status(self, request: Request) -> int | None:
        return self.refuses_with if len(request.body) > _FIREWALL_BYTES else None


class BehindStrictGateway(BehindProxy):
    """A gateway lets through only what it knows, and has a page for each thing that it does not."""

    def refusal_status(self, request: Request) -> int | None:
        if request.method not in ("GET", "POST", "PATCH"):
            return 405 if request.method in ("PUT", "DELETE", "OPTIONS") else 501
        if any(len(value) > _LONGEST_HEADER for value in request.headers.values()):
            return 431
        if len(request.target) > _LONGEST_TARGET:
            return 414
        return 400 if _is_undecodable(request.target) or "//" in request.path else None


class ClosesOnLargeBodies(ProfiledServer):
    """The connection is closed on what is larger than 8 KiB."""

    def answer(self, request: Request) -> Response:
        is_large = len(request.body) > _FIREWALL_BYTES
        return Response(0, is_silent=True) if is_large else super().answer(request)


class ClosesOnOddRequests(ProfiledServer):
    """The connection is closed on what is large, deep, in chunks, cut short or sent in one packet with more."""

    needs_connection = True

    def answer(self, request: Request) -> Response:
        is_odd = (
            len(request.body) > _LARGE_BYTES
            or _DEEP in request.body
            or "transfer-encoding" in request.headers
        )
        if is_odd or request.is_cut or request.is_followed:
            return Response(0, is_silent=True)
        return super().answer(request)


class ClosesAfterTheFirst(ProfiledServer):
    """After the first of several requests in one packet the connection is closed."""

    needs_connection = True

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        return replace(answer, headers={"connection": "close"}) if request.is_followed else answer


class SaysNothingToHalves(ProfiledServer):
    """What breaks off is carried out, and nobody is told."""

    needs_connection = True

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        return Response(0, is_silent=True) if request.is_cut else answer


class MixesUpPipelines(ProfiledServer):
    """The second of two requests in one packet gets the answer to the first."""

    needs_connection = True
    _held: Response | None = None

    def answer(self, request: Request) -> Response:
        held, self._held = self._held, None
        answer = held or super().answer(request)
        self._held = answer if request.is_followed else None
        return answer


class Hangs(ProfiledServer):
    """Never answers some requests, and its profile asks for little patience."""

    def profile(self, base_url: str) -> dict[str, Any]:
        return {**super().profile(base_url), "patience": {"timeout_s": 1}}

    def answer(self, request: Request) -> Response:
        if self.hangs_on(request):
            return Response(0, never_comes=True)
        return super().answer(request)

    def hangs_on(self, request: Request) -> bool:
        raise NotImplementedError


def _is_undecodable(target: str) -> bool:
    """Tell whether a target has what gateways refuse to decode."""
    try:
        return any(one in unquote(target, errors="strict") for one in ("\0", ".."))
    except UnicodeDecodeError:
        return True

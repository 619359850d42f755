"""OnlyAutomator servers that break a requirement of "Error Codes"."""

from __future__ import annotations

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import Reference, Refusal


class UnavailableByAnotherName(Reference):
    """An outage has a code of its own."""

    breaks = frozenset({"service-unavailable"})

    def check_availability(self, request: Request) -> None:
        if "x-out-of-service" in request.headers:
            raise Refusal(503, "unavailable", "Come back later")


class UnavailableInHtml(Reference):
    """An outage is answered by a proxy, in HTML."""

    breaks = frozenset({"service-unavailable", "undocumented-error-envelope"})

    def answer(self, request: Request) -> Response:
        page = Response(503, b"<h1>Service Unavailable</h1>", {"content-type": "text/html"})
        return page if "x-out-of-service" in request.headers else super().answer(request)

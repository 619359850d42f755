"""OnlyAutomator servers that take a liberty with what stands under "Error Codes"."""

from __future__ import annotations

import itertools

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import (
    Reference,
    Refusal,
)


class _Now(Reference):
    """Answers every so many requests in another way, and the next one as usual."""

    every = 20
    status = 503

    def __init__(self) -> None:
        super().__init__()
        self.count = itertools.count(self.every // 2)

    def handle_request(self, request: Request) -> Response:
        if next(self.count) % self.every == 0:
            return self.busy_response()
        return super().handle_request(request)

    def busy_response(self) -> Response:
        refusal = Refusal(self.status, "service_unavailable", "Come back in a moment")
        return Response(self.status, self.error_response(refusal).body, {"retry-after": "0.01"})


class NowAndThenUnavailable(_Now):
    """The service is unavailable now and then, for a moment."""


class NowAndThenLimited(_Now):
    """A rate limit is exceeded now and then."""

    every = 30
    status = 429


class _UnavailableOnce(Reference):
    """An outage begins when something is asked for, and is over soon."""

    lasts_s = 1.0
    until: float | None = None

    def check_availability(self, request: Request) -> None:
        now = self.clock.monotonic()
        if self.until is None and self.begins_with(request):
            self.until = now + self.lasts_s
        if self.until is not None and now < self.until:
            raise Refusal(503, "service_unavailable", "Come back in a moment")
        super().check_availability(request)

    def begins_with(self, request: Request) -> bool:
        raise NotImplementedError


class UnavailableAtAnOddList(_UnavailableOnce):
    """An outage of a second begins with a list that is seldom asked for."""

    def begins_with(self, request: Request) -> bool:
        return "%00" in request.target


class UnavailableAtAnOddFan(_UnavailableOnce):
    """An outage of ten seconds begins with a fan that is seldom written for."""

    lasts_s = 10.0

    def begins_with(self, request: Request) -> bool:
        return b"abcdef" * 50 in request.body


class UnavailableInTheMiddle(_UnavailableOnce):
    """An outage of a second begins in the middle of a run."""

    def begins_with(self, request: Request) -> bool:  # noqa: ARG002  by what is there already
        return len(self.records) > 100


class LimitedInPlainText(_Now):
    """A rate limit is kept by a proxy, which answers in plain text."""

    every = 40

    def busy_response(self) -> Response:
        return Response(429, b"Too Many Requests", {"content-type": "text/plain", "retry-after": "0"})


class OutageIs500(Reference):
    """An outage is answered 500."""

    def check_availability(self, request: Request) -> None:
        if "x-out-of-service" in request.headers:
            raise Refusal(500, "service_unavailable", "Out of service")


class OutageIs502(Reference):
    """An outage is answered 502."""

    def check_availability(self, request: Request) -> None:
        if "x-out-of-service" in request.headers:
            raise Refusal(502, "service_unavailable", "Out of service")


class OutageIsLong(Reference):
    """An outage asks to come back in an hour."""

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        answer.headers.update({"Retry-After": "3600"} if answer.status == 503 else {})
        return answer

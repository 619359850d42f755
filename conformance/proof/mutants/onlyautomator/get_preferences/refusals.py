"""OnlyAutomator servers that break a requirement on what is refused, in "Get Preferences"."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.mutants.onlyautomator.unauthorized_401.places import CapitalsAreBelieved
from conformance.proof.mutants.onlyautomator.unauthorized_401.tokens import (
    ExpiredMayWrite,
    HalfASignatureToWrite,
    NothingToVerify,
    SignatureIsOptional,
    TwoPartsAreEnough,
)
from conformance.proof.reference.onlyautomator import KEY, LIST, Caller, Record, Reference, Refusal
from conformance.proof.variants.hostile_input import Hangs
from conformance.proof.variants.onlyautomator import is_signed, read_algorithm


class HalfASignatureToRead(HalfASignatureToWrite):
    """Of a signature of the right length the first characters are compared where something is read."""

    breaks = frozenset({"list-tampered-token"})
    method = "GET"


class ExpiredMayRead(ExpiredMayWrite):
    """A token that has expired is good enough for a list."""

    breaks = frozenset({"list-expired-token"})
    method = "GET"


class _Strays(Reference):
    """Lists what was refused beside what was stored."""

    def __init__(self) -> None:
        super().__init__()
        self.strays: list[Record] = []

    def keep_stray(self, request: Request) -> None:
        body = json.loads(request.body or b"null")
        is_new = isinstance(body, dict) and tuple(map(body.get, KEY)) not in self.records
        if request.method == "POST" and is_new:
            self.strays.append({"id": str(uuid.uuid4()), **body, "createdAt": self.format_now()})

    def all_records(self) -> list[Record]:
        return [*super().all_records(), *self.strays]

    def is_of_category(self, record: Record, category: str | None) -> bool:
        return super().is_of_category({"category": None, **record}, category)


class UnauthenticatedIsListed(_Strays):
    """A write without a token is refused, and listed all the same."""

    breaks = frozenset({"unauthenticated-write-is-not-listed"})

    def authenticate_caller(self, request: Request) -> Caller:
        if "authorization" not in request.headers:
            self.keep_stray(request)
        return super().authenticate_caller(request)


class ForbiddenIsListed(_Strays):
    """A write without permission is refused, and listed all the same."""

    breaks = frozenset({"forbidden-write-is-not-listed"})

    def authenticate_caller(self, request: Request) -> Caller:
        caller = super().authenticate_caller(request)
        if caller.role == "reader":
            self.keep_stray(request)
        return caller


class InvalidIsListed(_Strays):
    """A write without a preference is refused, and listed all the same."""

    breaks = frozenset({"invalid-write-is-not-listed"})

    def validate_body(self, body: Any) -> None:
        if isinstance(body, dict) and "preference" not in body:
            self.strays.append({"id": str(uuid.uuid4()), **body})
        super().validate_body(body)


class _CarriesOut(Reference):
    """Carries out what it refuses: what makes a record, or what updates one."""

    is_update = False

    def carry_out(self, request: Request, caller: Caller) -> None:
        text = request.body.decode().lstrip("[").partition("}")[0] + "}"
        if request.method == "POST" and self.is_carried_out(json.loads(text)):
            self.store_record(json.loads(text), caller)

    def is_carried_out(self, body: Any) -> bool:
        return (
            bool(body) and (self.record_key(body, Caller("nobody", "none")) in self.records) == self.is_update
        )


class _BelievesLate(_CarriesOut):
    """Sees that a token is wrong when it has been taken for that of user-ada."""

    def authenticate_caller(self, request: Request) -> Caller:
        try:
            return super().authenticate_caller(request)
        except Refusal:
            if self.is_taken_in(request.headers.get("authorization", "")):
                self.carry_out(request, Caller("user-ada", "authenticated"))
            raise

    def is_taken_in(self, given: str) -> bool:
        return given.count(".") == 2


class BadTokenIsKept(_BelievesLate):
    """A write with a token whose signature is wrong is refused, and stored all the same."""

    breaks = frozenset({"unauthenticated-write-is-not-listed"})

    def is_taken_in(self, given: str) -> bool:
        return read_algorithm(given.removeprefix("Bearer ")) == "HS256" and not is_signed(given)


class ExpiredIsKept(_BelievesLate):
    """A write with a token that has expired is refused, and stored all the same."""

    breaks = frozenset({"unauthenticated-write-is-not-listed"})

    def is_taken_in(self, given: str) -> bool:
        return given.startswith("Bearer ") and is_signed(given)


class OtherSchemeIsKept(_BelievesLate):
    """A write with the right token after another word than Bearer is refused, and stored all the same."""

    breaks = frozenset({"unauthenticated-write-is-not-listed"})

    def is_taken_in(self, given: str) -> bool:
        return given.startswith("Basic ")


class BadTokenUpdates(BadTokenIsKept):
    """An update with a token whose signature is wrong is refused, and carried out all the same."""

    breaks = frozenset({"refused-update-is-not-listed"})
    is_update = True


class GuestUpdates(_BelievesLate):
    """An update without a token is refused, and carried out all the same."""

    breaks = frozenset({"refused-update-is-not-listed"})
    is_update = True

    def is_taken_in(self, given: str) -> bool:
        return not given


class ReaderUpdates(_CarriesOut):
    """An update without permission is refused, and carried out all the same."""

    breaks = frozenset({"refused-update-is-not-listed"})
    is_update = True

    def handle_request(self, request: Request) -> Response:
        try:
            return super().handle_request(request)
        except Refusal as refusal:
            if refusal.status == 403:
                self.carry_out(request, Caller("user-eve", "reader"))
            raise


class BrokenUpdates(_CarriesOut):
    """An update that is no JSON is refused at its end, and carried out all the same."""

    breaks = frozenset({"refused-update-is-not-listed"})
    is_update = True

    def read_body(self, request: Request) -> Any:
        try:
            return super().read_body(request)
        except Refusal:
            if b'"value"' in request.body and b"refused" in request.body:
                self.carry_out(request, Caller("user-ada", "authenticated"))
            raise


class UnknownFanIsKept(_Strays):
    """A write for an unknown fan is refused, and listed as that fan's."""

    breaks = frozenset({"unknown-fan-write-is-not-listed"})

    def validate_body(self, body: Any) -> None:
        super().validate_body(body)
        if body["fanId"] not in self.fans:
            self.strays.append({"id": str(uuid.uuid4()), **body})

    def read_query(self, request: Request) -> Mapping[str, str]:
        return {"fanId": "", **request.query}


class UnknownFanIsOurs(_Strays):
    """A write for an unknown fan is refused, and listed as one for the first that there is."""

    breaks = frozenset({"unknown-fan-write-is-not-listed"})

    def validate_body(self, body: Any) -> None:
        super().validate_body(body)
        if body["fanId"] not in self.fans:
            self.strays.append({"id": str(uuid.uuid4()), **body, "fanId": "fan-1001"})


class GuestsMayRead(Reference):
    """A list is for everybody."""

    breaks = frozenset({"list-missing-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        if self.is_open(request) and "authorization" not in request.headers:
            return Caller("guest", "authenticated")
        return super().authenticate_caller(request)

    def is_open(self, request: Request) -> bool:
        return request.method == "GET"


class GuestsMayReadOneCategory(GuestsMayRead):
    """The list of one category is for everybody."""

    def is_open(self, request: Request) -> bool:
        return "category" in request.query


class GuestsMayReadOfAnotherFan(GuestsMayRead):
    """The list of one fan is for everybody, and that of the others is not."""

    def is_open(self, request: Request) -> bool:
        return request.query.get("fanId") == "fan-1002"


class GuestsFindNothing(Reference):
    """Without a token a list is not found."""

    breaks = frozenset({"list-missing-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        if request.method == "GET" and "authorization" not in request.headers:
            raise Refusal(404, "resource_not_found", "Nothing here")
        return super().authenticate_caller(request)


class ListIsRefusedInHtml(Reference):
    """A request for a list that is not right is refused with a page."""

    breaks = frozenset({"list-error-envelope"})

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        if request.path != LIST or answer.status not in (400, 404):
            return answer
        return Response(answer.status, b"<h1>No</h1>", {"content-type": "text/html"})


class ListWithoutFanCrashes(Reference):
    """A request for a list that names no fan is an internal error."""

    breaks = frozenset({"list-no-server-error"})

    def read_query(self, request: Request) -> Mapping[str, str]:
        if "fanId" not in request.query:
            raise Refusal(500, "internal_error", "KeyError: fanId")
        return super().read_query(request)


class UnknownFanCrashes(Reference):
    """A request for the list of an unknown fan is an internal error."""

    breaks = frozenset({"list-no-server-error"})

    def read_query(self, request: Request) -> Mapping[str, str]:
        if request.query.get("fanId", "fan-1001") not in self.fans:
            raise Refusal(500, "internal_error", "NoneType has no attribute preferences")
        return super().read_query(request)


class NulInFilterCrashes(Reference):
    """A NUL in the category of a list is an internal error."""

    breaks = frozenset({"list-no-server-error"})

    def read_query(self, request: Request) -> Mapping[str, str]:
        if "\0" in request.query.get("category", ""):
            raise Refusal(500, "internal_error", "invalid byte sequence for encoding UTF8: 0x00")
        return super().read_query(request)


class NulInFilterIsUnavailable(Reference):
    """A NUL in the category of a list is an outage each time, while other lists are given."""

    breaks = frozenset({"list-no-server-error"})

    def read_query(self, request: Request) -> Mapping[str, str]:
        if "\0" in request.query.get("category", ""):
            raise Refusal(503, "service_unavailable", "invalid byte sequence for encoding UTF8: 0x00")
        return super().read_query(request)


class OtherFanIsUnavailable(Reference):
    """The list of one fan is an outage each time, while that of another is given."""

    breaks = frozenset({"list-no-server-error"})

    def read_query(self, request: Request) -> Mapping[str, str]:
        if request.query.get("fanId") == "fan-1002":
            raise Refusal(503, "service_unavailable", "upstream connect error")
        return super().read_query(request)


class NulInFilterHangs(Hangs, Reference):
    """A NUL in the category of a list is waited for as if more were to come."""

    breaks = frozenset({"list-no-server-error"})

    def hangs_on(self, request: Request) -> bool:
        return request.path == LIST and "\0" in request.query.get("category", "")


class LargeFanEndsTheProcess(Reference):
    """A list of a fan whose number 64 bits do not hold ends the process, and with it the connection."""

    breaks = frozenset({"list-no-server-error"})

    def answer(self, request: Request) -> Response:
        fan_id = request.query.get("fanId", "")
        is_large = request.path == LIST and fan_id.isdigit() and int(fan_id) >= 2**64
        return Response(0, is_silent=True) if is_large else super().answer(request)


class _LenientToRead(Reference):
    """Lets into lists whom the server that it is mixed into lets in anywhere."""

    breaks = frozenset({"list-bad-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        is_lenient = request.method == "GET"
        return (
            super().authenticate_caller(request) if is_lenient else Reference().authenticate_caller(request)
        )


class SignatureIsOptionalToRead(_LenientToRead, SignatureIsOptional):
    """A list is given for a token whose signature was cut off."""


class TwoPartsAreEnoughToRead(_LenientToRead, TwoPartsAreEnough):
    """A list is given for a token that ends with its second part."""


class NothingToVerifyToRead(_LenientToRead, NothingToVerify):
    """A list is given for an empty signature."""


class CapitalsAreBelievedToRead(_LenientToRead, CapitalsAreBelieved):
    """A list is given for any signature behind BEARER in capitals."""


class AnyKeyReads(Reference):
    """A list is given to whoever has a key in a header."""

    breaks = frozenset({"list-bad-token"})

    def authenticate_caller(self, request: Request) -> Caller:
        if request.method == "GET" and "x-api-key" in request.headers:
            return Caller("guest", "authenticated")
        return super().authenticate_caller(request)

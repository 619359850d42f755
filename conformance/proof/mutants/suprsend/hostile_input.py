"""SuprSend servers that break a requirement on hostile input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import unquote

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import (
    Category,
    Reference,
    Refused,
)
from conformance.proof.variants.hostile_input import Hangs, MixesUpPipelines, SaysNothingToHalves


class DeepHangs(Hangs, Reference):
    """A thousand levels keep the server busy for ever."""

    breaks = frozenset({"hostile-input-is-answered"})

    def hangs_on(self, request: Request) -> bool:
        return b'"note": ' + b"[" * 900 in request.body


class ChunksHang(Hangs, Reference):
    """The end of a body in chunks is never found."""

    breaks = frozenset({"hostile-input-is-answered"})

    def hangs_on(self, request: Request) -> bool:
        return "transfer-encoding" in request.headers


class LongBodiesAreCut(Reference):
    """What is behind the first 65,536 bytes of a body is lost, and with it all that it says."""

    breaks = frozenset({"preference-beside-hostile-members"})

    def _parse_json(self, body: bytes) -> Any:
        return {"preference": "opt_out"} if len(body) > 200_000 else super()._parse_json(body)


class DeepMembersAreForgotten(Reference):
    """A body with a hundred levels in it is taken for an empty object."""

    breaks = frozenset({"preference-beside-hostile-members"})

    def _parse_json(self, body: bytes) -> Any:
        return {} if b'"note": ' + b"[" * 100 + b"]" in body else super()._parse_json(body)


class PrototypeCounts(Reference):
    """What a body does not say is looked up in its __proto__."""

    breaks = frozenset({"prototype-is-no-preference"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        members = super()._want_object(body)
        return {**members.get("__proto__", {}), **members}


class PrototypeIsShared(Reference):
    """What a body does not say is looked up in the __proto__ of the one before."""

    breaks = frozenset({"prototypes-stay-clean"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        members = super()._want_object(body)
        earlier: dict[str, Any] = vars(self).get("shared", {})
        vars(self)["shared"] = members.get("__proto__", {})
        return {**earlier, **members}


class ChunksAreNotRead(Reference):
    """A body in chunks is taken for an empty object."""

    breaks = frozenset({"chunked-body-is-followed"})

    def _read_body(self, request: Request) -> dict[str, Any]:
        return {} if "transfer-encoding" in request.headers else super()._read_body(request)


class _Mends(Reference):
    """Adds the brace that a body lacks which breaks off."""

    def _read_body(self, request: Request) -> dict[str, Any]:
        end = b"}" if request.is_cut else b""
        return super()._read_body(replace(request, body=request.body + end))


class HalfIsMended(_Mends):
    """A body that breaks off is mended and accepted."""

    breaks = frozenset({"half-sent-body-changes-nothing"})


class HalfIsCarriedOut(SaysNothingToHalves, _Mends):
    """A body that breaks off is mended and carried out, and nobody is told."""

    breaks = frozenset({"half-sent-body-changes-nothing"})


class PipelineIsMixedUp(MixesUpPipelines, Reference):
    """The second of two requests in one packet gets the answer to the first."""

    breaks = frozenset({"pipelined-requests-stay-in-order"})


class NulIsUnavailable(Reference):
    """A NUL is an outage each time, while others are served."""

    breaks = frozenset({"no-server-error"})

    def _parse_json(self, body: bytes) -> Any:
        if b"\\u0000" in body:
            raise Refused(503, "invalid byte sequence for encoding UTF8: 0x00")
        return super()._parse_json(body)


class ItemsOfOtherTypesAreUnavailable(Reference):
    """A channel that is no text is an outage each time, while others are served."""

    breaks = frozenset({"no-server-error"})

    def _check_channel(self, channel: Any, field: str) -> str:
        if not isinstance(channel, str):
            raise Refused(503, "upstream returned no response")
        return super()._check_channel(channel, field)


# --- what crashes on one row of odd input only -----------------------------------------------------------


class OptionsCrash(Reference):
    """OPTIONS is answered 500."""

    breaks = frozenset({"no-server-error"})
    method: ClassVar = "OPTIONS"

    def _handle_operation(self, request: Request) -> Response:
        if request.method == self.method:
            raise Refused(500, f"no handler for {self.method}")
        return super()._handle_operation(request)


class DeleteCrashes(OptionsCrash):
    """DELETE is answered 500."""

    method = "DELETE"


class CapitalsCrash(Reference):
    """A path in capitals is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _handle_operation(self, request: Request) -> Response:
        if request.path.startswith("/V1/"):
            raise Refused(500, "no version V1")
        return super()._handle_operation(request)


class LongSlugCrashes(Reference):
    """A category with a slug of 300 characters is answered 500."""

    breaks = frozenset({"no-server-error"})
    status: ClassVar = 500

    def _find_category(self, slug: str) -> Category:
        if len(slug) > 255:
            raise Refused(self.status, "value too long for type character varying(255)")
        return super()._find_category(slug)


class LongSlugIsUnavailable(LongSlugCrashes):
    """A category with a slug of 300 characters is answered 503 each time, while others are served."""

    status = 503


class UndecodableSlugCrashes(Reference):
    """A path that is not UTF-8 is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _handle_operation(self, request: Request) -> Response:
        try:
            unquote(request.path, errors="strict")
        except UnicodeDecodeError as error:
            raise Refused(500, str(error)) from error
        return super()._handle_operation(request)


class RepeatedTenantCrashes(Reference):
    """A tenant_id that is there twice is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _find_tenant(self, request: Request) -> str:
        if request.target.count("tenant_id=") > 1:
            raise Refused(500, "list has no attribute strip")
        return super()._find_tenant(request)


class StrangeTenantCrashes(Reference):
    """A tenant_id that is not ASCII is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _find_tenant(self, request: Request) -> str:
        if not request.query.get("tenant_id", "").isascii():
            raise Refused(500, "ordinal not in range(128)")
        return super()._find_tenant(request)


class NullInListCrashes(Reference):
    """Null in opt_in_channels is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        members = super()._want_object(body)
        if members.get("opt_in_channels") == [None]:
            raise Refused(500, "NoneType has no attribute lower")
        return members


class NullInListEndsTheProcess(Reference):
    """Null in opt_in_channels ends the process, and with it the connection."""

    breaks = frozenset({"hostile-input-is-answered"})

    def answer(self, request: Request) -> Response:
        has_null = b'"opt_in_channels": [null]' in request.body
        return Response(0, is_silent=True) if has_null else super().answer(request)


class TwentyDigitsCrash(Reference):
    """An integer that 64 bits do not hold is answered 500."""

    breaks = frozenset({"no-server-error"})

    def _want_object(self, body: Any) -> dict[str, Any]:
        members = super()._want_object(body)
        if any(isinstance(one, int) and one >= 2**64 for one in members.values()):
            raise Refused(500, "int too big to convert")
        return members

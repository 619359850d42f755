"""OnlyAutomator servers that break a requirement on hostile input."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import unquote

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import PATH, Record, Reference, Refusal
from conformance.proof.variants.hostile_input import Hangs, MixesUpPipelines, SaysNothingToHalves


class DeepHangs(Hangs, Reference):
    """A thousand levels keep the server busy for ever."""

    breaks = frozenset({"hostile-input-is-answered"})

    def hangs_on(self, request: Request) -> bool:
        return b"[" * 900 in request.body


class ChunksHang(Hangs, Reference):
    """The end of a body in chunks is never found."""

    breaks = frozenset({"hostile-input-is-answered"})

    def hangs_on(self, request: Request) -> bool:
        return "transfer-encoding" in request.headers


class SurrogateHangs(Hangs, Reference):
    """Half a surrogate pair makes the server wait for the other half."""

    breaks = frozenset({"hostile-input-is-answered"})

    def hangs_on(self, request: Request) -> bool:
        return b"\\ud83d" in request.body


class FiftyLevelsDeep(Reference):
    """What lies more than fifty levels deep is lost."""

    breaks = frozenset({"deep-value-stays-whole"})

    def convert_value(self, value: Any, level: int = 0) -> Any:
        if isinstance(value, list):
            return [self.convert_value(item, level + 1) for item in value] if level < 50 else []
        return value


class StringsAreCut(Reference):
    """A string is cut at 65,536 characters."""

    breaks = frozenset({"huge-string-stays-whole"})

    def convert_value(self, value: Any) -> Any:
        return value[:65536] if isinstance(value, str) else value


class NegativeZeroIsNothing(Reference):
    """A zero with a sign becomes null."""

    breaks = frozenset({"negative-zero-stays-zero"})

    def convert_value(self, value: Any) -> Any:
        return None if str(value) == "-0.0" else value


class LargeIntegersAreText(Reference):
    """An integer that no double can hold comes back as a string."""

    breaks = frozenset({"large-integer-stays-a-number"})

    def convert_value(self, value: Any) -> Any:
        return str(value) if isinstance(value, int) and abs(value) > 2**53 else value


class IntegersAreCapped(Reference):
    """An integer that no double can hold becomes the largest that is safe."""

    breaks = frozenset({"large-integer-stays-a-number"})

    def convert_value(self, value: Any) -> Any:
        return min(value, 2**53 - 1) if type(value) is int else value


class NulEndsAString(Reference):
    """A string ends at its first U+0000."""

    breaks = frozenset({"nul-stays-in-its-string"})

    def convert_value(self, value: Any) -> Any:
        return value.partition("\0")[0] if isinstance(value, str) else value


class PrototypeIsSwallowed(Reference):
    """A member called __proto__ sets the prototype instead of staying."""

    breaks = frozenset({"prototype-members-stay"})

    def convert_value(self, value: Any) -> Any:
        return (
            {name: it for name, it in value.items() if name != "__proto__"}
            if isinstance(value, dict)
            else value
        )


class ConstructorIsSwallowed(Reference):
    """A member called constructor is taken for harmful and dropped."""

    breaks = frozenset({"prototype-members-stay"})

    def convert_value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: it for name, it in value.items() if name != "constructor"}


class PrototypeIsShared(Reference):
    """What one write puts into __proto__ every later record has."""

    breaks = frozenset({"prototypes-stay-clean"})

    def convert_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            vars(self).setdefault("shared", {}).update(value.get("__proto__", {}))
        return value

    def success_response(self, record: Record) -> Response:
        return super().success_response({**record, **vars(self).get("shared", {})})


class DeepIsUnavailable(Reference):
    """A thousand levels are refused with 400 and the code of an outage."""

    breaks = frozenset({"hostile-value-refused-as-invalid"})

    def read_body(self, request: Request) -> Any:
        if b"[" * 900 in request.body:
            raise Refusal(400, "service_unavailable", "Too deep")
        return super().read_body(request)


class ChunksAreLost(Reference):
    """Of a body in chunks only the beginning of the value is kept."""

    breaks = frozenset({"chunked-write-stays-whole"})

    def read_body(self, request: Request) -> Any:
        body = super().read_body(request)
        return {**body, "value": body["value"][:31]} if "transfer-encoding" in request.headers else body


class _Mends(Reference):
    """Adds the brace that a write lacks which broke off."""

    def read_body(self, request: Request) -> Any:
        end = b"}" if request.is_cut else b""
        return super().read_body(Request("POST", request.target, request.headers, request.body + end))


class HalfIsMended(_Mends):
    """A write that breaks off is mended and accepted."""

    breaks = frozenset({"half-sent-write-stores-nothing"})


class HalfIsStored(SaysNothingToHalves, _Mends):
    """A write that breaks off is mended and stored, and nobody is told."""

    breaks = frozenset({"half-sent-write-stores-nothing"})


class PipelineIsMixedUp(MixesUpPipelines, Reference):
    """The second of two writes in one packet gets the answer to the first."""

    breaks = frozenset({"pipelined-writes-stay-in-order"})


class ListIsTooLong(Reference):
    """A list that comes to half a megabyte is an internal error."""

    breaks = frozenset({"hostile-values-can-be-listed"})

    def list_response(self, records: list[Record]) -> Response:
        if sum(len(str(record["value"])) for record in records) > 2**19:
            raise Refusal(500, "internal_error", "response payload too large")
        return super().list_response(records)


class PrototypeBreaksLists(Reference):
    """A record whose value has a member called __proto__ breaks every list that it is in."""

    breaks = frozenset({"hostile-values-can-be-listed"})

    def render_listed(self, record: Record) -> Record:
        if isinstance(record["value"], dict) and "__proto__" in record["value"]:
            raise Refusal(500, "internal_error", "Cannot set properties of undefined")
        return super().render_listed(record)


class ChunksAreUnavailable(Reference):
    """A body in chunks is an outage each time, while others are served."""

    breaks = frozenset({"no-server-error"})

    def check_availability(self, request: Request) -> None:
        super().check_availability(request)
        if "transfer-encoding" in request.headers:
            raise Refusal(503, "service_unavailable", "KeyError: content-length")


class NamesCutAt290(Reference):
    """Names are cut after 290 characters."""

    breaks = frozenset({"odd-input-comes-back"})

    def copy_names(self, body: Record) -> Record:
        return {name: text[:290] for name, text in super().copy_names(body).items()}


class NumberAsFanIsInvalidJson(Reference):
    """A number in the place of a fan is refused with a code of its own."""

    breaks = frozenset({"hostile-value-refused-as-invalid", "error-code-is-listed"})

    def validate_body(self, body: Any) -> None:
        if isinstance(body, dict) and isinstance(body.get("fanId"), int):
            raise Refusal(400, "invalid_type", "fanId is a string")
        super().validate_body(body)


# --- what crashes on one row of odd input only -----------------------------------------------------------


class MissingTypeCrashes(Reference):
    """A write without a Content-Type is an internal error."""

    breaks = frozenset({"no-server-error"})

    def read_body(self, request: Request) -> Any:
        if "content-type" not in request.headers:
            raise Refusal(500, "internal_error", "KeyError: content-type")
        return super().read_body(request)


class NumberAsFanCrashes(Reference):
    """A number in the place of a fan is an internal error."""

    breaks = frozenset({"no-server-error"})

    def validate_body(self, body: Any) -> None:
        if isinstance(body, dict) and body.get("fanId") == 4_000_000_000_000_007:
            raise Refusal(500, "internal_error", "fanId.trim is not a function")
        super().validate_body(body)


class LongFanCrashes(Reference):
    """A fan with a name of 300 characters is an internal error."""

    breaks = frozenset({"no-server-error"})
    status, code = 500, "internal_error"

    def find_fan(self, fan_id: str) -> None:
        if len(fan_id) > 255:
            raise Refusal(self.status, self.code, "value too long for type character varying(255)")
        super().find_fan(fan_id)


class LongFanIsUnavailable(LongFanCrashes):
    """A fan with a name of 300 characters is an outage each time, while others are served."""

    status, code = 503, "service_unavailable"


class LongFanEndsTheProcess(Reference):
    """A fan with a name of 300 characters ends the process, and with it the connection."""

    breaks = frozenset({"hostile-input-is-answered"})

    def answer(self, request: Request) -> Response:
        is_long = b"abcdef" * 50 in request.body
        return Response(0, is_silent=True) if is_long else super().answer(request)


class TwentyDigitsCrash(Reference):
    """An integer that 64 bits do not hold is an internal error, in a list."""

    breaks = frozenset({"no-server-error"})

    def convert_value(self, value: Any) -> Any:
        if isinstance(value, list) and any(isinstance(one, int) and one >= 2**64 for one in value):
            raise Refusal(500, "internal_error", "int too big to convert")
        return value


class NullInListCrashes(Reference):
    """A list of nothing but null is an internal error."""

    breaks = frozenset({"no-server-error"})

    def convert_value(self, value: Any) -> Any:
        if value == [None]:
            raise Refusal(500, "internal_error", "Cannot read properties of null")
        return value


class GetCrashes(Reference):
    """A GET of the path is an internal error."""

    breaks = frozenset({"no-server-error"})
    method: ClassVar = "GET"
    status, code = 500, "internal_error"

    def check_route(self, request: Request) -> None:
        if request.method == self.method and request.path == PATH:
            raise Refusal(self.status, self.code, f"no handler for {self.method}")
        super().check_route(request)


class OptionsCrash(GetCrashes):
    """OPTIONS of the path is an internal error."""

    method = "OPTIONS"


class DeleteCrashes(GetCrashes):
    """A DELETE of the path is an internal error."""

    method = "DELETE"


class GetIsUnavailable(GetCrashes):
    """A GET of the path is an outage each time, while writes are served."""

    status, code = 503, "service_unavailable"


class OtherEndCrashes(Reference):
    """A slash at the end of the path is an internal error."""

    breaks = frozenset({"no-server-error"})

    def check_route(self, request: Request) -> None:
        if request.path.endswith("/"):
            raise Refusal(500, "internal_error", "list index out of range")
        super().check_route(request)


class UndecodablePathCrashes(Reference):
    """A path that is not UTF-8 is an internal error."""

    breaks = frozenset({"no-server-error"})

    def check_route(self, request: Request) -> None:
        try:
            unquote(request.path, errors="strict")
        except UnicodeDecodeError as error:
            raise Refusal(500, "internal_error", str(error)) from None
        super().check_route(request)

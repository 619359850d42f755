"""OnlyAutomator servers that differ from the reference in ways the document leaves open."""

# ruff: noqa: D102 - what an override does is its class's docstring
from __future__ import annotations

import gzip
import itertools
import json
import time
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.utils import formatdate
from typing import Any

from conformance.proof.reference.onlyautomator import (
    KEY,
    LIST,
    METHODS,
    PATH,
    Caller,
    Record,
    Reference,
    Refusal,
)
from conformance.proof.serving import Request, Response

# --- answers ---------------------------------------------------------------------------------------------


class _Told(Reference):
    """Tells a record otherwise than it is kept."""

    def succeed(self, record: Record) -> Response:
        return super().succeed(self.tell(record))

    def show(self, record: Record) -> Record:
        return self.tell(record)

    def tell(self, record: Record) -> Record:
        return record


class _Sent(Reference):
    """Sends an answer otherwise than it was made."""

    def answer(self, request: Request) -> Response:
        return self.send(super().answer(request))

    def send(self, response: Response) -> Response:
        return response


class ExtraMembers(Reference):
    """Answers carry members that the document does not list, at every level."""

    def succeed(self, record: Record) -> Response:
        data = {**record, "version": 3, "deletedAt": None, "tags": []}
        return Response(200, {"status": "success", "data": data, "message": "Saved", "requestId": "r-1"})

    def list_records(self, records: list[Record]) -> Response:
        more = {"message": "Here you are", "pagination": {"total": len(records), "limit": 100, "offset": 0}}
        return Response(200, {**super().list_records(records).body, **more})

    def show(self, record: Record) -> Record:
        return {**record, "version": 3, "deletedAt": None, "tags": []}

    def refuse(self, refusal: Refusal) -> Response:
        answer = super().refuse(refusal)
        answer.body["error"].update(details={"field": None}, docs="https://docs.example.com")
        return Response(answer.status, {**answer.body, "timestamp": self.now(), "data": None})


class OtherMemberOrder(_Sent):
    """Members come in another order."""

    def send(self, response: Response) -> Response:
        return Response(response.status, _reversed(response.body), response.headers)


class NextNumberForId(Reference):
    """Ids are numbers written as text."""

    numbers = itertools.count(1)

    def create(self, body: Record, caller: Caller) -> Record:
        return {**super().create(body, caller), "id": str(next(self.numbers))}


class PrefixedId(_Told):
    """Ids begin with a word, as in the document's example."""

    def tell(self, record: Record) -> Record:
        return {**record, "id": f"pref_{record['id'][:8]}"}


class TripleForId(_Told):
    """The id is made of the triple."""

    def tell(self, record: Record) -> Record:
        return {
            **record,
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([record[name] for name in KEY]))),
        }


class MappedFan(_Told):
    """The fan comes back under an internal id, always the same one for a fan."""

    def tell(self, record: Record) -> Record:
        return {**record, "fanId": f"fan_{uuid.uuid5(uuid.NAMESPACE_OID, record['fanId'])}"}


class MappedUser(_Told):
    """The user comes back under an internal id that is not the token's subject."""

    def tell(self, record: Record) -> Record:
        return {**record, "userId": f"user_{uuid.uuid5(uuid.NAMESPACE_OID, record['userId'])}"}


class NoSource(_Told):
    """The source is null."""

    def tell(self, record: Record) -> Record:
        return {**record, "source": None}


class InferredSource(_Told):
    """The source of a boolean is inferred, that of anything else the extension."""

    def tell(self, record: Record) -> Record:
        return {**record, "source": "inferred" if isinstance(record["value"], bool) else "extension"}


class CreatorStays(Reference):
    """A record keeps the user who created it."""

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        return {**super().update(old, body, caller), "userId": old["userId"]}


class RecordPerUser(Reference):
    """Each user has records of his own, and is shown all of them."""

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return (caller.user_id, *super().key(body, caller))


class ListPerUser(RecordPerUser):
    """Each user has records of his own, and is shown no others."""

    def is_of_user(self, record: Record, caller: Caller) -> bool:
        return bool(record["userId"] == caller.user_id)


class RaceIsRefused(Reference):
    """Of several creates at once all but the first are refused with a conflict."""

    def store(self, body: Record, caller: Caller) -> Record:
        if self.key(body, caller) in self.records:
            return super().store(body, caller)
        if not self.lock.acquire(blocking=False):
            raise Refusal(409, "validation_error", "Someone else is writing this")
        with self.lock:
            time.sleep(0.01 if isinstance(body["value"], int) else 0)
            self.lock.release()
            return super().store(body, caller)


class CaseIsFoldedInKey(Reference):
    """Names that differ in case only name the same record."""

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return tuple(name.casefold() for name in super().key(body, caller))


class NamesAreTrimmed(Reference):
    """Whitespace around names is trimmed, and control characters in them are dropped."""

    def names(self, body: Record) -> Record:
        return {name: _printable(text).strip() for name, text in super().names(body).items()}


class LettersAreComposed(Reference):
    """Decomposed letters are stored composed, in names and values."""

    def names(self, body: Record) -> Record:
        return {name: unicodedata.normalize("NFC", text) for name, text in super().names(body).items()}

    def keep(self, value: Any) -> Any:
        return json.loads(unicodedata.normalize("NFC", json.dumps(value, ensure_ascii=False)))


class LettersAreDecomposed(Reference):
    """Composed letters are stored decomposed, in values."""

    def keep(self, value: Any) -> Any:
        return json.loads(unicodedata.normalize("NFD", json.dumps(value, ensure_ascii=False)))


class NumbersAreDoubles(Reference):
    """Every number is a double: 1 comes back as 1.0."""

    def keep(self, value: Any) -> Any:
        return json.loads(json.dumps(value), parse_int=float)


class WholeDoublesAreIntegers(Reference):
    """A double without a fraction comes back as an integer."""

    def keep(self, value: Any) -> Any:
        return json.loads(json.dumps(value), parse_float=lambda text: _whole(float(text)))


class MembersAreSorted(Reference):
    """The members of an object come back sorted, as from a binary column."""

    def keep(self, value: Any) -> Any:
        return json.loads(json.dumps(value, sort_keys=True))


# --- timestamps ------------------------------------------------------------------------------------------


class WholeSeconds(Reference):
    """The clock counts whole seconds."""

    def now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


class Milliseconds(Reference):
    """The clock counts milliseconds."""

    def now(self) -> str:
        return self.clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Nanoseconds(Reference):
    """Timestamps have nine decimals."""

    def now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


class Offset(Reference):
    """Timestamps have an offset of a few hours."""

    def now(self) -> str:
        return self.clock.now().astimezone(timezone(timedelta(hours=-9, minutes=-30))).isoformat()


class NoOffset(Reference):
    """Timestamps have no offset at all."""

    def now(self) -> str:
        return self.clock.now().replace(tzinfo=None).isoformat()


class BasicForm(Reference):
    """Timestamps are in the basic form."""

    def now(self) -> str:
        return self.clock.now().strftime("%Y%m%dT%H%M%S.%fZ")


class CommaForFraction(Reference):
    """The fraction of a timestamp comes after a comma."""

    def now(self) -> str:
        return self.clock.now().isoformat().replace(".", ",")


class ClockIsReadTwice(Reference):
    """The clock is read for each timestamp of a new record, and a value of some length lets it tick between."""

    def create(self, body: Record, caller: Caller) -> Record:
        record = super().create(body, caller)
        return {**record, "updatedAt": self.now()} if len(str(body["value"])) > len("first") else record


class SlowClock(Reference):
    """The clock is ten minutes slow."""

    def now(self) -> str:
        return (self.clock.now() - timedelta(minutes=10)).isoformat()


class FastClock(_Sent):
    """The clock is a day fast, and so is the Date of every answer."""

    def now(self) -> str:
        return (self.clock.now() + timedelta(days=1)).isoformat()

    def send(self, response: Response) -> Response:
        return replace(
            response, headers={**response.headers, "date": formatdate(time.time() + 86_400, usegmt=True)}
        )


class LocalTime(Reference):
    """Timestamps are of another zone and do not say so."""

    def now(self) -> str:
        return (self.clock.now() + timedelta(hours=7)).replace(tzinfo=None).isoformat()


class NamesAreLowered(Reference):
    """Categories and preferences are kept in lower case."""

    def names(self, body: Record) -> Record:
        return {name: text.lower() if name != "fanId" else text for name, text in super().names(body).items()}

    def key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:
        return super().key(self.names(dict(body)), caller)


class TwoClocks(Reference):
    """The database dates the creation and the program the update, some milliseconds apart."""

    def create(self, body: Record, caller: Caller) -> Record:
        record = super().create(body, caller)
        database = datetime.fromisoformat(record["createdAt"]) + timedelta(milliseconds=7)
        return {**record, "createdAt": database.isoformat()}


class ReplicasApart(Reference):
    """Two replicas answer in turn, their clocks a quarter of a second apart."""

    turns = itertools.cycle((0, 250))

    def now(self) -> str:
        return (self.clock.now() - timedelta(milliseconds=next(self.turns))).isoformat()


class ReplicasLookTwice(ReplicasApart):
    """Two replicas a quarter of a second apart, each of which looks at its clock for every timestamp."""

    def create(self, body: Record, caller: Caller) -> Record:
        return {**super().create(body, caller), "createdAt": self.now()}


class FirstAnswerIsFiner(Reference):
    """A create is answered from memory in microseconds, an update from a column of milliseconds."""

    def update(self, old: Record, body: Record, caller: Caller) -> Record:
        created = datetime.fromisoformat(old["createdAt"]).isoformat(timespec="milliseconds")
        return {**super().update(old, body, caller), "createdAt": created}


class TwoZones(_Told):
    """The creation is told in UTC, the update in the time of another place."""

    def tell(self, record: Record) -> Record:
        updated = datetime.fromisoformat(record["updatedAt"]).astimezone(timezone(timedelta(hours=5)))
        return {**record, "updatedAt": updated.isoformat()}


# --- what is refused -------------------------------------------------------------------------------------


class _Refuses(Reference):
    """Refuses what the document does not promise to accept."""

    def validate(self, body: Any) -> None:
        super().validate(body)
        if self.is_strange(body):
            raise self.invalid("That will not do")

    def is_strange(self, body: Record) -> bool:
        return bool(body.keys() - {*KEY, "value"})


class UnknownMembersAreRefused(_Refuses):
    """A member that the document does not know is refused."""


class NullIsRefused(_Refuses):
    """A null is no value."""

    def is_strange(self, body: Record) -> bool:
        return body["value"] is None


class NulIsRefused(_Refuses):
    """U+0000 is refused, as no text column holds it."""

    def is_strange(self, body: Record) -> bool:
        return "\\u0000" in json.dumps(body)


class SurrogatesAreRefused(_Refuses):
    """Half a surrogate pair is refused."""

    def is_strange(self, body: Record) -> bool:
        return any("\ud800" <= one <= "\udfff" for one in json.dumps(body, ensure_ascii=False))


class BigIntegersAreRefused(_Refuses):
    """An integer that no double can hold is refused."""

    def is_strange(self, body: Record) -> bool:
        return isinstance(body["value"], int) and abs(body["value"]) > 2**53


class NamesInSnakeCaseOnly(_Refuses):
    """Names with anything but ASCII letters, digits and underscores are refused."""

    def is_strange(self, body: Record) -> bool:
        names = [body["category"], body["preference"]]
        return not all(name.replace("_", "a").isalnum() and name.isascii() for name in names)


class CapitalsAreRefused(_Refuses):
    """A category or a preference with a capital in it is refused."""

    def is_strange(self, body: Record) -> bool:
        return any(body[name] != body[name].lower() for name in ("category", "preference"))


class LongNamesAreRefused(_Refuses):
    """Names of more than 64 characters are refused."""

    def is_strange(self, body: Record) -> bool:
        return any(len(body[name]) > 64 for name in KEY)


class DeepIsRefused(_Refuses):
    """More than a hundred levels are refused."""

    def is_strange(self, body: Record) -> bool:
        return json.dumps(body).count("[") + json.dumps(body).count("{") > 100


class ErrorsInNames(_Refuses):
    """What is refused for its names is refused with 422 in the same envelope."""

    def validate(self, body: Any) -> None:
        super(_Refuses, self).validate(body)
        if " " in body["preference"]:
            raise Refusal(422, "validation_error", "Use no spaces")


class FanBeforeBody(Reference):
    """The fan is looked up before the rest of the body is read."""

    def validate(self, body: Any) -> None:
        if isinstance(body, dict) and isinstance(body.get("fanId"), str) and body["fanId"]:
            self.find_fan(body["fanId"])
        super().validate(body)


class BodyBeforeToken(Reference):
    """A body that is no JSON is refused before the token is looked at."""

    def authenticate(self, request: Request) -> Caller:
        if request.method == "POST":
            self.read(request)
        return super().authenticate(request)


# --- what is accepted ------------------------------------------------------------------------------------


class AnyMediaType(Reference):
    """Whatever the media type, the body is read as JSON."""

    def read(self, request: Request) -> Any:
        headers = {**request.headers, "content-type": "application/json"}
        return super().read(Request(request.method, request.target, headers, request.body))


class BadMediaTypeIs400(Reference):
    """A wrong media type is answered 400, not 415."""

    def read(self, request: Request) -> Any:
        try:
            return super().read(request)
        except Refusal as refusal:
            raise self.invalid(refusal.message) from None


class ScalarsAreText(Reference):
    """A number or a boolean in the place of a name is taken for its text."""

    def validate_name(self, name: str, body: Any) -> None:
        if isinstance(body.get(name), int | float):
            body[name] = json.dumps(body[name])
        super().validate_name(name, body)


class EmptyNamesAreAccepted(Reference):
    """A category and a preference may be empty."""

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        if name == "fanId" or body.get(name) != "":
            super().validate_name(name, body)


class MissingValueIsNull(Reference):
    """Without a value null is stored."""

    def validate(self, body: Any) -> None:
        if isinstance(body, dict):
            body.setdefault("value", None)
        super().validate(body)


class CookieIsAccepted(Reference):
    """The token may come in the session's cookie."""

    def authenticate(self, request: Request) -> Caller:
        cookie = request.headers.get("cookie", "").partition("sb-access-token=")[2]
        given = request.headers.get("authorization") or f"Bearer {cookie}"
        headers = {**request.headers, "authorization": given}
        return super().authenticate(Request(request.method, request.target, headers, request.body))


class SchemeInItsCase(Reference):
    """The word bearer in lower case is refused."""

    def authenticate(self, request: Request) -> Caller:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            raise self.unauthenticated()
        return super().authenticate(request)


class NotANumberIsAccepted(Reference):
    """NaN is read, and stored as null."""

    def read(self, request: Request) -> Any:
        text = request.body.replace(b": NaN", b": null")
        return super().read(Request(request.method, request.target, request.headers, text))


class BothSlashForms(Reference):
    """A slash at the end of the path makes no difference."""

    def route(self, request: Request) -> None:
        path = request.target.removesuffix("/")
        super().route(Request(request.method, path, request.headers, request.body))


class OtherMethodsAreAccepted(Reference):
    """A GET is answered with a page."""

    def answer(self, request: Request) -> Response:
        if (request.method, request.path) == ("GET", PATH):
            return Response(200, b"<h1>Preferences</h1>", {"content-type": "text/html"})
        return super().answer(request)


class UnknownPathsInHtml(Reference):
    """Whatever is not the operation is answered with a page."""

    def answer(self, request: Request) -> Response:
        if METHODS.get(request.path) != request.method:
            return Response(404, b"<h1>Not Found</h1>", {"content-type": "text/html"})
        return super().answer(request)


# --- the wire --------------------------------------------------------------------------------------------


class BehindAFirewall(Reference):
    """What looks like an attack, or is large, is refused with a page before the API sees it."""

    def answer(self, request: Request) -> Response:
        if b"__proto__" in request.body or len(request.body) > 100_000:
            return Response(400, b"<h1>Bad Request</h1>", {"content-type": "text/html"})
        return super().answer(request)


class Charset(_Sent):
    """The media type has a charset parameter and capitals."""

    def send(self, response: Response) -> Response:
        headers = {**response.headers, "content-type": "Application/JSON;charset=UTF-8"}
        return Response(response.status, response.body, headers)


class TypesBuiltOnJson(_Sent):
    """Successes and errors have media types of their own, built on JSON."""

    def send(self, response: Response) -> Response:
        label = "application/problem+json" if response.status >= 400 else "application/vnd.api+json"
        return replace(response, headers={**response.headers, "content-type": label})


class Indented(_Sent):
    """JSON is sent with spaces, newlines and escapes."""

    def send(self, response: Response) -> Response:
        text = "\r\n " + json.dumps(response.body, indent=4) + "\n"
        return Response(response.status, text.encode(), {"content-type": "application/json"})


class CapitalHeaders(_Sent):
    """Header names are in capitals, and there are more of them."""

    def send(self, response: Response) -> Response:
        content = json.dumps(response.body, ensure_ascii=False).encode("utf-8", "surrogatepass")
        content = content if _is_utf_8(content) else json.dumps(response.body).encode()
        more = {"CONTENT-TYPE": "application/json", "SET-COOKIE": "a=b", "X-POWERED-BY": "PHP", "VARY": "*"}
        return Response(response.status, content, more)


class Gzipped(Reference):
    """Bodies are compressed for those who accept it."""

    def answer(self, request: Request) -> Response:
        response = super().answer(request)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return response
        headers = {"content-type": "application/json", "content-encoding": "gzip"}
        return Response(response.status, gzip.compress(json.dumps(response.body).encode()), headers)


class ConnectionClose(_Sent):
    """The server says that it will close the connection."""

    def send(self, response: Response) -> Response:
        return Response(response.status, response.body, {**response.headers, "connection": "close"})


class Slow(Reference):
    """Every answer takes a few milliseconds, some take a hundred."""

    delays = itertools.cycle((0.1, *[0.003] * 60))

    def answer(self, request: Request) -> Response:
        time.sleep(next(self.delays))
        return super().answer(request)


class _Now(Reference):
    """Answers every so many requests in another way, and the next one as usual."""

    every = 20
    status = 503

    def __init__(self) -> None:
        super().__init__()
        self.count = itertools.count(self.every // 2)

    def respond(self, request: Request) -> Response:
        if next(self.count) % self.every == 0:
            return self.busy()
        return super().respond(request)

    def busy(self) -> Response:
        refusal = Refusal(self.status, "service_unavailable", "Come back in a moment")
        return Response(self.status, self.refuse(refusal).body, {"retry-after": "0.01"})


class NowAndThenUnavailable(_Now):
    """The service is unavailable now and then, for a moment."""


class NowAndThenLimited(_Now):
    """A rate limit is exceeded now and then."""

    every = 30
    status = 429


class LimitedInPlainText(_Now):
    """A rate limit is kept by a proxy, which answers in plain text."""

    every = 40

    def busy(self) -> Response:
        return Response(429, b"Too Many Requests", {"content-type": "text/plain", "retry-after": "0"})


class OutageIs500(Reference):
    """An outage is answered 500."""

    def be_available(self, request: Request) -> None:
        if "x-out-of-service" in request.headers:
            raise Refusal(500, "service_unavailable", "Out of service")


class OutageIs502(Reference):
    """An outage is answered 502."""

    def be_available(self, request: Request) -> None:
        if "x-out-of-service" in request.headers:
            raise Refusal(502, "service_unavailable", "Out of service")


class OutageIsLong(Reference):
    """An outage asks to come back in an hour."""

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        answer.headers.update({"Retry-After": "3600"} if answer.status == 503 else {})
        return answer


class SlashIsAdded(Reference):
    """The path without a slash is redirected to the path with one."""

    status = 308

    def answer(self, request: Request) -> Response:
        if request.target == PATH:
            return Response(self.status, b"", {"location": f"{PATH}/"})
        bare = request.target.removesuffix("/")
        return super().answer(Request(request.method, bare, request.headers, request.body))


class SlashIsAddedForNow(SlashIsAdded):
    """The redirect is a temporary one."""

    status = 307


class WwwAuthenticate(_Sent):
    """A 401 says which scheme it wants."""

    def send(self, response: Response) -> Response:
        wanted = {"www-authenticate": 'Bearer error="invalid_token"'} if response.status == 401 else {}
        return Response(response.status, response.body, {**response.headers, **wanted})


class OtherMessages(Reference):
    """Messages are in another language."""

    def refuse(self, refusal: Refusal) -> Response:
        return super().refuse(Refusal(refusal.status, refusal.code, "Das geht so nicht, désolé 残念"))


# --- tokens ----------------------------------------------------------------------------------------------


class FansOfTheUserOnly(Reference):
    """A fan of another user is not found."""

    def authorize(self, caller: Caller) -> None:
        super().authorize(caller)
        if caller.user_id == "user-bob":
            raise Refusal(404, "resource_not_found", "No fan of yours")


class NumbersForFans(Reference):
    """Fans have numbers, as in the document's request."""

    fans = frozenset({"12345", "67890"})

    def profile(self, base_url: str) -> dict[str, Any]:
        fixtures = {"fan_id": "12345", "other_fan_id": "67890"}
        return {**super().profile(base_url), "fixtures": fixtures}

    def find_fan(self, fan_id: str) -> None:
        if not fan_id.isdigit() or int(fan_id) >= 2**31:
            raise self.invalid("fanId is a number")
        super().find_fan(fan_id)


class UuidsForFans(Reference):
    """Fans have UUIDs, and anything else is no fanId."""

    fans = frozenset({"0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"})

    def profile(self, base_url: str) -> dict[str, Any]:
        one, other = sorted(self.fans)
        fixtures = {"fan_id": one, "other_fan_id": other}
        return {**super().profile(base_url), "fixtures": fixtures}

    def find_fan(self, fan_id: str) -> None:
        try:
            uuid.UUID(fan_id)
        except ValueError:
            raise self.invalid("fanId is a UUID") from None
        super().find_fan(fan_id)


class WordsForFans(Reference):
    """Fans have names."""

    fans = frozenset({"ada", "of_ben"})

    def profile(self, base_url: str) -> dict[str, Any]:
        fixtures = {"fan_id": "ada", "other_fan_id": "of_ben"}
        return {**super().profile(base_url), "fixtures": fixtures}


class SmallestProfile(Reference):
    """Only the token and the fan that must be there are known."""

    def profile(self, base_url: str) -> dict[str, Any]:
        credentials = {"user": self.token("user-ada")}
        return {
            "api": "onlyautomator",
            "base_url": base_url,
            "credentials": credentials,
            "fixtures": {"fan_id": "fan-1001"},
        }


def _reversed(value: Any, levels: int = 3) -> Any:
    if not isinstance(value, dict) or not levels:
        return value
    return {name: _reversed(value[name], levels - 1) for name in reversed(value)}


def _printable(text: str) -> str:
    return "".join(one for one in text if unicodedata.category(one)[0] != "C" or ord(one) > 0xFFFF)


def _whole(number: float) -> int | float:
    return int(number) if number.is_integer() else number


def _is_utf_8(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


# --- hostile input ---------------------------------------------------------------------------------------


class _BehindAProxy(Reference):
    """A proxy stands before it and says no in HTML."""

    def answer(self, request: Request) -> Response:
        status = self.refused(request)
        if status is None:
            return super().answer(request)
        return Response(status, b"<h1>No</h1>", {"content-type": "text/html", "connection": "close"})

    def refused(self, request: Request) -> int | None:
        raise NotImplementedError


class ProxyWithLimits(_BehindAProxy):
    """The proxy refuses bodies beyond 64 KiB, bodies in chunks, many headers, and Expect, each with its own status."""

    costs = frozenset({"undocumented-error-envelope"})

    def refused(self, request: Request) -> int | None:
        if len(request.body) > 65536:
            return 413
        if "transfer-encoding" in request.headers:
            return 411
        if len(request.headers) > 50:
            return 431
        return 417 if "expect" in request.headers else None


class ProxyWithoutChunks(_BehindAProxy):
    """The proxy does not implement chunks, and calls many headers a bad request."""

    def refused(self, request: Request) -> int | None:
        if "transfer-encoding" in request.headers:
            return 501
        return 400 if len(request.headers) > 50 else None


class ClosesInsteadOfRefusing(Reference):
    """The connection is closed on what is large, deep, in chunks, cut short or sent in one packet with more."""

    def answer(self, request: Request) -> Response:
        is_odd = (
            len(request.body) > 65536 or b"[" * 64 in request.body or "transfer-encoding" in request.headers
        )
        if is_odd or request.is_cut or request.is_followed:
            return Response(0, is_silent=True)
        return super().answer(request)


class AnswersOnlyTheFirst(Reference):
    """After the first of several requests in one packet the connection is closed."""

    def answer(self, request: Request) -> Response:
        answer = super().answer(request)
        return replace(answer, headers={"connection": "close"}) if request.is_followed else answer


class DuplicatesAreRefused(Reference):
    """A member that is there twice is refused."""

    def read(self, request: Request) -> Any:
        body = super().read(request)
        if request.body.count(b'"value":') > 1:
            raise self.invalid("A member is there twice")
        return body


class SixtyFourLevels(Reference):
    """More than 64 levels are refused."""

    def read(self, request: Request) -> Any:
        if b"[" * 65 in request.body:
            raise self.invalid("Too deep")
        return super().read(request)


class PrototypesAreRefused(Reference):
    """A member called __proto__ is refused."""

    def read(self, request: Request) -> Any:
        if b"__proto__" in request.body:
            raise self.invalid("No prototypes here")
        return super().read(request)


class NegativeZeroHasNoSign(Reference):
    """A zero loses its sign."""

    def keep(self, value: Any) -> Any:
        return 0 if str(value) == "-0.0" else value


class CarriesThousandsOfLevels(Reference):
    """A thousand levels are accepted, and come back with line breaks."""

    def read(self, request: Request) -> Any:
        text = request.body.replace(b"[" * 1000, b'"').replace(b"]" * 1000, b'"')
        return super().read(replace(request, body=text.replace(b'""bottom""', b'"deep"')))

    def succeed(self, record: Record) -> Response:
        text = json.dumps({"status": "success", "data": record}, indent=1)
        deep = "[ \n" * 1000 + '"bottom"' + "]" * 1000
        return Response(200, text.replace('"deep"', deep).encode(), {"content-type": "application/json"})


# --- Get Preferences -------------------------------------------------------------------------------------


class _NoLists(Reference):
    """Has no lists, and its profile does not say so."""

    def profile(self, base_url: str) -> dict[str, Any]:
        profile = super().profile(base_url)
        del profile["capabilities"]
        return profile


class ListsAreNotFound(_NoLists):
    """There are no lists: 404."""

    def route(self, request: Request) -> None:
        if request.path == LIST:
            raise Refusal(404, "resource_not_found", f"Nothing at {LIST}")
        super().route(request)


class ListsAreNotAllowed(_NoLists):
    """There are no lists: 405, in HTML."""

    def answer(self, request: Request) -> Response:
        if request.path == LIST:
            return Response(405, b"<h1>Method Not Allowed</h1>", {"content-type": "text/html"})
        return super().answer(request)


class _Lagging(Reference):
    """Lists lag behind, each for itself."""

    lag_s = 0.3

    def __init__(self) -> None:
        super().__init__()
        self.versions: list[tuple[float, tuple[Any, ...], Record]] = []

    def store(self, body: Record, caller: Caller) -> Record:
        record = super().store(body, caller)
        self.versions.append((self.clock.monotonic(), self.key(body, caller), record))
        return record

    def shelf(self) -> list[Record]:
        until = self.clock.monotonic() - self.lag_s
        return list({key: record for at, key, record in list(self.versions) if at <= until}.values())


class ListsLagBehind(_Lagging):
    """A list shows what was written a moment ago, and not what was written since."""


class ListsLagTwoSeconds(_Lagging):
    """A list lags two seconds behind."""

    lag_s = 2


class ReplicasAreRead(_Lagging):
    """Lists are read from two replicas in turn, one of which is half a second late."""

    lags = itertools.cycle((0.5, 0))

    def shelf(self) -> list[Record]:
        self.lag_s = next(self.lags)
        return super().shelf()


class ListsAreCached(Reference):
    """A list that was asked for once is the same for a minute."""

    def __init__(self) -> None:
        super().__init__()
        self.cached: dict[tuple[str, str | None], Response] = {}

    def answer(self, request: Request) -> Response:
        if request.method != "GET":
            return super().answer(request)
        key = request.target, request.headers.get("authorization")
        if key not in self.cached:
            self.cached[key] = super().answer(request)
        return self.cached[key]


class ListsOldestFirst(Reference):
    """The record created first comes first."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().look_up(asked, caller)[::-1]


class ListsHaveNoOrder(Reference):
    """A list is in the order of its ids, which is none."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return sorted(super().look_up(asked, caller), key=lambda record: str(record["id"]))


class ListsHaveNoUserNorSource(Reference):
    """A list leaves out the user and the source, as some examples of the page do."""

    def show(self, record: Record) -> Record:
        return {name: record[name] for name in record if name not in ("userId", "source")}


class ListsMapEveryOtherFan(Reference):
    """A list shows the fan now by one id and now by another, as an example of the page does."""

    fan_ids = itertools.cycle(("12345", "fan_uuid_12345"))

    def show(self, record: Record) -> Record:
        return {**record, "fanId": next(self.fan_ids)}


class ListsInWholeSeconds(Reference):
    """A list tells its times in whole seconds, with an offset."""

    def show(self, record: Record) -> Record:
        told = {
            name: datetime.fromisoformat(record[name]).strftime("%Y-%m-%d %H:%M:%S+00")
            for name in ("createdAt", "updatedAt")
        }
        return {**record, **told}


class _ListTimes(Reference):
    """Tells the times of a list otherwise than those of a write."""

    def show(self, record: Record) -> Record:
        told = {name: self.told(datetime.fromisoformat(record[name])) for name in ("createdAt", "updatedAt")}
        return {**record, **told}

    def told(self, moment: datetime) -> str:
        raise NotImplementedError


class ListsInMinutes(_ListTimes):
    """A list tells its times in whole minutes."""

    def told(self, moment: datetime) -> str:
        return moment.strftime("%Y-%m-%dT%H:%MZ")


class ListsRoundUp(_ListTimes):
    """A list rounds its times to the next second."""

    def told(self, moment: datetime) -> str:
        return (moment + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


class ListsInLocalTime(_ListTimes):
    """A list tells the time of another zone and does not say so."""

    def told(self, moment: datetime) -> str:
        return (moment + timedelta(hours=5, minutes=30)).replace(tzinfo=None).isoformat()


class ListsInAnotherZone(_ListTimes):
    """A list tells its times in the basic form and in another zone, which it names."""

    def told(self, moment: datetime) -> str:
        return moment.astimezone(timezone(timedelta(hours=-4))).strftime("%Y%m%dT%H%M%S,%f%z")


class ListsOfTheDatabase(_ListTimes):
    """A list tells when the database stored what the program had dated."""

    def told(self, moment: datetime) -> str:
        return (moment + timedelta(milliseconds=120)).isoformat()


class ListsHaveDoubles(Reference):
    """A list is made by a reader to whom every number is a double."""

    def show(self, record: Record) -> Record:
        return json.loads(json.dumps(record, sort_keys=True), parse_int=float)  # type: ignore[no-any-return]


class ListsAreSharedWithOthers(Reference):
    """Others write for the same fan all the time, before the run and during it."""

    others = 200

    def shelf(self) -> list[Record]:
        made = {"fanId": "fan-1001", "category": "content", "createdAt": self.now(), "updatedAt": self.now()}
        return [
            *(
                {**made, "id": f"other-{at}", "preference": f"likes_{at}", "value": at}
                for at in range(self.others)
            ),
            *super().shelf(),
        ]


class ListsEndAtTen(Reference):
    """A list is a page of ten, and does not say so."""

    length = 10

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().look_up(asked, caller)[: self.length]


class ListsEndAtTwentyFive(Reference):
    """A list is a page of twenty-five, the oldest first."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().look_up(asked, caller)[::-1][:25]


class ListsEndAtFive(ListsEndAtTen):
    """A list is a page of five."""

    length = 5


class ListsEndAtSeven(ListsEndAtTen):
    """A list is a page of seven."""

    length = 7


class ListsEndAtTwelve(ListsEndAtTen):
    """A list is a page of twelve."""

    length = 12


class PagesOfFifteenInNoOrder(ListsHaveNoOrder):
    """A list is a page of fifteen in the order of its ids, which is none."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().look_up(asked, caller)[:15]


class PagesOfTwelveByName(Reference):
    """A list is a page of twelve in the order of the preferences."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return sorted(super().look_up(asked, caller), key=lambda record: str(record["preference"]))[:12]


class PagesOfTwentyByShard(Reference):
    """A list is a page of twenty in the order of its ids, which begin with one of three shards."""

    def create(self, body: Record, caller: Caller) -> Record:
        number = len(self.records)
        return {**super().create(body, caller), "id": f"{(number + 1) % 3}-{number:06}"}

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return sorted(super().look_up(asked, caller), key=lambda record: str(record["id"]))[:20]


class PagesOfTwelveByTheSecond(WholeSeconds):
    """A list is a page of twelve, the last second first, and within a second the record that was created first."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)[::-1]
        return sorted(found, key=lambda record: str(record["createdAt"]), reverse=True)[:12]


class PagesOf1024(ListsAreSharedWithOthers):
    """A list is a page of 1,024, and most of it others wrote before."""

    others = 2000

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().look_up(asked, caller)[::-1][:1024]


class PagesSayThatThereIsMore(Reference):
    """A list is a page of twenty of all the fan's, or of ten of a category, and names the next."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().look_up(asked, caller)[: 10 if "category" in asked else 20]

    def list_records(self, records: list[Record]) -> Response:
        answer = super().list_records(records)
        meta = {"nextCursor": "MTA" if len(records) in (10, 20) else None}
        return replace(answer, body={**answer.body, "meta": meta})


class PagesAreLinked(PagesSayThatThereIsMore):
    """A list is such a page, and a header links the next."""

    def list_records(self, records: list[Record]) -> Response:
        link = (
            f'<{LIST}?page=2>; rel="next"' if len(records) in (10, 20) else "<https://example.com>; rel=help"
        )
        return replace(Reference.list_records(self, records), headers={"link": link})


class PagesTellTheTotal(Reference):
    """A list is a page of twenty of all the fan's, or of ten of a category, and tells how many there are."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)
        return [{**one, "total": len(found)} for one in found[: 10 if "category" in asked else 20]]

    def list_records(self, records: list[Record]) -> Response:
        answer = super().list_records(records)
        return replace(
            answer, body={**answer.body, "total": max((one["total"] for one in records), default=0)}
        )


class FilterFoldsCase(Reference):
    """A category is found whatever the case of its letters."""

    def is_of_category(self, record: Record, category: str | None) -> bool:
        return category is None or record["category"].casefold() == category.casefold()


class UnknownFanHasAnEmptyList(Reference):
    """The list of an unknown fan is empty."""

    def asked(self, request: Request) -> Mapping[str, str]:
        return {"fanId": "", **request.query}


class UnknownCategoryIsNotFound(Reference):
    """A category in which nothing is listed is not found."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)
        if not found and "category" in asked:
            raise Refusal(404, "resource_not_found", "No such category")
        return found


class UnknownCategoryIsInvalid(Reference):
    """A category in which nothing is listed is a bad request."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)
        if not found and "category" in asked:
            raise self.invalid("No such category")
        return found


class ListsCallTokensInvalid(Reference):
    """A list refuses a bad token as invalid_token, and a request without one as any other."""

    def authenticate(self, request: Request) -> Caller:
        try:
            return super().authenticate(request)
        except Refusal:
            if request.method == "GET" and request.headers.get("authorization", "").startswith("Bearer "):
                raise Refusal(401, "invalid_token", "The token is not valid") from None
            raise


class ListsToldOfWholeSeconds(_ListTimes):
    """A list tells its times in whole seconds, with three zeros behind them."""

    def told(self, moment: datetime) -> str:
        return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


class NobodyForEverybody(Reference):
    """Without a fan the records of all fans are listed."""

    def asked(self, request: Request) -> Mapping[str, str]:
        return super().asked(request) if "fanId" in request.query else {}

    def is_of_fan(self, record: Record, fan_id: str) -> bool:
        return fan_id == "" or super().is_of_fan(record, fan_id)

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        return super().look_up({"fanId": "", **asked}, caller)

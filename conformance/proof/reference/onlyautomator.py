"""A small correct OnlyAutomator: the server that every mutant and every liberty is derived from."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from conformance.proof.messages import Request, Response
from conformance.proof.profiled_server import ProfiledServer

PATH = "/api/v2/update-preference"
LIST = "/api/v2/get-preferences"
METHODS = {PATH: "POST", LIST: "GET"}
SECRET = "the reference keeps this secret to itself"  # noqa: S105 - it guards nothing but a test server
KEY = ("fanId", "category", "preference")

Record = dict[str, Any]


class Refusal(Exception):
    """A request is refused with this status, code and message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Caller:
    """Who a token speaks for."""

    user_id: str
    role: str


class Reference(ProfiledServer):
    """One process's memory of preferences; each step of a request is a method that a lie can replace."""

    fans = frozenset({"fan-1001", "fan-1002"})

    def __init__(self) -> None:
        super().__init__()
        # Reentrant, for what overrides store_record takes it first and then calls the original.
        self.lock = threading.RLock()
        self.records: dict[tuple[Any, ...], Record] = {}
        # A run sends the same few tokens again and again, and a signature takes longer than all else in an answer.
        self.verified: dict[str, dict[str, Any]] = {}

    def answer(self, request: Request) -> Response:
        """Answer one request, whatever it is."""
        try:
            return self.handle_request(request)
        except Refusal as refusal:
            return self.error_response(refusal)

    def handle_request(self, request: Request) -> Response:
        """Take a request through every step; raises Refusal at the first that fails."""
        self.check_route(request)
        self.check_availability(request)
        caller = self.authenticate_caller(request)
        if request.path == LIST:
            return self.list_response(self.find_records(self.read_query(request), caller))
        self.authorize_caller(caller)
        body = self.read_body(request)
        self.validate_body(body)
        self.find_fan(body["fanId"])
        return self.success_response(self.store_record(body, caller))

    def check_route(self, request: Request) -> None:
        """Know two paths with a method each."""
        if request.path not in METHODS:
            raise Refusal(404, "resource_not_found", f"Nothing at {request.path}")
        if request.method != METHODS[request.path]:
            raise Refusal(405, "validation_error", f"Use {METHODS[request.path]}, not {request.method}")

    def check_availability(self, request: Request) -> None:
        """Be out of service when the trigger header asks for it."""
        if "x-out-of-service" in request.headers:
            raise Refusal(503, "service_unavailable", "The preference service is temporarily unavailable")

    def authenticate_caller(self, request: Request) -> Caller:
        """Learn the caller from the bearer token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise self.authentication_refusal()
        claims = self.verify_token(token)
        return Caller(claims["sub"], claims["role"])

    def verify_token(self, token: str) -> dict[str, Any]:
        """Return the claims of a token whose signature and times are right; one that was is remembered."""
        claims = self.verified.get(token, {})
        if claims.get("exp", 0) > time.time():
            return claims
        try:
            claims = jwt.decode(
                token, SECRET, algorithms=["HS256"], options={"require": ["sub", "role", "exp"]}
            )
        except jwt.InvalidTokenError:
            raise self.authentication_refusal() from None
        self.verified[token] = claims
        return claims

    def authentication_refusal(self) -> Refusal:
        """Make the refusal for a request without a valid token."""
        return Refusal(401, "authentication_required", "Authentication is required")

    def authorize_caller(self, caller: Caller) -> None:
        """Let only the role that may write pass."""
        if caller.role != "authenticated":
            raise Refusal(403, "permission_denied", f"The role {caller.role} may not write")

    def read_body(self, request: Request) -> Any:
        """Parse the body as strict JSON."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Refusal(415, "validation_error", "Send application/json")
        try:
            body = _DECODER.decode(request.body.decode())
        except (ValueError, RecursionError):
            raise self.validation_refusal("The body is not JSON") from None
        return body

    def validate_body(self, body: Any) -> None:
        """Want an object with the three names as text and a value."""
        if not isinstance(body, dict):
            raise self.validation_refusal("The body is not an object")
        for name in KEY:
            self.validate_name(name, body)
        if "value" not in body:
            raise self.validation_refusal("The 'value' field is required")

    def validate_name(self, name: str, body: Mapping[str, Any]) -> None:
        """Want one member of the key to be text."""
        if name not in body:
            raise self.validation_refusal(f"The '{name}' field is required")
        if not isinstance(body[name], str):
            raise self.validation_refusal(f"The '{name}' field is not a text")
        if not body[name]:
            raise self.validation_refusal(f"The '{name}' field is empty")

    def validation_refusal(self, message: str) -> Refusal:
        """Make the refusal for a request that cannot be understood."""
        return Refusal(400, "validation_error", message)

    def find_fan(self, fan_id: str) -> None:
        """Know the fan."""
        if fan_id not in self.fans:
            raise Refusal(404, "resource_not_found", f"No fan {fan_id}")

    def record_key(self, body: Mapping[str, Any], caller: Caller) -> tuple[Any, ...]:  # noqa: ARG002 - for overrides
        """Name the record that a write goes to."""
        return tuple(body[name] for name in KEY)

    def store_record(self, body: Record, caller: Caller) -> Record:
        """Create the record or update it, one write at a time."""
        key = self.record_key(body, caller)
        with self.lock:
            old = self.records.get(key)
            record = (
                self.create_record(body, caller) if old is None else self.update_record(old, body, caller)
            )
            self.records[key] = record
            return record

    def create_record(self, body: Record, caller: Caller) -> Record:
        """Make a record."""
        now = self.format_now()
        record = {"id": str(uuid.uuid4()), "userId": caller.user_id, **self.copy_names(body)}
        record["value"] = self.convert_value(body["value"])
        return {**record, "source": "manual", "createdAt": now, "updatedAt": now}

    def update_record(self, old: Record, body: Record, caller: Caller) -> Record:
        """Make the record that takes the place of an old one."""
        changes = {
            "userId": caller.user_id,
            **self.copy_names(body),
            "value": self.convert_value(body["value"]),
        }
        return {**old, **changes, "updatedAt": self.format_now()}

    def copy_names(self, body: Record) -> Record:
        """Take the three names as they were sent."""
        return {name: body[name] for name in KEY}

    def convert_value(self, value: Any) -> Any:
        """Store a value as it was sent."""
        return value

    def format_now(self) -> str:
        """Tell the time."""
        return self.clock.now().isoformat(timespec="microseconds").replace("+00:00", "Z")

    def success_response(self, record: Record) -> Response:
        """Answer with the record."""
        return Response(200, {"status": "success", "data": record})

    def read_query(self, request: Request) -> Mapping[str, str]:
        """Read which fan's records are asked for, and of which category if of one only."""
        asked = request.query
        self.validate_name("fanId", asked)
        self.find_fan(asked["fanId"])
        return asked

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        """Find the records that are asked for, the one created last first."""
        with self.lock:
            kept = self.all_records()
        return [
            one
            for one in reversed(kept)
            if self.is_of_fan(one, asked["fanId"])
            and self.is_of_category(one, asked.get("category"))
            and self.is_of_user(one, caller)
        ]

    def all_records(self) -> list[Record]:
        """Take every record that there is."""
        return list(self.records.values())

    def is_of_fan(self, record: Record, fan_id: str) -> bool:
        """Tell whether a record is the fan's."""
        return bool(record.get("fanId") == fan_id)

    def is_of_category(self, record: Record, category: str | None) -> bool:
        """Tell whether a record is of the category, if one is asked for."""
        return category is None or record.get("category") == category

    def is_of_user(self, record: Record, caller: Caller) -> bool:  # noqa: ARG002 - for overrides
        """Show every user the same records."""
        return True

    def list_response(self, records: list[Record]) -> Response:
        """Answer with records."""
        return Response(200, {"status": "success", "data": [self.render_listed(one) for one in records]})

    def render_listed(self, record: Record) -> Record:
        """Show a record in a list as it is kept."""
        return record

    def error_response(self, refusal: Refusal) -> Response:
        """Answer with an error."""
        error = {"code": refusal.code, "message": refusal.message}
        return Response(refusal.status, {"status": "error", "error": error})

    def make_token(self, user_id: str, role: str = "authenticated", ttl_s: int = 3600) -> str:
        """Sign a token for a user; a negative *ttl_s* makes one that has expired."""
        expires = self.clock.now() + timedelta(seconds=ttl_s)
        return jwt.encode({"sub": user_id, "role": role, "exp": expires}, SECRET, algorithm="HS256")

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile for this server in which nothing is missing."""
        return {
            "api": "onlyautomator",
            "base_url": base_url,
            "credentials": {
                "user": self.make_token("user-ada"),
                "other_user": self.make_token("user-bob"),
                "forbidden": self.make_token("user-eve", role="reader"),
                "expired": self.make_token("user-ada", ttl_s=-3600),
            },
            "fixtures": {"fan_id": "fan-1001", "other_fan_id": "fan-1002"},
            "capabilities": ["read_back"],
            "triggers": {"service_unavailable": {"headers": {"X-Out-Of-Service": "yes"}}},
        }


def _refuse_constant(constant: str) -> Any:
    raise ValueError(constant)


def _parse_finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(digits)
    return number


# By itself json accepts NaN and Infinity, which are no JSON, and turns 1e999 into the latter.
_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_parse_finite)

"""What OnlyAutomator mutants and liberties of several headings derive from."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

import jwt

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import (
    SECRET,
    Caller,
    Record,
    Reference,
)


class _Told(Reference):
    """Tells a record otherwise than it is kept."""

    def succeed(self, record: Record) -> Response:
        return super().succeed(self.tell(record))

    def tell(self, record: Record) -> Record:
        return record


def _signature(head: str) -> str:
    digest = hmac.new(SECRET.encode(), head.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _algorithm(token: str) -> str:
    try:
        return str(jwt.get_unverified_header(token)["alg"])
    except jwt.InvalidTokenError:
        return ""


def _is_signed(given: str) -> bool:
    head, _, signature = given.rpartition(" ")[2].rpartition(".")
    return signature == _signature(head)


class _InSeconds(Reference):
    """Counts whole seconds."""

    def now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


class _Shown(Reference):
    """Shows a record in a list otherwise than it is kept."""

    def show(self, record: Record) -> Record:
        return {**record, **self.changes(record)}

    def changes(self, record: Record) -> Record:
        raise NotImplementedError


class _Whole(Reference):
    """Shows a record otherwise where all the fan's are listed."""

    def look_up(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().look_up(asked, caller)
        return found if "category" in asked else [{**one, **self.changes(one)} for one in found]

    def changes(self, record: Record) -> Record:
        raise NotImplementedError


class _Sent(Reference):
    """Sends an answer otherwise than it was made."""

    def answer(self, request: Request) -> Response:
        return self.send(super().answer(request))

    def send(self, response: Response) -> Response:
        return response

"""What OnlyAutomator mutants and liberties of several headings derive from."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import jwt

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import (
    SECRET,
    Caller,
    Record,
    Reference,
)


class AnswersChangedRecord(Reference):
    """Tells a record otherwise than it is kept."""

    def success_response(self, record: Record) -> Response:
        return super().success_response(self.change_record(record))

    def change_record(self, record: Record) -> Record:
        return record


def sign_head(head: str) -> str:
    """Return the signature that belongs to the first two parts of a token."""
    digest = hmac.new(SECRET.encode(), head.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def read_claims(token: str) -> dict[str, Any]:
    """Return the claims of a token, whoever signed it."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def read_algorithm(token: str) -> str:
    """Return the algorithm that a token names; empty if it is no token."""
    try:
        return str(jwt.get_unverified_header(token)["alg"])
    except jwt.InvalidTokenError:
        return ""


def is_signed(given: str) -> bool:
    """Tell whether a credential ends with a token whose signature is right."""
    head, _, signature = given.rpartition(" ")[2].rpartition(".")
    return signature == sign_head(head)


class CountsSeconds(Reference):
    """Counts whole seconds."""

    def format_now(self) -> str:
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


class ListsChangedRecord(Reference):
    """Shows a record in a list otherwise than it is kept."""

    def render_listed(self, record: Record) -> Record:
        return {**record, **self.changed_members(record)}

    def changed_members(self, record: Record) -> Record:
        raise NotImplementedError


class ListsAllChanged(Reference):
    """Shows a record otherwise where all the fan's are listed."""

    def find_records(self, asked: Mapping[str, str], caller: Caller) -> list[Record]:
        found = super().find_records(asked, caller)
        return found if "category" in asked else [{**one, **self.changed_members(one)} for one in found]

    def changed_members(self, record: Record) -> Record:
        raise NotImplementedError


class ChangesResponse(Reference):
    """Sends an answer otherwise than it was made."""

    def answer(self, request: Request) -> Response:
        return self.change_response(super().answer(request))

    def change_response(self, response: Response) -> Response:
        return response

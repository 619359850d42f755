"""The queue of answers that are forced on the next matching calls."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from mockserver.http.headers import HEADER_NAME, WRITTEN_BY_SERVER
from mockserver.http.problems import Invalid, NotFound, Violation
from mockserver.simulation.match import Call, Match, NamedOperation


class Overrides:
    """Forced answers, oldest first, each for a number of calls."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[dict[str, Any]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, document: Mapping[str, Any]) -> None:
        """Add one answer.

        Raises Invalid for an answer without a status, and for a header that cannot be sent.
        """
        # Of former releases: there a fault had a status and an override a code.
        given = {"status": document["response"].get("code"), **document["response"]}
        response = {name: value for name, value in given.items() if name != "code"}
        violations = [
            Violation(f"response.headers.{name}", message)
            for name, value in response.get("headers", {}).items()
            if (message := _header_violation(name, value)) is not None
        ]
        if response["status"] is None:
            violations.append(Violation("response.status", "is required"))
        elif document["response"].get("code", response["status"]) != response["status"]:
            violations.append(Violation("response.code", "is the former name of status; give one of the two"))
        if violations:
            raise Invalid(violations)
        # Never used again, even by another stub of the same store: who removes an answer means the one that he saw.
        id_ = secrets.token_hex(4)
        self._waiting.append({"times": 1, **document, "response": response, "id": id_})

    def remove(self, id_: str) -> None:
        """Remove one answer; raise NotFound if it does not wait any more."""
        kept = [override for override in self._waiting if override["id"] != id_]
        if len(kept) == len(self._waiting):
            raise NotFound(f"forced answer {id_!r} not found; it may have been sent meanwhile")
        self._waiting = kept

    def clear(self) -> None:
        """Remove all answers."""
        self._waiting.clear()

    def documents(self) -> list[Mapping[str, Any]]:
        """List the answers that wait, with the times that are left."""
        return list(self._waiting)

    def restore(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Queue what documents() listed, which take() changes."""
        self._waiting = [dict(document) for document in documents]

    def take(self, call: Call, operation: NamedOperation | None) -> Mapping[str, Any] | None:
        """Use up the oldest answer that matches *call*, once; None if none does."""
        for override in self._waiting:
            if Match(**override.get("match", {})).fits(call, operation):
                override["times"] -= 1
                if override["times"] < 1:
                    self._waiting.remove(override)
                response: Mapping[str, Any] = override["response"]
                return response
        return None


def _header_violation(name: str, value: str) -> str | None:
    if not HEADER_NAME.fullmatch(name) or name.lower() in WRITTEN_BY_SERVER:
        return "is not a header name, or one that the server writes itself"
    if not value.isprintable() or not value.isascii():
        return "must be printable ASCII; percent-encode what is not"
    return None

"""Answers a caller asks for: the Prefer header (RFC 7240), magic identifiers, and a queue filled beforehand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from mockserver.contract.operation import (
    JSON,
    OFF_CONTRACT,
    Operation,
    documented_headers,
    documenting,
    names_json,
)
from mockserver.dispatch.exchange import Reply
from mockserver.http.problems import Invalid, Problem, Violation, phrase
from mockserver.simulation.faults import Wire
from mockserver.simulation.match import Call, Match

MAXIMUM_DELAY_MS = 60_000
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PREFERENCE = re.compile(rf'([^\s=;,"]+)(?:\s*=\s*({_QUOTED}|[^\s;,"]+))?|{_QUOTED}')
_LONGEST_PREFER = 1000
_STATUS = re.compile(r"[2-5]\d\d")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OWN = ("connection", "content-length", "date", "transfer-encoding", "upgrade")


class Preference(NamedTuple):
    """What a caller prefers.

    code: the status, as it was written. example: the name of an example in the contract. delay_ms: milliseconds to
    wait first.
    wire: how to break the connection. is_lenient: answer an invalid request as if it were valid.
    is_strict: refuse a code or example that the contract does not have.
    """

    code: str | None = None
    example: str | None = None
    delay_ms: float = 0
    wire: Wire | None = None
    is_lenient: bool = False
    is_strict: bool = False

    @property
    def chooses_answer(self) -> bool:
        """Whether a certain answer is preferred."""
        return self.code is not None or self.example is not None


def parse(text: str) -> Preference:
    """Read preferences such as ``code=503, delay=1500``; what is not known or not a value is passed over."""
    found: dict[str, str] = {}
    for match in _PREFERENCE.finditer(text, 0, _LONGEST_PREFER):
        name, value = match.groups(default="")
        found.setdefault(name.lower(), value.strip('"'))
    delay = found.get("delay", "")
    return Preference(
        code=found.get("code") or None,
        example=found.get("example") or None,
        delay_ms=min(float(delay), MAXIMUM_DELAY_MS) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", delay) else 0,
        wire=Wire(found["fault"]) if found.get("fault") in Wire.__members__ else None,
        is_lenient=found.get("handling") == "lenient",
        is_strict=found.get("handling") == "strict",
    )


def chosen(preference: Preference, operation: Operation) -> tuple[Reply, list[str]] | None:
    """Give the answer that is preferred and what was followed, from the contract alone: nothing is checked or stored.

    None if the contract has no such answer. Raises Invalid listing what there is, where handling is strict.
    """
    code = preference.code
    if code is None:
        answers = operation.examples.items()
        has = (status for status, names in answers if status.isdigit() and preference.example in names)
        code = next(has, None)
    elif not _STATUS.fullmatch(code):
        code = None
    examples = operation.examples.get(documenting(int(code), operation.examples) or "") if code else None
    example = preference.example if examples and preference.example in examples else None
    if preference.is_strict and (examples is None or example != preference.example):
        raise Invalid([Violation("Prefer", _choice(operation))])
    if examples is None:
        return None
    applied = [f"code={preference.code}"] if preference.code else []
    applied += [f"example={example}"] if example else []
    return documented(operation, int(code or 0), example), applied


def documented(operation: Operation, code: int, example: str | None = None) -> Reply:
    """Give an answer of that status: the contract's example, or the API's own error body.

    A status that the contract does not document is marked with X-Mock-Off-Contract.
    """
    status = documenting(code, operation.examples)
    if status is None:
        reply = Reply(code) if code < 400 else operation.voice.reply(_Forced(code, None))
        return reply.with_headers({OFF_CONTRACT: f"{operation.name} documents no {code}"})
    named = operation.examples[status]
    shown = named[example] if example else next(iter(named.values()), Reply(code))
    if code < 400 or (named and (example or not operation.voice.is_own)):
        reply = Reply(code, shown.body, shown.headers)
    else:
        reply = operation.voice.reply(_Forced(code, _message(shown.body)))
    return reply.with_headers(documented_headers(operation.responses[status]))


def success(operation: Operation) -> Reply:
    """Give the contract's first success."""
    code = next((status for status in operation.examples if status.startswith("2")), "200")
    return documented(operation, int(code.replace("X", "0")))


class Overrides:
    """Answers that wait for a matching call, oldest first, each for so many times."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[dict[str, Any]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, document: Mapping[str, Any]) -> None:
        """Let one more answer wait.

        Raises Invalid for a header that cannot be sent.
        """
        wrong = [
            Violation(f"response.headers.{name}", message)
            for name, value in document["response"].get("headers", {}).items()
            if (message := _objection(name, value)) is not None
        ]
        if wrong:
            raise Invalid(wrong)
        self._waiting.append({"times": 1, **document})

    def clear(self) -> None:
        """Let none wait any more."""
        self._waiting.clear()

    def documents(self) -> list[Mapping[str, Any]]:
        """List those that wait, with the times that are left."""
        return list(self._waiting)

    def take(self, call: Call) -> Mapping[str, Any] | None:
        """Use up the oldest answer that is meant for *call*, once."""
        for override in self._waiting:
            if Match(**override.get("match", {})).fits(call):
                override["times"] -= 1
                if override["times"] < 1:
                    self._waiting.remove(override)
                response: Mapping[str, Any] = override["response"]
                return response
        return None


def dictated(response: Mapping[str, Any], operation: Operation) -> Reply:
    """Give the answer that an override dictates; one that breaks the contract says so."""
    headers = {name.title(): value for name, value in response.get("headers", {}).items()}
    if "body" not in response:
        return documented(operation, response["code"]).with_headers(headers)
    reply = Reply(response["code"], response["body"])
    broken = operation.breach(reply)
    if broken is not None:
        reply = reply.with_headers({OFF_CONTRACT: broken})
    if isinstance(reply.body, str) and not names_json(headers.get("Content-Type", JSON)):
        reply = Reply(reply.status, reply.body.encode(errors="replace"), reply.headers)
    return reply.with_headers(headers)


def _objection(name: str, value: str) -> str | None:
    if not _TOKEN.fullmatch(name) or name.lower() in _OWN:
        return "is not a header name, or one that the server writes itself"
    if not value.isprintable() or not value.isascii():
        return "must be printable ASCII; percent-encode what is not"
    return None


class _Forced(Problem):
    def __init__(self, status: int, message: str | None) -> None:
        super().__init__(message or phrase(status))
        self.kind = status


def _choice(operation: Operation) -> str:
    has = [
        f"code={code}" + (f" (example={', '.join(names)})" if names else "")
        for code, names in operation.examples.items()
    ]
    return f"the contract has no such answer; it has {'; '.join(has)}"


def _message(body: Any) -> str | None:
    """Find the message of a documented error example, however deep it lies."""
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("message"), str):
        return str(body["message"])
    return next((found for value in body.values() if (found := _message(value))), None)

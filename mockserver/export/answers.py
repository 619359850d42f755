"""The answers that a contract documents for an operation, each with a status that can be sent."""

from __future__ import annotations

from typing import NamedTuple

from mockserver.contract.operation import Operation
from mockserver.contract.responses.answers import add_challenges, add_retry_after
from mockserver.http.reply import Reply


class Answer(NamedTuple):
    """One documented answer: the name of its example, None if the contract has none, and the reply to send."""

    example: str | None
    reply: Reply

    @property
    def media_type(self) -> str | None:
        """The media type of a body that is not JSON, else None."""
        return self.reply.headers.get("Content-Type") if isinstance(self.reply.body, bytes) else None

    @property
    def text(self) -> str:
        """The body if it is not JSON, else empty."""
        body = self.reply.body
        return body.decode(errors="replace") if isinstance(body, bytes) else ""


def list_answers(operation: Operation) -> list[Answer]:
    """List every documented answer of *operation*, the usual one first, then by status.

    ``4XX`` is sent as 400, ``default`` as 500 beside a success and as 200 otherwise, unless that status has an answer
    of its own.
    """
    found: dict[int, list[Answer]] = {}
    for key in sorted(operation.responses, key=lambda key: (not key.isdigit(), key)):
        status = _parse_status_key(key, operation)
        if status not in found and status >= 200:
            found[status] = _list_status_answers(status, key, operation)
    ordered = sorted(found, key=lambda status: ("23".find(str(status)[0]) % 4, status))
    return [answer for status in ordered for answer in found[status]] or [Answer(None, Reply(200))]


def _list_status_answers(status: int, key: str, operation: Operation) -> list[Answer]:
    """List the answers of one status: one for each example, or one without a body."""
    headers, named = operation.documented[key].headers, operation.documented[key].named
    answers = [
        Answer(example, Reply(status, one.body, {**one.headers, **headers})) for example, one in named.items()
    ]
    return [
        answer._replace(reply=add_challenges(add_retry_after(answer.reply), operation))
        for answer in answers or [Answer(None, Reply(status, None, headers))]
    ]


def _parse_status_key(key: str, operation: Operation) -> int:
    if key == "default":
        return 500 if any(other.startswith("2") for other in operation.responses) else 200
    return int(key.upper().replace("X", "0"))

"""The replies that a contract documents for an operation, chosen by status, by example or by Prefer."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from mockserver.auth.challenges import CHALLENGES
from mockserver.contract.operation import Operation
from mockserver.contract.responses.accept import ANYTHING, Accepted
from mockserver.contract.responses.documented import matching_response
from mockserver.contract.responses.representation import OFF_CONTRACT
from mockserver.http.problems import (
    Invalid,
    Problem,
    Unavailable,
    Violation,
    reason_phrase,
    suggest_nearest,
)
from mockserver.http.reply import Reply
from mockserver.simulation.prefer import PreferHeader
from openapi.media_type import JSON, is_json

_RETRY_AFTER = "Retry-After"
_BUSY_STATUSES = (429, 503)
# So short that a test which waits for it is hardly slower.
_RETRY_AFTER_S = 1


class PreferredReply(NamedTuple):
    """What the contract has of a preferred answer.

    reply: None if it has none, or none was asked for. applied: the preferences that it follows. problems: why it does
    not follow the others.
    """

    reply: Reply | None
    applied: list[str]
    problems: list[str]


def find_preferred_reply(
    prefer_header: PreferHeader, operation: Operation, accepted: Accepted = ANYTHING
) -> PreferredReply:
    """Find the documented reply that is preferred, in the media type that is accepted.

    Raises Invalid, where handling is strict, for whatever cannot be followed.
    """
    found = _choose_documented(prefer_header, operation, accepted)
    problems = [*prefer_header.problems, *found.problems]
    if problems and prefer_header.is_strict:
        raise Invalid([Violation("Prefer", "; ".join(problems))])
    return found._replace(problems=problems)


def _choose_documented(
    prefer_header: PreferHeader, operation: Operation, accepted: Accepted
) -> PreferredReply:
    code, example, documented = prefer_header.code, prefer_header.example, operation.documented
    if code is not None:
        status = matching_response(code, documented)
    else:
        status = next((key for key in documented if key.isdigit() and example in documented[key].named), None)
    problems: list[str] = []
    if code is not None and status is None:
        problems = [f"code={code} is not documented; there are {', '.join(documented)}"]
    elif example is not None and (status is None or example not in documented[status].named):
        shown = [documented[status]] if status else documented.values()
        names = {name for one in shown for name in one.named}
        problems = [f"example={example[:40]} is not documented; {suggest_nearest(example, sorted(names))}"]
        example = None
    if status is None:
        return PreferredReply(None, [], problems)
    applied = [f"code={code}"] if code else []
    applied += [f"example={example}"] if example else []
    reply = documented_reply(operation, code or int(status), example, accepted)
    return PreferredReply(reply, applied, problems)


def documented_reply(
    operation: Operation, code: int, example: str | None = None, accepted: Accepted = ANYTHING
) -> Reply:
    """Give a reply of status *code*: the contract's example in the media type accepted, or the API's own error body.

    A status that the contract does not document is marked with X-Mock-Off-Contract. One of a busy service comes with
    Retry-After, and a 401 with WWW-Authenticate.
    """
    return add_challenges(add_retry_after(_documented_reply(operation, code, example, accepted)), operation)


def _documented_reply(operation: Operation, code: int, example: str | None, accepted: Accepted) -> Reply:
    status = matching_response(code, operation.documented)
    if status is None:
        reply = (
            Reply(code) if code < 400 else operation.error_format.render_problem(_ForcedProblem(code, None))
        )
        return reply.with_headers({OFF_CONTRACT: f"{operation.name} documents no {code}"})
    response = operation.documented[status]
    if code < 400:
        return response.choose_reply(code, accepted, example)
    # An error is told in whatever media type there is.
    reply = response.choose_reply(code, accepted._replace(is_strict=False), example)
    if response.named and (example or not operation.error_format.is_own):
        return reply
    message = operation.error_format.find_message(reply.body)
    rendered = operation.error_format.render_problem(_ForcedProblem(code, message))
    return rendered.with_headers(response.headers)


def success_reply(operation: Operation, accepted: Accepted = ANYTHING) -> Reply:
    """Give the contract's first success."""
    code = next((status for status in operation.documented if status.startswith("2")), "200")
    return documented_reply(operation, int(code.upper().replace("X", "0")), None, accepted)


def override_reply(response: Mapping[str, Any], operation: Operation, accepted: Accepted = ANYTHING) -> Reply:
    """Give the reply that an override describes; one that breaks the contract is marked.

    An empty Retry-After leaves that header out, as many services that are busy do.
    """
    headers = {name.title(): value for name, value in response.get("headers", {}).items()}
    if "body" in response:
        media_type = headers.get("Content-Type", JSON)
        reply = _dictated_reply(operation, response["status"], response["body"], media_type)
    else:
        reply = documented_reply(operation, response["status"], None, accepted)
    reply = reply.with_headers(headers)
    if reply.headers.get(_RETRY_AFTER) == "":
        reply = reply._replace(
            headers={name: value for name, value in reply.headers.items() if name != _RETRY_AFTER}
        )
    return reply


def _dictated_reply(operation: Operation, status: int, body: Any, media_type: str) -> Reply:
    reply = add_challenges(add_retry_after(Reply(status, body)), operation)
    violation = operation.contract_violation(reply)
    if violation is not None:
        reply = reply.with_headers({OFF_CONTRACT: violation})
    if isinstance(body, str) and not is_json(media_type):
        reply = reply._replace(body=body.encode(errors="replace"))
    return reply


def add_retry_after(reply: Reply) -> Reply:
    """Say when to try again if the service is busy, unless the contract's example says it."""
    is_said = any(name.lower() == _RETRY_AFTER.lower() for name in reply.headers)
    if reply.status not in _BUSY_STATUSES or is_said:
        return reply
    return reply.with_headers({_RETRY_AFTER: str(_RETRY_AFTER_S)})


def add_challenges(reply: Reply, operation: Operation) -> Reply:
    """Say how to authenticate in a 401, unless it says it already."""
    if reply.status != HTTPStatus.UNAUTHORIZED or not operation.challenges:
        return reply
    if any(name.lower() == CHALLENGES.lower() for name in reply.headers):
        return reply
    return reply.with_headers({CHALLENGES: operation.challenges})


class _ForcedProblem(Problem):
    """A problem of any status, with the message of the contract's example."""

    def __init__(self, status: int, message: str | None) -> None:
        super().__init__(message or reason_phrase(status))
        self.kind = status
        if status == Unavailable.kind:  # which some answer with another status
            self.general_choice = Unavailable.general_choice

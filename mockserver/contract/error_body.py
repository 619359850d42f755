"""The error body of an API, filled in from its contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from mockserver.http.problems import CannotStart, Problem, reason_phrase
from mockserver.http.reply import Reply
from openapi.choices.error_body import escape_values, extract_values, fill_text
from openapi.media_type import is_json

_Fill = Callable[[Mapping[str, Any]], Any]
_ABSENT = object()
_DEFAULT_BODY = {"status": "{status}", "message": "{message}", "detail": "{detail}"}


class ErrorFormat:
    """Renders problems as the contract's x-error-body, with the codes of its x-error-codes.

    Without them an error looks as in most APIs: a message, and a detail per field.
    file: where the contract lies, for messages. statuses: with which status a problem of a choice is answered, by its
    id. media_type: that of an error. is_own: whether the contract says what an error looks like.
    Raises CannotStart if the contract has one without the other.
    """

    def __init__(
        self,
        file: str,
        spec: Mapping[str, Any],
        statuses: Mapping[str, int] = MappingProxyType({}),
        media_type: str | None = None,
    ) -> None:
        missing = [key for key in ("x-error-body", "x-error-codes") if key not in spec]
        if len(missing) == 1:
            raise CannotStart(f"{file}: no {missing[0]} at the root; add what an error looks like")
        self.file = file
        self.is_own = not missing
        self.codes: Mapping[str, str] = spec.get("x-error-codes", {})
        self._statuses = statuses
        # By all that they depend on, of which there are few kinds: refused calls are as frequent as others.
        self._known_codes: dict[tuple[str | None, str | None, int], tuple[int, str]] = {}
        self._media_type = media_type
        self._body = spec.get("x-error-body", _DEFAULT_BODY)
        self._fill_body = _compile_template(self._body)

    def render_problem(self, problem: Problem) -> Reply:
        """Render *problem* as a reply of its status, which a choice of the contract may say."""
        kind = problem.choice, problem.general_choice, problem.kind
        known = self._known_codes.get(kind)
        if known is None:
            status = self.find_status(problem)
            known = self._known_codes[kind] = status, self._find_code(status, int(problem.kind))
        status, code = known
        values = {
            "status": status,
            "code": code,
            "message": problem.message,
            "detail": problem.detail if problem.detail is not None else _ABSENT,
        }
        body = self._fill_body(escape_values(values, self._media_type))
        if self._media_type is None:
            return Reply(status, body, problem.headers)
        if isinstance(body, str) and not is_json(self._media_type):
            body = body.encode(errors="replace")
        return Reply(status, body, {**problem.headers, "Content-Type": self._media_type})

    def find_message(self, body: Any) -> str | None:
        """Find the message in *body*, an example of an error."""
        found = extract_values(self._body, body).get("message", _find_message(body))
        return found if isinstance(found, str) else None

    def find_status(self, problem: Problem) -> int:
        """Find the status of *problem*: what a choice says, the problem's own or the general one, or the usual one."""
        for id_ in (problem.choice, problem.general_choice):
            if id_ is not None and id_ in self._statuses:
                return self._statuses[id_]
        return int(problem.kind)

    def _find_code(self, status: int, kind: int) -> str:
        """Find the code of an error whose status is usually *kind*."""
        # As RFC 9110 has it, a client treats a status that it does not know as the first of its class.
        keys = dict.fromkeys((str(status), str(kind), f"{status // 100}00"))
        code = next((self.codes[key] for key in keys if key in self.codes), None)
        return code or reason_phrase(status).lower().replace(" ", "_")


def _compile_template(template: Any) -> _Fill:
    """Compile *template* to a function that fills it in; refused calls are as frequent as others."""
    if isinstance(template, dict):
        members = [(name, _compile_template(member)) for name, member in template.items()]
        # Of what an error can say only the detail may be missing.
        optional = [name for name, member in template.items() if member == "{detail}"]

        def fill_members(values: Mapping[str, Any]) -> dict[str, Any]:
            filled = {name: fill(values) for name, fill in members}
            for name in optional:
                if filled[name] is _ABSENT:
                    del filled[name]
            return filled

        return fill_members
    if isinstance(template, str) and template.startswith("{") and template.endswith("}"):
        return itemgetter(template[1:-1])
    if isinstance(template, str) and "{" in template:
        return lambda values: fill_text(
            template, {key: one for key, one in values.items() if one is not _ABSENT}
        )
    return lambda _: template


def _find_message(body: Any) -> str | None:
    """Find the message of an error that is not made as the contract says, however deep it lies."""
    if not isinstance(body, dict):
        return None
    if isinstance(body.get("message"), str):
        return str(body["message"])
    return next((found for value in body.values() if (found := _find_message(value))), None)

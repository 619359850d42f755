"""The error body of an API, filled in from its contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from mockserver.http.problems import CannotStart, Problem, reason_phrase
from mockserver.http.reply import Reply

_Fill = Callable[[Mapping[str, Any]], Any]
_ABSENT = object()
_DEFAULT_BODY = {"status": "{status}", "message": "{message}", "detail": "{detail}"}


class ErrorFormat:
    """Renders problems as the contract's x-error-body, with the codes of its x-error-codes.

    Without them an error looks as in most APIs: a message, and a detail per field.
    file: where the contract lies, for messages. is_own: whether the contract says what an error looks like.
    Raises CannotStart if the contract has one without the other.
    """

    def __init__(self, file: str, spec: Mapping[str, Any]) -> None:
        missing = [key for key in ("x-error-body", "x-error-codes") if key not in spec]
        if len(missing) == 1:
            raise CannotStart(f"{file}: no {missing[0]} at the root; add what an error looks like")
        self.file = file
        self.is_own = not missing
        self.codes: Mapping[str, str] = spec.get("x-error-codes", {})
        self._fill_body = _compile_template(spec.get("x-error-body", _DEFAULT_BODY))

    def render_problem(self, problem: Problem) -> Reply:
        """Render *problem* as a reply of its status."""
        status = int(problem.kind)
        # As RFC 9110 has it, a client treats a status that it does not know as the first of its class.
        code = self.codes.get(str(status)) or self.codes.get(f"{status // 100}00")
        values = {
            "status": status,
            "code": code or reason_phrase(status).lower().replace(" ", "_"),
            "message": problem.message,
            "detail": problem.detail if problem.detail is not None else _ABSENT,
        }
        return Reply(status, self._fill_body(values), problem.headers)


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
    return lambda _: template

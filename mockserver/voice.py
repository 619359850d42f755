"""An API's own way of saying that something went wrong, rendered from its contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mockserver.exchange import Reply
from mockserver.problems import CannotStart, Problem

_ABSENT = object()


class Voice:
    """Renders problems as the contract's x-error-body, with the codes of its x-error-codes.

    name: the API, for messages.
    Raises CannotStart if the contract lacks either.
    """

    def __init__(self, name: str, spec: Mapping[str, Any]) -> None:
        missing = [key for key in ("x-error-body", "x-error-codes") if key not in spec]
        if missing:
            raise CannotStart(
                f"openapi/{name}.yaml: no {' and no '.join(missing)} at the root; add what an error looks like"
            )
        self.codes: Mapping[str, str] = spec["x-error-codes"]
        self._body = spec["x-error-body"]

    def reply(self, problem: Problem) -> Reply:
        """Render *problem*."""
        status = int(problem.kind)
        values = {
            "status": status,
            "code": self.codes.get(str(status), problem.kind.phrase.lower().replace(" ", "_")),
            "message": problem.message,
            "detail": problem.detail if problem.detail is not None else _ABSENT,
        }
        return Reply(status, _filled(self._body, values), problem.headers)


def _filled(template: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(template, dict):
        filled = {key: _filled(value, values) for key, value in template.items()}
        return {key: value for key, value in filled.items() if value is not _ABSENT}
    if isinstance(template, str) and template.startswith("{") and template.endswith("}"):
        return values[template[1:-1]]
    return template

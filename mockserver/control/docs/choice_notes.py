"""What a contract's choices say, for the pages that show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from openapi import Spec
from openapi.choices import list_marks
from openapi.choices.choice import MARK
from openapi.choices.reach import list_reached
from openapi.pointer import Steps


class ChoiceNotes:
    """The choices of a contract, of which each is listed once, where it is met first."""

    def __init__(self, spec: Spec, marks: Mapping[Steps, Any]) -> None:
        self._spec = spec
        self._marks = dict(marks)

    def list_above_operations(self) -> list[dict[str, Any]]:
        """List those that are about all operations."""
        return [*self.list_of((), reaches=False), *self.list_of(("components", "securitySchemes"))]

    def list_of(self, part: Steps, *, reaches: bool = True) -> list[dict[str, Any]]:
        """List those at *part*, and, if it *reaches* further, in it and in what it refers to."""
        if not self._marks:
            return []
        reached = list_reached(self._spec, [part]) if reaches else []
        found = [at for at in self._marks if at == part or any(at[: len(one)] == one for one in reached)]
        return [_describe_choice(one) for at in found for one in list_marks({MARK: self._marks.pop(at)})]


def _describe_choice(mark: Any) -> dict[str, Any]:
    if isinstance(mark, str):
        return {"reason": mark}
    name = mark.get("taken", mark["default"])
    alternative = mark["alternatives"][name]
    return {
        "id": mark["id"],
        # It argues for the default.
        "reason": mark["reason"] if name == mark["default"] else "",
        "name": name,
        "text": alternative if isinstance(alternative, str) else alternative["text"],
        "default": mark["default"],
        "others": [other for other in mark["alternatives"] if other != name],
    }

"""Defaults and examples of a contract that do not fit their schemas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from mockserver.contract.schema.schema import Schema
from mockserver.http.problems import InvalidContract
from openapi import Spec
from openapi.document import Flaw
from openapi.document.shown_values import ShownValue, list_shown_values
from openapi.media_type import is_json

_LONGEST_REASON = 300
_ROOMS_OF_ANSWERS = {"responses", "links", "callbacks"}


def find_misfits(spec: Spec) -> Iterator[Flaw]:
    """Yield the flaw of each default and example that does not fit, but for the examples of answers.

    It takes as long as to compile all schemas with an example.
    """
    for shown in list_shown_values(spec):
        reason = None if _is_no_value(shown) else _find_reason(spec, shown)
        if reason is not None:
            word = "default" if shown.place[-1] == "default" else "example"
            yield Flaw(
                shown.place, f"does not fit its schema: {reason}; it is not used, so correct the {word}"
            )


def _is_no_value(shown: ShownValue) -> bool:
    """Tell whether nobody can say if *shown* fits, or somebody else does."""
    if not shown.is_sent:
        return False
    media_types = [str(step) for step in shown.place if "/" in str(step) and step != shown.place[1]]
    return not _ROOMS_OF_ANSWERS.isdisjoint(shown.place) or not all(map(is_json, media_types[-1:]))


def _find_reason(spec: Spec, shown: ShownValue) -> str | None:
    """Say why the value fits neither what is sent nor what is answered; None if it does."""
    directions: tuple[Literal["readOnly", "writeOnly"], ...] = ("readOnly", "writeOnly")
    try:
        for needless in directions[: 1 if shown.is_sent else 2]:
            violations = Schema(shown.schema, spec, needless=needless).find_violations(shown.value, "it")
            if not violations:
                return None
    except InvalidContract:  # which is told of the operations that need it
        return None
    return "; ".join(str(one).removeprefix("it: ") for one in violations)[:_LONGEST_REASON]

"""A generated request, and the set of them that one run sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

CaseMode = Literal["positive", "negative"]


@dataclass(frozen=True)
class Case:
    """One generated request to *operation*, the contract's operationId.

    path: values of the path's parameters by name, not percent-encoded. query: parameters by name.
    content: the body, a JSON text if has_json, else noise; None for no body at all.
    flaws: for a negative case, what was done to the body, in the words of the generator.
    """

    number: int
    mode: CaseMode
    operation: str
    method: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    media_type: str | None
    content: bytes | None
    has_json: bool
    flaws: tuple[str, ...]

    @property
    def json(self) -> Any:
        """The body as a JSON value, a new one each time, so that fixtures can be put into it."""
        return json.loads(self.content or b"null")


@dataclass(frozen=True)
class CaseSet:
    """An exam: its cases in the order in which they are sent, and their digest.

    undrawn: why operations have no cases that others could have, in a sentence, by the operationId.
    """

    cases: tuple[Case, ...]
    sha256: str
    undrawn: Mapping[str, str] = field(default_factory=dict)

    def count(self, mode: CaseMode) -> int:
        """Count the cases of one half."""
        return sum(case.mode == mode for case in self.cases)

"""The exam, first version: no cases yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Case:
    """One generated request.

    path: template parameters. json: the body as a JSON value when it is one, else *content* holds the bytes.
    """

    number: int
    method: str
    template: str
    path: dict[str, Any]
    query: dict[str, Any]
    headers: dict[str, Any]
    has_json: bool
    json: Any
    content: bytes | None
    media_type: str | None
    mode: Literal["positive", "negative"]
    operation: str = ""


@dataclass(frozen=True)
class Exam:
    """The cases and their digest, the same for every target."""

    cases: list[Case] = field(default_factory=list)
    sha256: str = ""


def draw(api: str, seed: int, count: int = 48) -> Exam:
    """Draw the cases of *api*."""
    return Exam()

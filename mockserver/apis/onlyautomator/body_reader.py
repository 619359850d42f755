"""The body of a write: what the alternatives of the choices make of it where the document leaves that open."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import openapi
from mockserver.http.problems import Invalid, Violation
from openapi.choices import read_choices

Body = dict[str, Any]
ReadBody = Callable[[Body], Body]

_KEY = ("fanId", "category", "preference")
_NAMES = _KEY[1:]
_MEMBERS = frozenset({*_KEY, "value"})


class _Step(NamedTuple):
    """What a choice is about: something in some members, or in the whole body if none is named.

    is_about: tells whether it is there. message: says what is wrong, where the alternative is a refusal. changes: by
    the other alternatives that do something.
    """

    choice: str
    members: Sequence[str]
    is_about: Callable[[Any], bool]
    message: str
    changes: Mapping[str, Callable[[Any], Any]] = {}


def _make_search(pattern: str) -> Callable[[Any], bool]:
    search = re.compile(pattern).search
    return lambda text: search(text) is not None


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(name) or _holds_nul(member) for name, member in value.items())
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, str) and "\0" in value


# In this order: what comes later sees what became of the body before. The contract of these alternatives lets pass what
# is refused here.
_STEPS = (
    _Step("extra-members", (), lambda body: not body.keys() <= _MEMBERS, "holds a member that is not known"),
    _Step("missing-value", (), lambda body: "value" not in body, "must have a value"),
    _Step("nul-character", (), _holds_nul, "holds the character U+0000"),
    *(
        _Step(
            choice,
            members,
            lambda it: not isinstance(it, str),
            "must be a string",
            {"text": lambda it: it if isinstance(it, str) else json.dumps(it)},
        )
        for choice, members in (("number-for-fan-id", ("fanId",)), ("scalars-for-names", _NAMES))
    ),
    _Step(
        "whitespace-around-names",
        _NAMES,
        lambda text: text != text.strip(),
        "must not begin or end with whitespace",
        {"trimmed": str.strip},
    ),
    *(
        _Step(
            f"mixed-case-{name}",
            (name,),
            lambda text: text != text.lower(),
            "must not have capitals",
            {"lowered": str.lower},
        )
        for name in _NAMES
    ),
    _Step("empty-fan-id", ("fanId",), lambda text: text == "", "must not be empty"),
    _Step("empty-names", _NAMES, lambda text: text == "", "must not be empty"),
    _Step("spaces-in-preference", ("preference",), _make_search(r"\S\s+\S"), "must not have spaces"),
    _Step(
        "punctuation-in-names",
        _NAMES,
        _make_search(r"[!-,./:-@\[-^`{-~]"),
        "must be of letters, digits, underscores and hyphens",
    ),
)
# With these in force the contract refuses what is refused.
_DEFAULTS = {
    id_: choice.default for id_, choice in read_choices(openapi.load_contract("onlyautomator")).items()
}


def make_body_reader(choices: Mapping[str, str]) -> ReadBody | None:
    """Make the function that reads the body of a write as *choices* say; None if it changes and refuses nothing.

    It raises Invalid, with the choice that refuses the body.
    """
    if all(choices[step.choice] == _DEFAULTS[step.choice] for step in _STEPS):
        return None
    steps = [
        _make_reader(step, choices[step.choice])
        for step in _STEPS
        if choices[step.choice].startswith("refused") or choices[step.choice] in step.changes
    ]

    def read_body(body: Body) -> Body:
        for read_step in steps:
            body = read_step(body)
        return body

    return read_body


def _make_reader(step: _Step, alternative: str) -> ReadBody:
    change = step.changes.get(alternative)
    if change is not None:
        return lambda body: {**body, **{name: change(body[name]) for name in step.members}}

    def refuse(body: Body) -> Body:
        subjects = [(name, body[name]) for name in step.members] or [("", body)]
        violations = [Violation(name, step.message) for name, subject in subjects if step.is_about(subject)]
        if violations:
            raise Invalid(violations, choice=step.choice)
        return body

    return refuse

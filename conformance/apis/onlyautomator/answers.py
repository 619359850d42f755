"""How requirements read an answer of OnlyAutomator, and how they describe it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from conformance.assertions.expect import expect, expect_status
from conformance.assertions.json_equality import MISSING, Difference, find_difference, is_same_json
from conformance.assertions.member import Member, render_member
from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.assertions.refusal import name_refusal
from conformance.assertions.timestamp import parse_instant
from conformance.http.foreign_text import LONGEST_QUOTE, quote_json
from conformance.http.response import Response

Data = dict[str, Any]


def data_of(answer: Response) -> Data:
    """Return the record that a write was answered with; Inconclusive if it was refused or shows none."""
    if not answer.ok:
        raise Inconclusive(f"a write that this rests on was refused with status {answer.status}")
    try:  # and not by body_of, since this is asked thousands of times in a run
        body = answer.json
    except DoesNotConform:
        body = None
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(data, dict):
        raise Inconclusive("a write that this rests on was answered without a data object")
    return data  # the same object each time, so nobody may change it


def body_of(answer: Response) -> Any:
    """Return the body as JSON, or None if it is none."""
    try:
        return answer.json
    except DoesNotConform:
        return None


def error_of(answer: Response) -> Any:
    """Return the member ``error`` of the body, or None."""
    body = body_of(answer)
    return body.get("error") if isinstance(body, dict) else None


def code_of(answer: Response) -> Any:
    """Return the code of an error, or None."""
    error = error_of(answer)
    return error.get("code") if isinstance(error, dict) else None


def require_member(data: Data, name: str) -> Any:
    """Return a member that another requirement asks for; Inconclusive if it is missing."""
    if name not in data:
        raise Inconclusive(f"the answer has no {name}")
    return data[name]


def require_moment(data: Data, name: str) -> datetime:
    """Return a timestamp that another requirement asks for; Inconclusive if it cannot be read."""
    when = parse_instant(require_member(data, name))
    if when is None:
        raise Inconclusive(f"{name} cannot be read as an ISO timestamp")
    return when


def expect_refusal(answer: Response, status: int, code: str) -> None:
    """Want a documented error, status and code."""
    expect_status(answer, status)
    got = f"error.code {describe_value(code_of(answer))}"
    expect(code_of(answer) == code, f"error.code {code}", got, answer, ("error", "code"))


def expect_object(answer: Response, body: Any, name: str) -> None:
    """Want a member of an answer's *body* to be an object."""
    got = name_json_type(body[name]) if name in body else f"no {name}"
    expect(isinstance(body.get(name), dict), f"{name}, an object", got, answer, (name,))


def expect_member(answer: Response, name: str, wanted: Any) -> None:
    """Want a member of the record to equal what was sent; where it does not, say the first place in which."""
    data = data_of(answer)
    if name in data and is_same_json(data[name], wanted):
        return
    # Looked for only now: a value may be a million characters long.
    found = find_difference({name: wanted}, {name: data[name]} if name in data else {})
    if found:
        expected, got = _describe_difference(found)
        expect(False, expected, got, answer, ("data", *found.member))


def expect_to_differ(one: Response, other: Response, name: str, expected: str) -> None:
    """Want the records of two answers to differ in a member that another requirement asks for."""
    ours, theirs = (require_member(data_of(answer), name) for answer in (one, other))
    expect(ours != theirs, expected, f"{name} {describe_value(theirs)} for both", other, ("data", name))


def expect_error_envelope(answer: Response) -> None:
    """Want an error to have the documented form: the status "error", and error with code and message."""
    body, error = body_of(answer), error_of(answer)
    if not isinstance(error, dict):
        wrong: Member | None = ("error",) if isinstance(body, dict) else ()
    else:
        texts = [name for name in ("code", "message") if not isinstance(error.get(name), str)]
        wrong = ("error", texts[0]) if texts else ("status",) if body.get("status") != "error" else None
    if wrong is not None:
        expected = 'status "error" and error with code and message'
        expect(False, expected, describe_value(answer.text), answer, wrong)


def _describe_difference(found: Difference) -> tuple[str, str]:
    """Say what was sent and what came back; of long texts from where they differ."""
    name, sent, given = render_member(found.member), found.one, found.other
    if isinstance(sent, str) and isinstance(given, str) and len(sent) > LONGEST_QUOTE:
        pairs = enumerate(zip(sent, given, strict=False))
        same = next((number for number, (one, other) in pairs if one != other), min(len(sent), len(given)))
        where = f"{name} of {len(sent)} characters, from character {same + 1} on"
        return (
            f"{where} {describe_value(sent[same:])}",
            f"{len(given)} characters, {describe_value(given[same:])}",
        )
    wanted = f"no {name}" if sent is MISSING else f"{name} {describe_value(sent)}"
    return wanted, "no such member" if given is MISSING else describe_value(given)


def describe_value(value: Any) -> str:
    """Write a value as JSON for a sentence."""
    return quote_json(value)


def name_json_type(value: Any) -> str:
    """Return the JSON type of a value, with its article."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")


def describe_answer(answer: Response | None) -> str:
    """Say in a few words how a request was answered, if it was."""
    if answer is None:
        return "with the end of the connection"
    code = code_of(answer)
    return f"{answer.status} {code}" if isinstance(code, str) else str(answer.status)


def name_alternative(answer: Response | None, accepted: str) -> str:
    """Name the alternative of a choice that an answer is: a refusal by its status, or else what it is if *accepted*."""
    return "closed" if answer is None else name_refusal(answer) or accepted


def name_shown(answer: Response | None, alternatives: Mapping[str, Any], name: str = "value") -> str:
    """Name the alternative of a choice that an answer is: a refusal, or the one whose value its record shows."""
    body = body_of(answer) if answer and answer.ok else None
    data = body.get("data") if isinstance(body, dict) else None
    shown = data.get(name, MISSING) if isinstance(data, dict) else MISSING
    # Not by is_same_json, to which numbers are equal that are the same double.
    known = (
        one
        for one, value in alternatives.items()
        if value == shown and isinstance(value, bool) == isinstance(shown, bool)
    )
    return name_alternative(answer, next(known, "changed"))


def describe_kept_value(answer: Response | None) -> str:
    """Say what value a write was answered with, as the end of a sentence; nothing if it shows none."""
    body = body_of(answer) if answer else None
    data = body.get("data") if isinstance(body, dict) else None
    return (
        f" and given back as {describe_value(data['value'])}"
        if isinstance(data, dict) and "value" in data
        else ""
    )

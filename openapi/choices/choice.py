"""Choices in a contract: where the document is silent, what a server may do there, and what the stub does.

An ``x-choice`` is a sentence, a mapping that is read as a Choice, or a list of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from openapi.pointer import Steps, describe_place, walk_marks

MARK = "x-choice"
# Instead of a schema in ``when``: the member, parameter or body is left out; the body cannot be parsed.
ABSENT, MALFORMED = "absent", "malformed"

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_REFUSED = re.compile(r"refused-([45][0-9]{2})")


class BadChoice(ValueError):
    """An x-choice of a contract cannot be read; the message says where and why."""


@dataclass(frozen=True)
class Alternative:
    """One way to behave where the document is silent, and what it changes.

    text: says it in words. status: that of the problem which belongs to the choice; from the name of ``refused-422``.
    contract: a merge patch (RFC 7396) of the object that holds the choice. input: the name of what becomes of a value
    before it is validated. error_body: what an error looks like instead, as ``x-error-body`` says it. media_type: of
    errors. slash: the only form of a path, "with" a slash at its end or "without"; the other form is answered with the
    status, which may be a redirect.
    """

    name: str
    text: str
    status: int | None = None
    contract: Mapping[str, Any] | None = None
    input: str | None = None
    error_body: Any = None
    media_type: str | None = None
    slash: str | None = None


@dataclass(frozen=True)
class Choice:
    """What the document leaves open at a place of the contract.

    at, place: the steps to the object that holds the choice, and its name for people. reason: why the default is as it
    is. default: the alternative that is taken unless another one is chosen. when: a JSON schema of the values at this
    place of a request that the choice is about, ABSENT, MALFORMED, or None if it is about no value. observed_by: the
    requirements that see it. unobserved: why none can.
    """

    id: str
    at: Steps
    place: str
    reason: str
    default: str
    alternatives: Mapping[str, Alternative]
    when: Mapping[str, Any] | str | None = None
    observed_by: tuple[str, ...] = ()
    unobserved: str | None = None


def list_decisions(spec: Any) -> Iterator[tuple[str, str | Choice]]:
    """Yield the place of every x-choice, and its sentence or the choice; of a list, each.

    Raises BadChoice.
    """
    for at, mark in walk_marks(spec, MARK):
        place = describe_place(spec, at)
        for one in _list_marks(mark):
            yield place, one if isinstance(one, str) else _read_choice(one, at, place)


def list_choices(spec: Any) -> Iterator[tuple[str, str]]:
    """Yield the place and the text of every x-choice: what the document leaves open and what we chose.

    Raises BadChoice.
    """
    for place, what in list_decisions(spec):
        yield place, what if isinstance(what, str) else what.reason


def list_marks(node: Mapping[str, Any]) -> list[Any]:
    """List the sentences and the choices of the x-choice that *node*, an object of a contract, has itself."""
    return _list_marks(node.get(MARK, []))


def list_ids(node: Mapping[str, Any]) -> list[str]:
    """List the ids of the choices that *node*, an object of a contract, has itself."""
    return [one["id"] for one in _list_marks(node.get(MARK, [])) if isinstance(one, dict)]


def read_choices(spec: Any) -> dict[str, Choice]:
    """Read the choices of a contract that have alternatives, by their id.

    Raises BadChoice.
    """
    found: dict[str, Choice] = {}
    for place, what in list_decisions(spec):
        if isinstance(what, str):
            continue
        if what.id in found:
            raise BadChoice(f"x-choice {what.id} is both at {found[what.id].place} and at {place}")
        found[what.id] = what
    return found


def _list_marks(mark: Any) -> list[Any]:
    return mark if isinstance(mark, list) else [mark]


def _read_choice(given: Any, at: Steps, place: str) -> Choice:
    where = f"x-choice at {place or 'the root'}"
    if not isinstance(given, dict):
        raise BadChoice(f"{where}: must be a sentence, or have id, reason, default and alternatives")
    id_ = given.get("id")
    if not isinstance(id_, str) or not _ID.fullmatch(id_):
        raise BadChoice(f"{where}: id is {id_!r}; it must be words in lower case, with hyphens between them")
    where = f"{where}: {id_}"
    _refuse_unknown(given, _OF_CHOICE, where)
    alternatives = given.get("alternatives")
    if not isinstance(alternatives, dict) or len(alternatives) < 2:
        raise BadChoice(f"{where}: alternatives must be two or more, each with its name")
    read = {str(name): _read_alternative(str(name), one, where) for name, one in alternatives.items()}
    if given.get("default") not in read:
        raise BadChoice(f"{where}: default must be one of {', '.join(read)}, not {given.get('default')!r}")
    for member, kind, wanted in (
        ("reason", str, "text"),
        ("unobserved", str | None, "text"),
        ("observed-by", list | None, "a list of requirements"),
        ("when", dict | str | None, f"a JSON schema, {ABSENT} or {MALFORMED}"),
    ):
        if not isinstance(given.get(member), kind):
            raise BadChoice(f"{where}: {member} must be {wanted}")
    if isinstance(given.get("when"), str) and given["when"] not in (ABSENT, MALFORMED):
        raise BadChoice(f"{where}: when must be a JSON schema, {ABSENT} or {MALFORMED}")
    return Choice(
        id_,
        at,
        place,
        given["reason"],
        given["default"],
        read,
        given.get("when"),
        tuple(map(str, given.get("observed-by") or ())),
        given.get("unobserved"),
    )


def _read_alternative(name: str, given: Any, where: str) -> Alternative:
    where = f"{where}: {name}"
    if not _ID.fullmatch(name):
        raise BadChoice(f"{where}: must be words in lower case, with hyphens between them")
    refused = _REFUSED.fullmatch(name)
    status = int(refused[1]) if refused else None
    if isinstance(given, str):
        return Alternative(name, given, status)
    if not isinstance(given, dict) or not isinstance(given.get("text"), str):
        raise BadChoice(f"{where}: must be a sentence, or have one as its text")
    _refuse_unknown(given, _OF_ALTERNATIVE, where)
    status = given.get("status", status)
    if status is not None and (type(status) is not int or not 300 <= status <= 599):
        raise BadChoice(f"{where}: status must be one from 300 to 599, not {status!r}")
    for member, kind, wanted in (
        ("contract", dict | None, "an object, the merge patch"),
        ("input", str | None, "a name"),
        ("media-type", str | None, "text"),
        ("slash", str | None, "with or without"),
    ):
        if not isinstance(given.get(member), kind):
            raise BadChoice(f"{where}: {member} must be {wanted}")
    slash = given.get("slash")
    if slash is not None and (slash not in ("with", "without") or status is None):
        raise BadChoice(f"{where}: slash must be with or without, and have a status beside it")
    return Alternative(
        name,
        given["text"],
        status,
        given.get("contract"),
        given.get("input"),
        given.get("error-body"),
        given.get("media-type"),
        slash,
    )


# Of these, apply_choices() writes the last one.
_OF_CHOICE = ("id", "reason", "default", "alternatives", "when", "observed-by", "unobserved", "taken")
_OF_ALTERNATIVE = ("text", "status", "contract", "input", "error-body", "media-type", "slash")


def _refuse_unknown(given: Mapping[Any, Any], known: tuple[str, ...], where: str) -> None:
    for member in given:
        if member not in known:
            raise BadChoice(f"{where}: {member} is not known; known are {', '.join(known)}")

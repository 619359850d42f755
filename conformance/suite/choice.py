"""What a run has seen of the choices: the places where the document leaves open how a server answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import openapi
from conformance.suite.requirement import Requirement
from openapi.choices import Choice, read_choices

OTHER, NOT_TOLD = "other", "not told"
# What a requirement calls what it saw has the form of an alternative; nothing that a server says gets into it.
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+){0,9}")


@dataclass(frozen=True)
class ObservedChoice:
    """The alternative of a choice that a server takes, as far as it was seen.

    alternative: by its name in the contract, OTHER for one that the contract does not name, None if it could not be
    told. detail: what was seen, or why it could not be told. unlisted: what the requirement calls it, such as
    refused-451, where the contract has no such alternative.
    """

    choice: str
    alternative: str | None
    detail: str | None = None
    unlisted: str | None = None


@cache
def load_choices(api: str) -> Mapping[str, Choice]:
    """Return the choices of *api* by their ids; none if an OpenAPI file is all that there is of it."""
    return read_choices(openapi.load_contract(api)) if api in openapi.api_names() else {}


def describe_observed(
    requirement: Requirement, alternative: str | None, detail: str | None
) -> ObservedChoice | None:
    """Return what *requirement* has seen of its choice; None if it sees none.

    alternative: what the requirement calls what it saw, None if it could not tell.
    """
    choice = find_choice(requirement)
    if choice is None:
        return None
    if alternative is None or alternative in choice.alternatives:
        return ObservedChoice(choice.id, alternative, detail)
    is_name = alternative != OTHER and _NAME.fullmatch(alternative)
    return ObservedChoice(choice.id, OTHER, detail, alternative if is_name else None)


def find_choice(requirement: Requirement) -> Choice | None:
    """Return the choice that *requirement* sees the alternatives of, as the contract says; None if it sees none."""
    return _map_observers(requirement.api).get(requirement.name)


@cache
def _map_observers(api: str) -> Mapping[str, Choice]:
    """Return the choice that each requirement sees; a report asks this of every result, and several times."""
    observers: dict[str, Choice] = {}
    for choice in load_choices(api).values():
        for name in choice.observed_by:
            observers.setdefault(name, choice)
    return observers


def merge_observed(found: Iterable[ObservedChoice | None]) -> dict[str, ObservedChoice]:
    """Return one observation for each choice that was asked about, by its id.

    Where several requirements see a choice, those that could tell count; if they differ, it is OTHER.
    """
    by_choice: dict[str, list[ObservedChoice]] = {}
    for one in found:
        if one is not None:
            by_choice.setdefault(one.choice, []).append(one)
    return {id_: _merge_alike(several) for id_, several in by_choice.items()}


def _merge_alike(several: list[ObservedChoice]) -> ObservedChoice:
    told = [one for one in several if one.alternative is not None] or several
    names = {one.unlisted or one.alternative or NOT_TOLD for one in told}
    if len(names) == 1:
        return told[0]
    detail = "; ".join(f"{one.unlisted or one.alternative}: {one.detail}" for one in told)
    return ObservedChoice(told[0].choice, OTHER, detail, "-or-".join(sorted(names - {OTHER})) or None)

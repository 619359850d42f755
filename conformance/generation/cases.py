"""The exam: generated requests, drawn before the first is sent, so that every target sits the same ones.

Schemathesis draws them from the contract: half follow it, half break the body's schema or its syntax. The
drawing is seeded, sees no target and leaves nothing on disk. It depends on the versions of Schemathesis,
Hypothesis and Python alone, so a report carries the digest and the version of Python. Those of the default seed are
drawn already: each API brings them as a file, see stored_cases.

What a case cannot know stands as it was generated (path parameters, ids in the body): an API puts the
profile's fixtures there when the case is sent, so that the digest is the same for every target.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import openapi
from conformance.generation.case import Case, CaseMode, CaseSet
from conformance.generation.hypothesis import (
    case_from_generated,
    draw_values,
    make_strategies,
    reproducible,
    shrink_drawn,
)
from conformance.generation.stored_cases import digest_origin, read_cases

COUNT = 42
_SURPLUS = 4  # how many are drawn for each that is kept, since many repeat
_NOISE_SHARE = 4  # at most one negative in this many is not JSON at all; the others break the schema


class TooFewCases(RuntimeError):
    """The generator repeats itself so much that there are not enough cases."""


# What this process, or the one that started it, has drawn: by API, seed and count.
DRAWN: dict[tuple[str, int, int], CaseSet] = {}


def draw_cases(api: str, seed: int = 0, count: int = COUNT) -> CaseSet:
    """Return the exam of *api*: *count* cases per operation, half positive and half negative, alternating.

    They are drawn unless they were before: by this process, or for the file that the API brings.
    Raises openapi.UnknownApi if there is no such API.
    """
    key = (api, seed, count)
    if key not in DRAWN:
        contract = select_documented(openapi.load_contract(api))
        stored = read_cases(api, digest_origin(contract, seed, count))
        DRAWN[key] = _make_case_set(stored) if stored else draw_anew(contract, seed, count)
    return DRAWN[key]


def draw_anew(contract: openapi.Spec, seed: int = 0, count: int = COUNT) -> CaseSet:
    """Draw the exam of *contract*, one that select_documented returned."""
    with reproducible():
        halves = [_draw_half(contract, mode, seed, count // 2) for mode in ("positive", "negative")]
    cases = [case for pair in zip(*halves, strict=True) for case in pair]
    return _make_case_set([replace(case, number=number) for number, case in enumerate(cases, 1)])


def _make_case_set(cases: Sequence[Case]) -> CaseSet:
    return CaseSet(tuple(cases), _digest_cases(cases))


def shrink_case(api: str, case: Case, seed: int, is_wrong: Callable[[Case], bool]) -> None:
    """Make *case*, of the exam of *seed*, smaller as long as *is_wrong* says so; that is told every try."""
    contract = select_documented(openapi.load_contract(api))
    with reproducible():
        for name, strategy in make_strategies(contract, case.mode):
            if name == case.operation:
                count = COUNT // 2 * _SURPLUS
                shrink_drawn(
                    strategy,
                    seed,
                    count,
                    case,
                    lambda one: case_from_generated(case.operation, case.mode, one),
                    is_wrong,
                )


def _draw_half(contract: openapi.Spec, mode: CaseMode, seed: int, count: int) -> list[Case]:
    cases: list[Case] = []
    for name, strategy in make_strategies(contract, mode):
        many = draw_values(strategy, seed, count * _SURPLUS)
        cases += _choose_cases([case_from_generated(name, mode, one) for one in many], count)
    return cases


def select_documented(contract: openapi.Spec) -> openapi.Spec:
    """Copy a contract with what its own document describes; what other pages add is no part of the exam.

    Marks of ours are left out: the generator would break an "x-source" and call the request negative.
    """
    headings = contract["info"]["x-document"]["headings"]
    paths: dict[str, Any] = {}
    for path, item in contract["paths"].items():
        for method, operation in item.items():
            if operation["x-source"] in headings:
                found = [openapi.resolve_reference(contract, one) for one in operation.get("parameters", [])]
                told = [parameter for parameter in found if parameter["x-source"] in headings]
                paths.setdefault(path, {})[method] = {**operation, "parameters": told}
    selected: openapi.Spec = _remove_marks({**contract, "paths": paths})
    return selected


def _remove_marks(node: Any) -> Any:
    if isinstance(node, list):
        return [_remove_marks(item) for item in node]
    if isinstance(node, dict):
        return {key: _remove_marks(value) for key, value in node.items() if not str(key).startswith("x-")}
    return node


def _choose_cases(drawn: Sequence[Case], count: int) -> list[Case]:
    """Pick *count* that differ: first one of every flaw, then whatever else is new; noise only in part."""
    different = list({case.content: case for case in reversed(drawn)}.values())[::-1]
    first_of_flaw = list({case.flaws: case for case in reversed(different)}.values())[::-1]
    noise = [case for case in different if not case.has_json][: count // _NOISE_SHARE]
    telling = [case for case in (*first_of_flaw, *different) if case.has_json]
    chosen = list(dict.fromkeys(map(id, [*noise, *telling])))[:count]
    if len(chosen) < count:
        raise TooFewCases(f"of {len(drawn)} generated cases only {len(chosen)} differ; {count} are needed")
    return [case for case in drawn if id(case) in chosen]


def _digest_cases(cases: Sequence[Case]) -> str:
    facts = [{**vars(case), "content": (case.content or b"").hex()} for case in cases]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()

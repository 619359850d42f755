"""The exam: generated requests, judged where the document leaves no doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations, cycle

from conformance.apis.onlyautomator.answers import Data, body_of, data_of, outcome, show
from conformance.apis.onlyautomator.driver import Api, Body
from conformance.apis.onlyautomator.generated_cases import KEY, Sat, composed, folded, is_faithful, is_plain
from conformance.assertions.expect import expect, observe
from conformance.assertions.json_equality import is_same_json

ORDER = 1
EXAMINED = True
AGAIN = 4  # about so many of the accepted cases are written a second time


def _accepted(api: Api) -> Iterator[tuple[Sat, Data]]:
    """Yield the cases that were accepted, with the record that each was answered with."""
    for sat in api.examined():
        body = body_of(sat.answer) if sat.answer.ok else None
        data = body.get("data") if isinstance(body, dict) else None
        if isinstance(data, dict) and isinstance(sat.body, dict):
            yield sat, data


def test_exam_value_comes_back(api: Api) -> None:
    """MUST give back every generated value that it accepts. (onlyautomator: Request Body)"""
    for sat, data in _accepted(api):
        value = sat.body.get("value")
        if "value" in data and _is_telling(value):
            kept = is_same_json(composed(data["value"]), composed(value))
            expect(kept, f"value {show(value)}", show(data["value"]), sat.answer)


def _is_telling(value: object) -> bool:
    """Tell whether a value is more than a requirement of its own asks for already."""
    return bool(value) and isinstance(value, str | list | dict) and is_faithful(value)


def test_exam_names_come_back(api: Api) -> None:
    """MUST give back every generated category and preference that it accepts. (onlyautomator: Request Body)

    The document does not say that capitals stay capitals, so letters are compared without their case.
    """
    for sat, data in _accepted(api):
        for name in ("category", "preference"):
            sent = sat.body.get(name)
            if name in data and isinstance(sent, str) and is_plain(sent):
                kept = isinstance(data[name], str) and folded(data[name]) == folded(sent)
                expect(kept, f"{name} {show(sent)}", show(data[name]), sat.answer)


def test_exam_records_follow_triples(api: Api) -> None:
    """MUST keep one record for each generated triple, and none for two. (onlyautomator: Notes)"""
    records = [(sat, data["id"]) for sat, data in _accepted(api) if sat.triple and "id" in data]
    for (earlier, earlier_id), (sat, id_) in combinations(records, 2):
        if _differ(sat, earlier):
            expect(id_ != earlier_id, "a record of its own", f"the id {show(id_)} of another", sat.answer)
    for sat, id_ in records[:: max(1, len(records) // AGAIN)]:
        again = data_of(api.write({**sat.body, "value": {"again": True}}))
        expect(again.get("id") == id_, f"the triple's id {show(id_)}", show(again.get("id")))


def _differ(one: Sat, other: Sat) -> bool:
    return any(
        folded(left) != folded(right)
        for left, right in zip(one.triple or (), other.triple or (), strict=True)
    )


def _refused(api: Api, is_wrong: Callable[[Sat], bool]) -> None:
    for sat in filter(is_wrong, api.examined()):
        expect(not sat.answer.ok, "the request to be refused", outcome(sat.answer), sat.answer)


def _spoiled(api: Api, spoil: Callable[[Body, str], Body]) -> None:
    """Spoil a generated request for each member of the key, so that no exam is without one."""
    sound = [sat.body for sat in api.examined() if sat.case.mode == "positive" and _is_structured(sat.body)]
    for name, body in zip(KEY, cycle(sound), strict=False):
        answer = api.write(spoil(body, name))
        expect(not answer.ok, "the request to be refused", outcome(answer), answer)


def _is_structured(body: Body) -> bool:
    return bool(body.get("value")) and isinstance(body["value"], dict | list)


def test_exam_refuses_incomplete(api: Api) -> None:
    """MUST refuse every generated object that lacks a member of the key. (onlyautomator: 400 Bad Request)"""
    _refused(api, lambda sat: isinstance(sat.body, dict) and not sat.body.keys() >= set(KEY))
    _spoiled(api, lambda body, name: {key: value for key, value in body.items() if key != name})


def test_exam_refuses_structures(api: Api) -> None:
    """MUST refuse every generated array or object in the place of a name. (onlyautomator: 400 Bad Request)"""
    _refused(api, _has_structured_name)
    _spoiled(api, lambda body, name: {**body, name: body["value"]})


def _has_structured_name(sat: Sat) -> bool:
    return isinstance(sat.body, dict) and any(isinstance(sat.body.get(name), dict | list) for name in KEY)


def test_exam_refuses_other_bodies(api: Api) -> None:
    """MUST refuse every generated body that is no JSON object. (onlyautomator: 400 Bad Request)"""
    _refused(api, lambda sat: not isinstance(sat.body, dict))


def test_exam_taken(api: Api) -> None:
    """OBSERVED how many generated requests are accepted. (onlyautomator: Request Body)"""
    counts: Counter[tuple[str, bool]] = Counter((sat.case.mode, sat.answer.ok) for sat in api.examined())
    modes = ("positive", "negative")
    halves = [f"{counts[mode, True]} of {counts[mode, True] + counts[mode, False]} {mode}" for mode in modes]
    observe(f"{' and '.join(halves)} ones are accepted")

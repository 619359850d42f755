"""The exam: generated requests, judged where the document leaves no doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations, cycle

from conformance.apis.onlyautomator.answers import Data, body_of, data_of, outcome, show
from conformance.apis.onlyautomator.driver import Body, Driver
from conformance.apis.onlyautomator.generated_cases import (
    KEY,
    CaseResult,
    composed,
    folded,
    is_faithful,
    is_plain,
)
from conformance.assertions.expect import expect, observe
from conformance.assertions.json_equality import is_same_json

ORDER = 1
EXAMINED = True
AGAIN = 4  # about so many of the accepted cases are written a second time


def _accepted(driver: Driver) -> Iterator[tuple[CaseResult, Data]]:
    """Yield the cases that were accepted, with the record that each was answered with."""
    for result in driver.case_results():
        body = body_of(result.answer) if result.answer.ok else None
        data = body.get("data") if isinstance(body, dict) else None
        if isinstance(data, dict) and isinstance(result.body, dict):
            yield result, data


def test_exam_value_comes_back(driver: Driver) -> None:
    """MUST give back every generated value that it accepts. (onlyautomator: Request Body)"""
    for result, data in _accepted(driver):
        value = result.body.get("value")
        if "value" in data and _is_telling(value):
            kept = is_same_json(composed(data["value"]), composed(value))
            expect(kept, f"value {show(value)}", show(data["value"]), result.answer)


def _is_telling(value: object) -> bool:
    """Tell whether a value is more than a requirement of its own asks for already."""
    return bool(value) and isinstance(value, str | list | dict) and is_faithful(value)


def test_exam_names_come_back(driver: Driver) -> None:
    """MUST give back every generated category and preference that it accepts. (onlyautomator: Request Body)

    The document does not say that capitals stay capitals, so letters are compared without their case.
    """
    for result, data in _accepted(driver):
        for name in ("category", "preference"):
            sent = result.body.get(name)
            if name in data and isinstance(sent, str) and is_plain(sent):
                kept = isinstance(data[name], str) and folded(data[name]) == folded(sent)
                expect(kept, f"{name} {show(sent)}", show(data[name]), result.answer)


def test_exam_records_follow_triples(driver: Driver) -> None:
    """MUST keep one record for each generated triple, and none for two. (onlyautomator: Notes)"""
    records = [(result, data["id"]) for result, data in _accepted(driver) if result.triple and "id" in data]
    for (earlier, earlier_id), (result, id_) in combinations(records, 2):
        if _differ(result, earlier):
            expect(id_ != earlier_id, "a record of its own", f"the id {show(id_)} of another", result.answer)
    for result, id_ in records[:: max(1, len(records) // AGAIN)]:
        again = data_of(driver.write({**result.body, "value": {"again": True}}))
        expect(again.get("id") == id_, f"the triple's id {show(id_)}", show(again.get("id")))


def _differ(one: CaseResult, other: CaseResult) -> bool:
    return any(
        folded(left) != folded(right)
        for left, right in zip(one.triple or (), other.triple or (), strict=True)
    )


def _refused(driver: Driver, is_wrong: Callable[[CaseResult], bool]) -> None:
    for result in filter(is_wrong, driver.case_results()):
        expect(not result.answer.ok, "the request to be refused", outcome(result.answer), result.answer)


def _spoiled(driver: Driver, spoil: Callable[[Body, str], Body]) -> None:
    """Spoil a generated request for each member of the key, so that no exam is without one."""
    sound = [
        result.body
        for result in driver.case_results()
        if result.case.mode == "positive" and _is_structured(result.body)
    ]
    for name, body in zip(KEY, cycle(sound), strict=False):
        answer = driver.write(spoil(body, name))
        expect(not answer.ok, "the request to be refused", outcome(answer), answer)


def _is_structured(body: Body) -> bool:
    return bool(body.get("value")) and isinstance(body["value"], dict | list)


def test_exam_refuses_incomplete(driver: Driver) -> None:
    """MUST refuse every generated object that lacks a member of the key. (onlyautomator: 400 Bad Request)"""
    _refused(driver, lambda result: isinstance(result.body, dict) and not result.body.keys() >= set(KEY))
    _spoiled(driver, lambda body, name: {key: value for key, value in body.items() if key != name})


def test_exam_refuses_structures(driver: Driver) -> None:
    """MUST refuse every generated array or object in the place of a name. (onlyautomator: 400 Bad Request)"""
    _refused(driver, _has_structured_name)
    _spoiled(driver, lambda body, name: {**body, name: body["value"]})


def _has_structured_name(result: CaseResult) -> bool:
    return isinstance(result.body, dict) and any(
        isinstance(result.body.get(name), dict | list) for name in KEY
    )


def test_exam_refuses_other_bodies(driver: Driver) -> None:
    """MUST refuse every generated body that is no JSON object. (onlyautomator: 400 Bad Request)"""
    _refused(driver, lambda result: not isinstance(result.body, dict))


def test_exam_taken(driver: Driver) -> None:
    """OBSERVED how many generated requests are accepted. (onlyautomator: Request Body)"""
    counts: Counter[tuple[str, bool]] = Counter(
        (result.case.mode, result.answer.ok) for result in driver.case_results()
    )
    modes = ("positive", "negative")
    halves = [f"{counts[mode, True]} of {counts[mode, True] + counts[mode, False]} {mode}" for mode in modes]
    observe(f"{' and '.join(halves)} ones are accepted")

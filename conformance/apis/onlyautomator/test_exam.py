"""The exam: generated requests, judged where the document leaves no doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, combinations, cycle

from conformance.apis.onlyautomator.answers import (
    Data,
    body_of,
    data_of,
    describe_answer,
    describe_value,
)
from conformance.apis.onlyautomator.driver import Body, Driver
from conformance.apis.onlyautomator.generated_cases import (
    KEY,
    CaseResult,
    compose_letters,
    fold_name,
    is_clean_name,
    is_portable,
)
from conformance.assertions.expect import expect, observe, require_some
from conformance.assertions.json_equality import find_difference
from conformance.http.response import Response

ORDER = 1
EXAMINED = True
AGAIN = 4  # about so many of the accepted cases are written a second time


def _accepted_records(driver: Driver) -> Iterator[tuple[CaseResult, Data]]:
    """Yield the cases that were accepted, with the record that each was answered with."""
    for result in driver.case_results():
        body = body_of(result.answer) if result.answer.ok else None
        data = body.get("data") if isinstance(body, dict) else None
        if isinstance(data, dict) and isinstance(result.body, dict):
            yield result, data


def test_exam_value_comes_back(driver: Driver) -> None:
    """MUST return every generated value that it accepts unchanged. (onlyautomator: Request Body)

    Numbers are equal if they are the same double, and letters if they are the same once composed.
    """
    kept = (
        (result, data, value)
        for result, data in _accepted_records(driver)
        if "value" in data and _needs_generated_case(value := result.body.get("value"))
    )
    for result, data, value in require_some(kept, "no generated value was accepted"):
        if found := find_difference(compose_letters(value), compose_letters(data["value"])):
            member, got = ("data", "value", *found.member), describe_value(data["value"])
            expect(False, f"value {describe_value(value)}", got, result.answer, member)


def _needs_generated_case(value: object) -> bool:
    """Tell whether a value is more than a requirement of its own asks for already."""
    return bool(value) and isinstance(value, str | list | dict) and is_portable(value)


def test_exam_names_come_back(driver: Driver) -> None:
    """MUST return every generated category and preference that it accepts unchanged.

    (onlyautomator: Request Body)

    The document does not say that capitals stay capitals, so letters are compared without their case.
    """
    named = (
        (result, name, sent, data[name])
        for result, data in _accepted_records(driver)
        for name in ("category", "preference")
        if name in data and isinstance(sent := result.body.get(name), str) and is_clean_name(sent)
    )
    for result, name, sent, given in require_some(named, "no generated name was accepted"):
        kept = isinstance(given, str) and fold_name(given) == fold_name(sent)
        expected, got = f"{name} {describe_value(sent)}", describe_value(given)
        expect(kept, expected, got, result.answer, ("data", name))


def test_exam_records_follow_triples(driver: Driver) -> None:
    """MUST keep one record for each generated triple, and separate ones for separate triples.

    (onlyautomator: Notes)
    """
    records = [
        (result, data["id"]) for result, data in _accepted_records(driver) if result.triple and "id" in data
    ]
    for (earlier, earlier_id), (result, id_) in combinations(records, 2):
        if id_ == earlier_id and _have_other_names(result, earlier):
            got = f"the id {describe_value(id_)} of another"
            expect(False, "a record of its own", got, result.answer, ("data", "id"))
    # Some of them, spread over all, since each costs another request.
    chosen = records[:: max(1, len(records) // AGAIN)]
    for result, id_ in require_some(chosen, "no generated triple was accepted"):
        answer = driver.write({**result.body, "value": {"again": True}})
        given, expected = data_of(answer).get("id"), f"the triple's id {describe_value(id_)}"
        expect(given == id_, expected, describe_value(given), answer, ("data", "id"))


def _have_other_names(one: CaseResult, other: CaseResult) -> bool:
    return any(
        fold_name(left) != fold_name(right)
        for left, right in zip(one.triple or (), other.triple or (), strict=True)
    )


def _expect_all_refused(
    driver: Driver,
    is_wrong: Callable[[CaseResult], bool],
    spoil: Callable[[Body, str], Body] | None = None,
) -> None:
    """Want every generated request to be refused that *is_wrong*, and some that *spoil* makes wrong."""
    wrong = (result.answer for result in driver.case_results() if is_wrong(result))
    answers = chain(wrong, _send_spoiled(driver, spoil) if spoil else ())
    for answer in require_some(answers, "the generated requests have none of this kind"):
        expect(not answer.ok, "the request to be refused", describe_answer(answer), answer)


def _send_spoiled(driver: Driver, spoil: Callable[[Body, str], Body]) -> Iterator[Response]:
    """Spoil a generated request for each member of the key, so that no exam is without one; yield the answers."""
    sound = [
        result.body
        for result in driver.case_results()
        if result.case.mode == "positive" and _is_structured(result.body)
    ]
    for name, body in zip(KEY, cycle(sound), strict=False):
        yield driver.write(spoil(body, name))


def _is_structured(body: Body) -> bool:
    return bool(body.get("value")) and isinstance(body["value"], dict | list)


def test_exam_refuses_incomplete(driver: Driver) -> None:
    """MUST refuse every generated object that lacks a member of the key. (onlyautomator: 400 Bad Request)"""
    _expect_all_refused(
        driver,
        lambda result: isinstance(result.body, dict) and not result.body.keys() >= set(KEY),
        lambda body, name: {key: value for key, value in body.items() if key != name},
    )


def test_exam_refuses_structures(driver: Driver) -> None:
    """MUST refuse every generated array or object in place of a name. (onlyautomator: 400 Bad Request)"""
    _expect_all_refused(driver, _has_structured_name, lambda body, name: {**body, name: body["value"]})


def _has_structured_name(result: CaseResult) -> bool:
    return isinstance(result.body, dict) and any(
        isinstance(result.body.get(name), dict | list) for name in KEY
    )


def test_exam_refuses_other_bodies(driver: Driver) -> None:
    """MUST refuse every generated body that is not a JSON object. (onlyautomator: 400 Bad Request)"""
    _expect_all_refused(driver, lambda result: not isinstance(result.body, dict))


def test_exam_taken(driver: Driver) -> None:
    """OBSERVED how many generated requests are accepted. (onlyautomator: Request Body)"""
    counts: Counter[tuple[str, bool]] = Counter(
        (result.case.mode, result.answer.ok) for result in driver.case_results()
    )
    modes = ("positive", "negative")
    halves = [f"{counts[mode, True]} of {counts[mode, True] + counts[mode, False]} {mode}" for mode in modes]
    observe(f"{' and '.join(halves)} ones are accepted")

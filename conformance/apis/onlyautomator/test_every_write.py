"""200 Success and Response, of every write that is accepted in the run, by whomever and for whomever; asked last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from conformance.apis.onlyautomator.answers import (
    Data,
    body_of,
    data_of,
    describe_value,
    expect_object,
    name_json_type,
)
from conformance.apis.onlyautomator.driver import Driver, SentWrite
from conformance.apis.onlyautomator.generated_cases import KEY
from conformance.apis.onlyautomator.shared_writes import create_and_update_first_record, create_first_record
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.outcome import UNDECIDED, Inconclusive
from conformance.assertions.timestamp import parse_instant
from conformance.http.response import Response
from conformance.suite.driver import is_among

ORDER = 3
LOOKS_BACK = True


def _plain_writes(driver: Driver) -> Iterator[list[SentWrite]]:
    """Yield the accepted writes of each triple of three texts, in the order in which they were sent.

    Of other bodies, and of other headers than usual, no document says how they are answered where they are accepted.
    """
    with suppress(*UNDECIDED):
        create_and_update_first_record(driver)
    for writes in driver.accepted_writes.values():
        plain = [one for one in writes if all(map(_is_name, map(one.body.get, KEY)))]
        plain = [one for one in plain if not is_among(one.answer, driver.answers_to_odd_headers)]
        if plain:
            yield plain


def _is_name(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _accepted_answers(driver: Driver) -> Iterator[Response]:
    """Yield the answers to every accepted write, among them those of the first record.

    Raises Inconclusive afterwards if one of these was refused or not answered.
    """
    for writes in _plain_writes(driver):
        yield from (write.answer for write in writes)
    for answer in create_and_update_first_record(driver):
        if not answer.ok:
            raise Inconclusive(f"the write was refused with status {answer.status}")


def _records(driver: Driver) -> Iterator[tuple[Data, Response]]:
    """Yield every record that was answered; that each answer has one, another requirement judges."""
    for answer in _accepted_answers(driver):
        with suppress(Inconclusive):
            yield data_of(answer), answer
    data_of(create_first_record(driver))


def test_create_answers_200(driver: Driver) -> None:
    """MUST answer 200 when a preference is created. (onlyautomator: 200 Success)"""
    with suppress(*UNDECIDED):
        for data, answer in _records(driver):
            # What was sent by other means may have made the record before.
            if "createdAt" in data and data["createdAt"] == data.get("updatedAt"):
                expect_status(answer, 200)
    expect_status(create_first_record(driver), 200)


def test_update_answers_200(driver: Driver) -> None:
    """MUST answer 200 when a preference is updated. (onlyautomator: 200 Success)"""
    for writes in _plain_writes(driver):
        for write in writes[1:]:
            expect_status(write.answer, 200)
    data_of(create_first_record(driver))
    for answer in create_and_update_first_record(driver)[1:]:
        expect_status(answer, 200)


def test_success_status_word(driver: Driver) -> None:
    """MUST answer an accepted write with the status "success". (onlyautomator: 200 Success)"""
    for answer in _accepted_answers(driver):
        body = body_of(answer)
        word = body.get("status") if isinstance(body, dict) else None
        expect(word == "success", 'status "success"', describe_value(word), answer, ("status",))


def test_success_data(driver: Driver) -> None:
    """MUST answer with the preference as an object in data. (onlyautomator: 200 Success)"""
    for answer in _accepted_answers(driver):
        body = answer.json
        expect(isinstance(body, dict), "a JSON object", name_json_type(body), answer)
        expect_object(answer, body, "data")


def test_data_id(driver: Driver) -> None:
    """MUST answer with data.id, a string. (onlyautomator: Response)"""
    _expect_text(driver, "id")


def test_data_fan_id(driver: Driver) -> None:
    """MUST answer with data.fanId, a string. (onlyautomator: Response)"""
    _expect_text(driver, "fanId")


def test_data_user_id(driver: Driver) -> None:
    """MUST answer with data.userId, a string. (onlyautomator: Response)"""
    _expect_text(driver, "userId")


def test_data_category(driver: Driver) -> None:
    """MUST answer with data.category, a string. (onlyautomator: Response)"""
    _expect_text(driver, "category")


def test_data_preference(driver: Driver) -> None:
    """MUST answer with data.preference, a string. (onlyautomator: Response)"""
    _expect_text(driver, "preference")


def test_data_value(driver: Driver) -> None:
    """MUST answer with data.value. (onlyautomator: Response)"""
    for writes in _plain_writes(driver):
        for write in writes:
            # How a write without a value, or with null, is answered, no document says.
            if write.body.get("value") is not None:
                with suppress(Inconclusive):
                    is_there = "value" in data_of(write.answer)
                    expect(is_there, "data.value", "no such member", write.answer, ("data",))
    data_of(create_first_record(driver))


def test_data_source(driver: Driver) -> None:
    """MUST answer with data.source, a string or null. (onlyautomator: Response)"""
    for data, answer in _records(driver):
        known = "source" in data and isinstance(data["source"], str | None)
        expect(
            known,
            "data.source, a string or null",
            _describe_member(data, "source"),
            answer,
            ("data", "source"),
        )


def test_data_created_at(driver: Driver) -> None:
    """MUST answer with data.createdAt, an ISO timestamp. (onlyautomator: Response)"""
    _expect_timestamp(driver, "createdAt")


def test_data_updated_at(driver: Driver) -> None:
    """MUST answer with data.updatedAt, an ISO timestamp. (onlyautomator: Response)"""
    _expect_timestamp(driver, "updatedAt")


def _expect_text(driver: Driver, name: str) -> None:
    for data, answer in _records(driver):
        got, member = _describe_member(data, name), ("data", name)
        expect(isinstance(data.get(name), str), f"data.{name}, a string", got, answer, member)
        expect(data[name] != "", f"data.{name}, not empty", "an empty string", answer, member)


def _expect_timestamp(driver: Driver, name: str) -> None:
    for data, answer in _records(driver):
        is_timestamp = parse_instant(data.get(name)) is not None
        got = _describe_member(data, name)
        expect(is_timestamp, f"data.{name}, an ISO timestamp", got, answer, ("data", name))


def _describe_member(data: Data, name: str) -> str:
    return f"{name_json_type(data[name])}, {describe_value(data[name])}" if name in data else "no such member"

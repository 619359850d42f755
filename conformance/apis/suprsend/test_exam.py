"""The exam: generated requests, judged where the document leaves no doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from conformance.apis.suprsend import generated_cases
from conformance.apis.suprsend.category import (
    IN,
    OUT,
    PREFERENCES,
    describe_value,
    editable_channels,
    preference_of,
)
from conformance.apis.suprsend.driver import Driver
from conformance.apis.suprsend.expectations import expect_channel, expect_preference
from conformance.assertions.expect import expect, observe, require_some
from conformance.assertions.outcome import NotTested
from conformance.generation.case import Case
from conformance.http.foreign_text import quote_text
from conformance.http.response import Response

ORDER = 2
EXAMINED = True


def _object_bodies(driver: Driver) -> Iterator[tuple[dict[str, Any], Response]]:
    """Yield every generated body that is a JSON object."""
    for result in driver.case_results():
        if result.case.has_json and isinstance(body := generated_cases.prepare_body(result.case), dict):
            yield body, result.answer


def _named_channels(body: dict[str, Any], member: str) -> list[str]:
    """List the channels that a body names."""
    listed = body.get(member)
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []


def _cannot_be_a_body(case: Case) -> bool:
    """Tell whether nobody could take the body for an object or for none at all."""
    if case.has_json:
        return case.json is not None and not isinstance(case.json, dict)
    return bool((case.content or b"").strip())


def test_generated_no_server_error(driver: Driver) -> None:
    """MUST not answer a generated request with a 5xx. (suprsend: Response)"""
    for result in driver.case_results():
        status = result.answer.status
        expect(status < 500, "no 5xx", f"status {status}", result.answer)


def test_generated_preference_is_followed(driver: Driver) -> None:
    """MUST follow a preference beside generated members. (suprsend: Response)"""
    asked = [
        pair
        for pair in _object_bodies(driver)
        if pair[0].get("preference") in PREFERENCES and len(pair[0]) > 1
    ]
    followed = [(body["preference"], answer) for body, answer in asked if answer.ok]
    if OUT not in (word for word, _ in followed):
        raise NotTested("no generated opt_out was accepted")
    for word, answer in followed:
        if word == IN and IN not in editable_channels(answer).values():
            continue  # a category may go out with the last of its channels
        expect_preference(answer, word)


def test_generated_preference_is_refused(driver: Driver) -> None:
    """MUST refuse a generated preference that is neither opt_in nor opt_out. (suprsend: Body)"""
    wrong = (
        (value, answer)
        for body, answer in _object_bodies(driver)
        if generated_cases.is_surely_invalid_preference(value := body.get("preference"))
        and answer.status < 500
    )
    for value, answer in require_some(wrong, "no generated preference is wrong and was answered"):
        got = f"status {answer.status} to {describe_value(value)}"
        expect(400 <= answer.status < 500, "a refusal, status 4xx", got, answer)


def test_generated_channels_follow(driver: Driver) -> None:
    """MUST follow generated lists of two channels or more. (suprsend: Body)"""
    listed = (
        (out, into, answer)
        for body, answer in _object_bodies(driver)
        if max(
            len(out := _named_channels(body, "opt_out_channels")),
            len(into := _named_channels(body, "opt_in_channels")),
        )
        > 1
        and answer.ok
        and preference_of(answer) == IN
    )
    for out, into, answer in require_some(listed, "no generated list of two channels was accepted"):
        for channel, now in editable_channels(answer).items():
            if (channel in out) != (channel in into):
                expect_channel(answer, channel, OUT if channel in out else IN, now)


def test_generated_body_is_refused(driver: Driver) -> None:
    """MUST refuse a generated body that is not a JSON object. (suprsend: Body)"""
    wrong = (
        result
        for result in driver.case_results()
        if _cannot_be_a_body(result.case) and result.answer.status < 500
    )
    for result in require_some(wrong, "no generated body is wrong and was answered"):
        status = result.answer.status
        got = f"status {status} to {quote_text(repr(result.case.content or b''))}"
        expect(400 <= status < 500, "a refusal, status 4xx", got, result.answer)


def test_generated_requests(driver: Driver) -> None:
    """OBSERVED how many generated requests are accepted. (suprsend: Body)"""
    counts: Counter[tuple[str, bool]] = Counter(
        (result.case.mode, result.answer.ok) for result in driver.case_results()
    )
    tally = [
        f"{counts[mode, True]} of {counts[mode, True] + counts[mode, False]} {kind}"
        for mode, kind in (("positive", "that follow the contract"), ("negative", "that break it"))
    ]
    observe(f"accepted {' and '.join(tally)}")

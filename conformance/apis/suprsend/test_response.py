"""Response: the category as it now stands."""

from __future__ import annotations

from contextlib import suppress

from conformance.apis.suprsend.alternatives import (
    name_listing,
    name_original_preference,
)
from conformance.apis.suprsend.category import (
    OUT,
    category_of,
    channels_of,
    describe_answer,
    describe_value,
    editable_channels,
    require_member,
    shows_opted_out,
    shows_preference,
)
from conformance.apis.suprsend.driver import OPT_OUT, Driver
from conformance.apis.suprsend.shared_writes import (
    switch_category_once,
    switch_locked_category_once,
    write_claims_once,
)
from conformance.apis.suprsend.telling_writes import name_silence, opt_in_without_lists_once
from conformance.assertions.expect import expect, observe
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.assertions.refusal import name_refusal
from conformance.http.response import Response


def _expect_not_editable(answer: Response) -> None:
    is_editable = require_member(answer, "is_editable", bool)
    expect(not is_editable, "is_editable false", describe_value(is_editable), answer, ("is_editable",))


# --- what the category is, whatever a body says ----------------------------------------------------------


def _expect_no_claim_taken(driver: Driver, name: str) -> None:
    """Want a member to be the server's own, where a body that says it otherwise is accepted."""
    for before, body, answer in write_claims_once(driver):
        if answer.ok and name in body:
            known, given = category_of(before).get(name), category_of(answer).get(name)
            is_taken = known != body[name] and given == body[name]
            expected = f"{name} {describe_value(known)}, as before"
            expect(not is_taken, expected, describe_value(given), answer, (name,))


def test_name_ignores_the_body(driver: Driver) -> None:
    """MUST take the name from the category, whatever the body says. (suprsend: Response)

    A body with members that the document does not know may be refused.
    """
    _expect_no_claim_taken(driver, "name")


def test_description_ignores_the_body(driver: Driver) -> None:
    """SHOULD take the description from the category, whatever the body says. (suprsend: Response)

    The document does not say whose description it is; its example describes the category.
    A body with members that the document does not know may be refused.
    """
    _expect_no_claim_taken(driver, "description")


def test_original_preference_ignores_the_body(driver: Driver) -> None:
    """MUST take original_preference from the category, whatever the body says. (suprsend: Response)

    A body with members that the document does not know may be refused.
    """
    _expect_no_claim_taken(driver, "original_preference")


def test_is_editable_ignores_the_body(driver: Driver) -> None:
    """MUST take is_editable from the category, whatever the body says, also to opt out of one that cannot be left.

    (suprsend: Response)

    A body with members that the document does not know may be refused.
    """
    _expect_no_claim_taken(driver, "is_editable")
    with suppress(NotTested):
        _, out = switch_locked_category_once(driver)
        if out.ok and shows_opted_out(out, driver.places.locked_category.category):
            raise Inconclusive("the locked category is opted out of without such a body, too")
        answer = driver.write({**OPT_OUT, "is_editable": True}, driver.places.locked_category)
        if answer.ok:
            is_left = shows_opted_out(answer, driver.places.locked_category.category)
            expected, member = "preference opt_in, or a refusal", ("preference",)
            expect(not is_left, expected, "opt_out", answer, member)
            _expect_not_editable(answer)


def test_original_preference_after_choices(driver: Driver) -> None:
    """OBSERVED which default original_preference names, and after which choices it is null instead.

    (suprsend: Response)
    """
    given = [category_of(answer).get("original_preference") for answer in switch_category_once(driver)]
    observe(
        f"original_preference opted in, out and in again: {', '.join(map(describe_value, given))}",
        name_original_preference(given),
    )


def test_channels_of_an_opted_out_category(driver: Driver) -> None:
    """OBSERVED how the channels of an opted-out category are listed. (suprsend: Response)"""
    answer = switch_category_once(driver).out
    shown_as = {item.get("channel"): item.get("preference") for item in channels_of(answer)}
    text = f"channels after opt_out: {shown_as or describe_value(category_of(answer).get('channels'))}"
    observe(text, name_listing(answer))


def test_opt_in_to_a_locked_category(driver: Driver) -> None:
    """OBSERVED how an opt_in to a category is answered that cannot be opted out of. (suprsend: Response)"""
    into, _ = switch_locked_category_once(driver)
    observe(f"an opt_in to a locked category is {describe_answer(into)}", name_refusal(into) or "accepted")


def test_opt_out_of_a_locked_category(driver: Driver) -> None:
    """OBSERVED how an opt_out of a category is answered that cannot be opted out of. (suprsend: Response)"""
    _, out = switch_locked_category_once(driver)
    accepted = "opts-out" if shows_preference(out, OUT) else "ignored"
    observe(f"an opt_out of a locked category is {describe_answer(out)}", name_refusal(out) or accepted)


def test_channel_choices_after_opt_out(driver: Driver) -> None:
    """OBSERVED whether channels stay opted out after an opt_out and an opt_in of the category.

    (suprsend: Response)
    """
    kept = opt_in_without_lists_once(driver, after_opt_out=True)
    named, answer = kept.named, kept.later
    observe(
        f"{named} was out before the category; afterwards it is {describe_value(editable_channels(answer).get(named))}",
        name_silence(driver),
    )

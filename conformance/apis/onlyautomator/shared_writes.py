"""Writes that several requirements look at, each sent once in a run: what is asked again returns the same answer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from conformance.apis.onlyautomator import model
from conformance.apis.onlyautomator.answers import Data, code_of, data_of, describe_answer, expect_member
from conformance.apis.onlyautomator.driver import WRITE_PATH, Body, Driver, SentWrite
from conformance.assertions.expect import expect
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.pacing import TOO_MANY_REQUESTS, UNAVAILABLE
from conformance.http.response import Response

OTHER_RECORD = "one_of_two"  # the preference of a record whose updates all have to be refused
_MOST_TRIES = 3
BOOLEANS = (True, False, {"on": "weekends"})  # the values of one record, one after the other
# The values of records that end with nothing: of one type each but the first, whose type changes.
UPDATES_TO_NOTHING: Sequence[Sequence[Any]] = (
    (-42, False),
    ("007", 7, 0),
    ("true", ""),
    (["a", "a", "b"], ["mon", "tue"], []),
    ({"after": None, "before": "noon"}, {"before": "ten"}, {}),
)
LONG_AGO = "2001-02-03T04:05:06Z"


def _write_once(driver: Driver, name: object, body: Body, credential: str = "user") -> SentWrite:
    """Write *body* the first time that *name* is used; return that write, whatever *body* is, afterwards."""
    return driver.client.memoize(
        # The client's memory, since it cites the evidence again with the answer, and raises an outcome again.
        ("write", name),
        lambda: SentWrite(body, driver.write(body, credential=credential)),
    )


# --- the first record ------------------------------------------------------------------------------------


def create_first_record(driver: Driver) -> Response:
    """Return the answer to the run's first write."""
    return create_and_update_first_record(driver, 1)[0]


def create_and_update_first_record(driver: Driver, writes: int = 3) -> Sequence[Response]:
    """Return the answers to the create of a record and the updates after it: first, second, third."""
    return [driver.write_first_record(value) for value in model.VALUES[:writes]]


def first_record(driver: Driver) -> Data:
    """Return the first record; Inconclusive if not even that was accepted."""
    return data_of(create_first_record(driver))


def first_body(driver: Driver) -> Body:
    """Return what the first write sent, or would send where the mode lets nothing be written."""
    if driver.run.mode.may_write:
        first_record(driver)
    return driver.first_body()


def update_a_second_later(driver: Driver) -> Response:
    """Return the answer to an update of the first record when every clock has moved on."""
    return driver.client.memoize(
        "later update", lambda: driver.write_a_second_after(create_first_record(driver), first_body(driver))
    )


# --- records by name, and by the value that they hold ----------------------------------------------------


def write_preference_once(driver: Driver, preference: str) -> SentWrite:
    """Return a write of a preference of this name."""
    return _write_once(driver, ("preference", preference), driver.make_body(preference=preference))


def write_other_record(driver: Driver) -> SentWrite:
    """Return a write of another record than the first; every update of it is one that has to be refused."""
    return write_preference_once(driver, OTHER_RECORD)


def write_value_once(driver: Driver, value: Any) -> SentWrite:
    """Return the write of a record that holds *value*."""
    return _write_once(driver, ("value", json.dumps(value)), driver.make_body(value=value))


def replace_value_once(driver: Driver, old: Any, *values: Any) -> Response:
    """Return the answer to the last of these updates, one after the other, of the record that holds *old*."""
    body, answer = write_value_once(driver, old)
    for value in values:
        data_of(answer)
        # JSON, because in a Python key True is 1 and 1.0.
        name = ("replace", json.dumps([old, value]))
        answer = _write_once(driver, name, {**body, "value": value}).answer
    return answer


def update_to_nothing(driver: Driver) -> None:
    """Update a few records to false, zero and empty values, as far as their writes are accepted."""
    for values in UPDATES_TO_NOTHING:
        with suppress(Inconclusive):
            replace_value_once(driver, *values)


def write_mixed_case_names(driver: Driver) -> SentWrite:
    """Return a write with capitals in both names."""
    names = {"category": f"{driver.run.prefix}_EveningChat", "preference": "likesFitness_VIDEOS"}
    return _write_once(driver, "mixed case", driver.make_body(**names))


def write_from_extension(driver: Driver) -> Response:
    """Return the answer to a write that comes from a browser extension."""
    headers = {"Origin": "chrome-extension://abcdefghijklmnopabcdefghijklmnop"}
    return driver.client.memoize("extension", lambda: driver.write(driver.make_body(), headers=headers))


def write_extra_member(driver: Driver) -> Response:
    """Return the answer to a write with a member that the document does not name."""
    return _write_once(driver, "extra member", driver.make_body(note="of no concern")).answer


def write_with_charset(driver: Driver) -> Response:
    """Return the answer to a write of what is already there, with a charset in its media type."""
    body, _ = write_value_once(driver, 1)
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return driver.client.memoize("charset", lambda: driver.write(body, headers=headers))


# --- what the server alone knows -------------------------------------------------------------------------


def claims_of(driver: Driver) -> Body:
    """Return what bodies say of a record, though the server alone knows it."""
    claimed = str(uuid.uuid5(uuid.NAMESPACE_URL, driver.run.prefix))
    source = "manual" if first_record(driver).get("source") == "inferred" else "inferred"
    return {
        "id": claimed,
        "userId": claimed,
        "source": source,
        "createdAt": LONG_AGO,
        "updatedAt": LONG_AGO,
    }


def write_claims(driver: Driver) -> Sequence[SentWrite]:
    """Create a record and update it with all claims in the bodies; where that is refused, make one claim at a time."""

    def write() -> Sequence[SentWrite]:
        claims = claims_of(driver)
        body = driver.make_body(**claims)
        created = SentWrite(body, driver.write(body))
        if created.answer.ok:
            update = {**body, "value": "updated"}
            return [created, SentWrite(update, driver.write(update))]
        alone = [driver.make_body(**{name: claim}) for name, claim in claims.items()]
        return [SentWrite(one, driver.write(one)) for one in alone]

    return driver.client.memoize("claims", write)


def write_same_id_again(driver: Driver) -> SentWrite:
    """Create another record with the id that the bodies of write_claims have."""
    return _write_once(driver, "same id", driver.make_body(id=claims_of(driver)["id"]))


# --- fans, categories, users -----------------------------------------------------------------------------


def write_for_both_fans(driver: Driver) -> Sequence[SentWrite]:
    """Return the same write for each of the two fans."""
    fan_ids = (driver.fan_id, driver.other_fan_id)
    body = driver.client.memoize("body for both fans", driver.make_body)
    bodies = [{**body, "fanId": fan_id} for fan_id in fan_ids]
    return _write_each(driver, "for fan", bodies)


def write_in_two_categories(driver: Driver) -> Sequence[SentWrite]:
    """Return the same write in each of two categories."""
    categories = (f"{driver.run.prefix}_a", f"{driver.run.prefix}_b")
    bodies = [driver.make_body(category=category, preference="in_two") for category in categories]
    return _write_each(driver, "in category", bodies)


def _write_each(driver: Driver, name: str, bodies: Sequence[Body]) -> Sequence[SentWrite]:
    return [_write_once(driver, (name, at), body) for at, body in enumerate(bodies)]


def write_as_other_user(driver: Driver) -> SentWrite:
    """Return a write as the other user; NotTested if that user may not write for the fan."""
    written = _write_once(driver, "other user", driver.make_body(), credential="other_user")
    if written.answer.status in (403, 404):
        raise NotTested(
            f"credentials.other_user may not write for {driver.fan_id}: {describe_answer(written.answer)}"
        )
    return written


def write_as_both_users(driver: Driver) -> tuple[SentWrite, SentWrite]:
    """Return a user's write, and the other user's of the same triple."""
    write_as_other_user(driver)
    body = driver.client.memoize("body of both users", driver.make_body)
    one = _write_once(driver, "one of both users", body)
    update = {**body, "value": "of another user"}
    return one, _write_once(driver, "other of both users", update, credential="other_user")


# --- what may or has to be refused -----------------------------------------------------------------------


def write_without_value(driver: Driver) -> SentWrite:
    """Return a write that has no value; whether it is accepted is the server's choice."""
    return _write_once(driver, "without value", driver.make_body_without("value"))


def write_without_preference(driver: Driver) -> Response:
    """Return the answer to a write that lacks its preference."""
    body = first_body(driver)
    # The first record's body, which was accepted: nothing is wrong with it but what is missing.
    del body["preference"]
    return _write_once(driver, "without preference", body).answer


def write_without_token(driver: Driver) -> SentWrite:
    """Return a write without a token."""
    body = driver.make_body()
    return driver.client.memoize("without token", lambda: SentWrite(body, driver.post(body)))


def write_without_permission(driver: Driver) -> SentWrite:
    """Return a write with a token that may not write."""
    return _write_once(driver, "without permission", driver.make_body(), credential="forbidden")


def write_for_unknown_fan(driver: Driver) -> SentWrite:
    """Return a write for a fan that does not exist."""
    return _write_once(driver, "unknown fan", driver.make_body(fanId=driver.unknown_fan_id))


def write_during_outage(driver: Driver) -> Response:
    """Return what the target answers when the profile's trigger makes it unavailable."""
    trigger = driver.target.triggers.service_unavailable
    if trigger is None:
        raise NotTested("the profile has no triggers.service_unavailable", "triggers.service_unavailable")
    driver.run.mode.require_full_mode("a trigger")
    headers = {**driver.bearer_header(), **trigger.headers}
    return driver.client.memoize("outage", lambda: _trigger_outage(driver, headers))


def _trigger_outage(driver: Driver, headers: Mapping[str, str]) -> Response:
    """Send with the trigger; only 429 is sent again, since 503 is what is asked for.

    A gateway may answer 503 as well, in words of its own, but does not each time.
    """
    answers: list[Response] = []
    is_told = False
    while not is_told and len(answers) < _MOST_TRIES:
        answers.append(
            driver.client.send(
                "POST", WRITE_PATH, headers=headers, json=driver.make_body(), wait_at={TOO_MANY_REQUESTS}
            )
        )
        is_told = answers[-1].status != UNAVAILABLE or code_of(answers[-1]) == "service_unavailable"
    if not is_told and driver.client.repeats.get(f"answered {UNAVAILABLE}"):
        driver.unjudged_answers += answers
        raise Inconclusive(
            "requests without the trigger are answered 503 as well, in words that are no API's"
        )
    driver.unjudged_answers += answers[:-1]
    driver.triggered_answers.append(answers[-1])
    return answers[-1]


# --- what a write is wanted to be ------------------------------------------------------------------------


def expect_accepted(answer: Response) -> Response:
    """Want a write to be accepted."""
    expect(answer.ok, "the write to be accepted", describe_answer(answer), answer)
    return answer


def expect_write_accepted(driver: Driver, body: Body) -> None:
    """Write what the document allows and want it to be accepted; Inconclusive where nothing is."""
    first_record(driver)
    expect_accepted(driver.write(body))


def expect_value_kept(driver: Driver, value: Any) -> None:
    """Want a value to be accepted and to come back equal."""
    first_record(driver)
    expect_member(expect_accepted(write_value_once(driver, value).answer), "value", value)

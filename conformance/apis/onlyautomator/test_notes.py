"""Notes: the triple names a record, which is made once and then updated; names are free."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from conformance.apis.onlyautomator.answers import Data, data_of, expect_member, member, moment, outcome, show
from conformance.apis.onlyautomator.driver import BOOLEANS, HISTORY, Driver, want_accepted
from conformance.apis.onlyautomator.model import is_same_moment
from conformance.assertions.expect import expect, observe
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import Inconclusive
from conformance.assertions.timestamp import REPLICAS_APART
from conformance.http.response import Response

# --- an existing preference is updated -------------------------------------------------------------------


def test_update_keeps_id(driver: Driver) -> None:
    """MUST keep a record's id when it is updated, and when it is updated again. (onlyautomator: Notes)"""
    first, *updates = driver.history()
    for answer in updates:
        _want_id(first, answer)
    _want_id(driver.holding("007")[1], _updated(driver, "007", 7)[0])


def _want_id(first: Response, update: Response) -> None:
    made, now = (member(data_of(answer), "id") for answer in (first, update))
    expect(now == made, f"id {show(made)}", f"id {show(now)}", update)


def test_update_keeps_created_at(driver: Driver) -> None:
    """MUST keep a record's createdAt when it is updated. (onlyautomator: Notes)"""
    first, *updates = driver.history()
    _want_created_at(first, *updates)
    if moment(data_of(updates[0]), "updatedAt") <= moment(data_of(first), "updatedAt"):
        _want_created_at(first, driver.updated_a_second_later())


def test_other_user_keeps_created_at(driver: Driver) -> None:
    """MUST keep a record's createdAt when another user updates it. (onlyautomator: Notes)

    A server may keep a record for each user instead.
    """
    if not is_same_moment(*(moment(data_of(answer), "createdAt") for answer in driver.history(2))):
        raise Inconclusive("createdAt moves when the same user updates a record, too")
    one, other = driver.of_two_users()
    if data_of(one).get("id") == data_of(other).get("id"):
        _want_created_at(one, other)


def _want_created_at(first: Response, *updates: Response) -> None:
    made = moment(data_of(first), "createdAt")
    for answer in updates:
        now = moment(data_of(answer), "createdAt")
        expect(is_same_moment(made, now), f"createdAt {made.isoformat()}", now.isoformat(), answer)


def test_update_moves_updated_at(driver: Driver) -> None:
    """MUST move a record's updatedAt forward when it is updated. (onlyautomator: Notes)

    A clock may count whole seconds: where the two are equal, the record is written again a second later.
    """
    first, second = driver.history(2)
    before, after = (moment(data_of(answer), "updatedAt") for answer in (first, second))
    if after <= before:
        second = driver.updated_a_second_later()
        after = moment(data_of(second), "updatedAt")
    expect(after > before, f"updatedAt after {before.isoformat()}", after.isoformat(), second)


def test_updated_at_never_goes_back(driver: Driver) -> None:
    """MUST not move a record's updatedAt back, nor before its createdAt. (onlyautomator: Notes)

    Replicas whose clocks are a moment apart are allowed.
    """
    history = driver.history()
    moments = [moment(data_of(answer), "updatedAt") for answer in history]
    for (before, after), answer in zip(pairwise(moments), history[1:], strict=True):
        made = moment(data_of(answer), "createdAt")
        for earlier in (before, made):
            not_back = after >= earlier - REPLICAS_APART
            expect(not_back, f"updatedAt not before {earlier.isoformat()}", after.isoformat(), answer)


def test_update_changes_value(driver: Driver) -> None:
    """MUST answer an update with the new value, and the next with the next. (onlyautomator: Notes)"""
    for answer, value in zip(driver.history()[1:], HISTORY[1:], strict=True):
        member(data_of(answer), "value")
        expect_member(answer, "value", value)


def _updated(driver: Driver, *values: object) -> tuple[Response, object]:
    """Update the record that holds the first value to the others; return the last answer and the value in it."""
    answer = want_accepted(driver.replacing(*values))
    return answer, member(data_of(answer), "value")


def test_update_to_falsy(driver: Driver) -> None:
    """MUST not keep true when it is updated to false. (onlyautomator: Notes)"""
    _, value = _updated(driver, True, False)
    expect(value is not True, "value false", "value true")


def test_update_changes_type(driver: Driver) -> None:
    """MUST put a number in the place of a string, as a number. (onlyautomator: Notes)"""
    answer, value = _updated(driver, "007", 7)
    if not is_same_json(value, 7) and (
        value == "007" or is_same_json(driver.record(value=7).get("value"), 7)
    ):
        expect(False, "value 7", f"value {show(value)}", answer)


def test_update_replaces_boolean(driver: Driver) -> None:
    """MUST put an object in the place of a boolean. (onlyautomator: Notes)"""
    second_update = data_of(driver.history()[-1])
    if not is_same_json(member(second_update, "value"), HISTORY[-1]):
        raise Inconclusive("a second update is lost, whatever its type")
    answer, _ = _updated(driver, *BOOLEANS)
    expect_member(answer, "value", {"on": "weekends"})


def test_update_replaces_object(driver: Driver) -> None:
    """MUST put the object of an update in the place of the old one. (onlyautomator: Notes)"""
    answer, _ = _updated(driver, {"after": None, "before": "noon"}, {"before": "ten"})
    expect_member(answer, "value", {"before": "ten"})


def test_update_replaces_array(driver: Driver) -> None:
    """MUST put the array of an update in the place of the old one. (onlyautomator: Notes)"""
    answer, _ = _updated(driver, ["a", "a", "b"], ["mon", "tue"])
    expect_member(answer, "value", ["mon", "tue"])


def test_parallel_creates_yield_one_record(driver: Driver) -> None:
    """MUST make one record when a triple is written for the first time from several sides at once.

    (onlyautomator: Notes)

    All but one of the creates may be refused. Where fewer than two are accepted, or no two requests overlapped, it is
    not decided.
    """
    records = [data_of(answer) for answer in driver.race() if answer.ok]
    if len(records) < 2:
        raise Inconclusive("of the writes sent together, and one after them, fewer than two were accepted")
    ids = {show(member(record, "id")) for record in records}
    expect(len(ids) == 1, "one id in all answers", f"{len(ids)} ids: {', '.join(sorted(ids))}")


# --- the same fanId, category and preference -------------------------------------------------------------


def _apart(*answers: Response) -> None:
    one, other = (member(data_of(answer), "id") for answer in answers)
    expect(one != other, "two records", f"id {show(one)} for both")


def _written(driver: Driver, *bodies: Data) -> Sequence[Response]:
    return [driver.write(driver.body(**body)) for body in bodies]


def test_key_includes_fan(driver: Driver) -> None:
    """MUST keep a record for each fan. (onlyautomator: Notes)"""
    _apart(*driver.of_both_fans())


def test_key_includes_category(driver: Driver) -> None:
    """MUST keep a record for each category. (onlyautomator: Notes)"""
    _apart(*driver.in_two_categories())


def test_key_includes_preference(driver: Driver) -> None:
    """MUST keep a record for each preference. (onlyautomator: Notes)"""
    _apart(driver.another(), driver.named("two_of_two"))


def test_key_tells_members_apart(driver: Driver) -> None:
    """MUST keep apart category and preference that are equal once joined. (onlyautomator: Notes)"""
    prefix = f"{driver.run.prefix}_joined"
    for mark in ("", "_", ":", "|", "-", "/", "."):
        left = {"category": f"{prefix}{mark}a", "preference": f"b{mark}c"}
        right = {"category": f"{prefix}{mark}a{mark}b", "preference": "c"}
        answers = _written(driver, left, right)
        if all(answer.ok for answer in answers) or mark == "":
            _apart(*answers)


def test_key_is_ordered(driver: Driver) -> None:
    """MUST keep apart category and preference that have changed places. (onlyautomator: Notes)"""
    one, other = f"{driver.run.prefix}_one", f"{driver.run.prefix}_other"
    _apart(*_written(driver, {"category": one, "preference": other}, {"category": other, "preference": one}))


def test_letter_case_in_key(driver: Driver) -> None:
    """OBSERVED preferences that differ in case only. (onlyautomator: Notes)"""
    body, answer = driver.in_mixed_case()
    one, other = data_of(answer), data_of(driver.write({**body, "preference": body["preference"].swapcase()}))
    same = "one record" if one.get("id") == other.get("id") else "two records"
    observe(f"preferences that differ in case only are {same}")


def test_unchanged_update(driver: Driver) -> None:
    """OBSERVED an update that changes nothing. (onlyautomator: Notes)"""
    body, made = driver.holding(1)
    again = driver.with_charset()
    again = again if again.ok else driver.write(body)
    first, second = (moment(data_of(answer), "updatedAt") for answer in (made, again))
    shown = "a later" if second > first else "the same" if second == first else "an earlier"
    observe(f"an update that changes nothing is answered with {shown} updatedAt")


# --- custom categories and names -------------------------------------------------------------------------


def test_custom_category(driver: Driver) -> None:
    """MUST accept a category of the caller's own, whatever the word. (onlyautomator: Notes)"""
    answer = driver.named("likes_fitness")
    expect(answer.ok, "a write of a custom category to be accepted", outcome(answer), answer)
    driver.accepted(driver.body(category="constructor", preference=f"{driver.run.prefix}_fitness"))


def test_custom_preference(driver: Driver) -> None:
    """MUST accept a preference of the caller's own, whatever the word. (onlyautomator: Notes)"""
    answer = driver.write(driver.body(category="content", preference=f"{driver.run.prefix}_custom"))
    expect(answer.ok, "a write of a custom preference to be accepted", outcome(answer), answer)
    driver.base()
    want_accepted(driver.named("constructor"))

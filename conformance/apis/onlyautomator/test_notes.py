"""Notes: the triple names a record, which is made once and then updated; names are free."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from conformance.apis.onlyautomator import model
from conformance.apis.onlyautomator.answers import (
    Data,
    data_of,
    describe_answer,
    describe_value,
    expect_member,
    expect_to_differ,
    require_member,
    require_moment,
)
from conformance.apis.onlyautomator.driver import A_SECOND_S, Driver, SentWrite
from conformance.apis.onlyautomator.model import is_same_moment
from conformance.apis.onlyautomator.record_sequences import create_at_once
from conformance.apis.onlyautomator.shared_writes import (
    BOOLEANS,
    UPDATES_TO_NOTHING,
    create_and_update_first_record,
    create_first_record,
    expect_accepted,
    expect_write_accepted,
    first_record,
    replace_value_once,
    update_to_nothing,
    write_as_both_users,
    write_as_other_user,
    write_for_both_fans,
    write_in_two_categories,
    write_mixed_case_names,
    write_other_record,
    write_preference_once,
    write_value_once,
    write_with_charset,
)
from conformance.assertions.expect import expect, observe
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import UNDECIDED, Inconclusive, NotTested
from conformance.http.response import Response
from conformance.suite.driver import is_among

# --- an existing preference is updated -------------------------------------------------------------------


def test_other_user_keeps_created_at(driver: Driver) -> None:
    """MUST keep a record's createdAt when another user updates it. (onlyautomator: Notes)

    A server may keep a record for each user instead.
    """
    # All of them now, while the other user has updated nothing.
    history = create_and_update_first_record(driver)
    made, updated = (require_moment(data_of(answer), "createdAt") for answer in history[:2])
    if not is_same_moment(made, updated):
        raise Inconclusive("createdAt moves when the same user updates a record, too")
    one, other = write_as_both_users(driver)
    if data_of(one.answer).get("id") == data_of(other.answer).get("id"):
        made, now = (require_moment(data_of(answer), "createdAt") for answer in (one.answer, other.answer))
        expected, member = f"createdAt {made.isoformat()}", ("data", "createdAt")
        expect(is_same_moment(made, now), expected, now.isoformat(), other.answer, member)


def test_update_changes_value(driver: Driver) -> None:
    """MUST answer an update with the new value, and the next update with the next value.

    (onlyautomator: Notes)

    So it is with an update by another user, if both users' writes are answered with one id.
    """
    for answer, value in zip(create_and_update_first_record(driver)[1:], model.VALUES[1:], strict=True):
        require_member(data_of(answer), "value")
        expect_member(answer, "value", value)
    with suppress(NotTested, *UNDECIDED):  # whether the other user may write, other requirements ask
        one, other = write_as_both_users(driver)
        if data_of(one.answer).get("id") == require_member(data_of(other.answer), "id"):
            before, now = (require_member(data_of(answer), "value") for answer in (one.answer, other.answer))
            # What else becomes of a value, other requirements judge.
            wanted, got = describe_value(other.body["value"]), f"value {describe_value(now)}, as before"
            expect(not is_same_json(before, now), f"value {wanted}", got, other.answer, ("data", "value"))


def _replace_value(driver: Driver, *values: object) -> tuple[Response, object]:
    """Update the record that holds the first value to the others; return the last answer and the value in it."""
    answer = expect_accepted(replace_value_once(driver, *values))
    return answer, require_member(data_of(answer), "value")


def test_update_to_falsy(driver: Driver) -> None:
    """MUST replace a value by false, zero, or an empty text, array or object when a record is updated so.

    (onlyautomator: Notes)
    """
    answer, value = _replace_value(driver, True, False)
    expect(value is not True, "value false", "value true", answer, ("data", "value"))
    _require_second_update(driver)
    update_to_nothing(driver)
    # Not the first of them, whose type changes; whether such a value is accepted, other requirements ask.
    for *former, nothing in UPDATES_TO_NOTHING[1:]:
        with suppress(Inconclusive):
            answer = replace_value_once(driver, *former, nothing)
            value = data_of(answer).get("value", nothing)
            expected, got = (f"value {describe_value(one)}" for one in (nothing, value))
            expect(not is_same_json(value, former[-1]), expected, got, answer, ("data", "value"))


def _require_second_update(driver: Driver) -> None:
    second_update = data_of(create_and_update_first_record(driver)[-1])
    if not is_same_json(require_member(second_update, "value"), model.VALUES[-1]):
        raise Inconclusive("a second update is lost, whatever its type")


def test_update_changes_type(driver: Driver) -> None:
    """MUST replace a string by a number, as a number, when a record is updated so. (onlyautomator: Notes)"""
    answer, value = _replace_value(driver, "007", 7)
    if is_same_json(value, 7):
        return
    # A server that alters every number breaks another requirement, unless it has kept the string.
    if value == "007" or is_same_json(data_of(driver.write(driver.make_body(value=7))).get("value"), 7):
        expect(False, "value 7", f"value {describe_value(value)}", answer, ("data", "value"))


def test_update_replaces_boolean(driver: Driver) -> None:
    """MUST replace a boolean by an object when a record is updated so. (onlyautomator: Notes)"""
    _require_second_update(driver)
    answer, _ = _replace_value(driver, *BOOLEANS)
    expect_member(answer, "value", {"on": "weekends"})


def test_update_replaces_object(driver: Driver) -> None:
    """MUST replace an object by the object of an update, without merging the two. (onlyautomator: Notes)"""
    answer, _ = _replace_value(driver, {"after": None, "before": "noon"}, {"before": "ten"})
    expect_member(answer, "value", {"before": "ten"})


def test_update_replaces_array(driver: Driver) -> None:
    """MUST replace an array by the array of an update, without merging the two. (onlyautomator: Notes)"""
    answer, _ = _replace_value(driver, ["a", "a", "b"], ["mon", "tue"])
    expect_member(answer, "value", ["mon", "tue"])


def test_parallel_creates_yield_one_record(driver: Driver) -> None:
    """MUST create one record when several requests write a triple for the first time at once.

    (onlyautomator: Notes)

    Two users write it, if both may, and each of them another triple. All but one of the creates may be refused, and a
    server may keep a record for each user. Where fewer than two are accepted, or no two requests overlapped, it is
    inconclusive.
    """
    creates = create_at_once(driver)
    accepted = [[one for one in sent if one.answer.ok] for sent in (creates.shared, *creates.single)]
    # Of any triple, since a server may let in one create only, whatever it makes.
    if max(map(len, accepted)) < 2:
        raise Inconclusive("of the writes sent together, and one after them, fewer than two were accepted")
    for sent in accepted:
        for writes in _split_by_record(driver, sent):
            ids = [describe_value(require_member(data_of(one.answer), "id")) for one in writes]
            others = [one.answer for one, id_ in zip(writes, ids, strict=True) if id_ != ids[0]]
            if others:
                got = f"{len(set(ids))} ids: {', '.join(sorted(set(ids)))}"
                expect(False, "one id in all answers", got, others[0], ("data", "id"))


def _split_by_record(driver: Driver, writes: Sequence[SentWrite]) -> Sequence[Sequence[SentWrite]]:
    """Split the writes of one triple by their users, if each user has a record of his own."""
    users = {driver.credential_of(one.answer) for one in writes}
    if len(users) < 2 or _share_records(driver):
        return [writes]
    return [[one for one in writes if driver.credential_of(one.answer) == user] for user in users]


def _share_records(driver: Driver) -> bool:
    one, other = (require_member(data_of(sent.answer), "id") for sent in write_as_both_users(driver))
    return bool(one == other)


def test_parallel_writes_keep_users(driver: Driver) -> None:
    """MUST answer each of several writes by two users at once with a value and a user of its own record.

    (onlyautomator: Response)

    Of what both users wrote, either value and either user may be shown. What is wrong with a write alone already,
    another requirement judges.
    """
    by_each = {
        "user": create_first_record(driver),
        "other_user": write_as_other_user(driver).answer,
    }
    users = {name: require_member(data_of(answer), "userId") for name, answer in by_each.items()}
    if data_of(create_and_update_first_record(driver)[1]).get("userId") != users["user"]:
        raise Inconclusive("one user is answered with several ids")
    creates = create_at_once(driver)
    sent_at_once = [one.body["value"] for sent in (creates.shared, *creates.single) for one in sent]
    for sent in (creates.shared, *creates.single):
        for writes in _split_by_record(driver, [one for one in sent if one.answer.ok]):
            # The last of them was sent alone.
            for one in (one for one in writes if is_among(one.answer, driver.answers_at_once)):
                values = [other.body["value"] for other in writes]
                known = [users[driver.credential_of(other.answer)] for other in writes]
                # What else becomes of a value, other requirements judge.
                if any(is_same_json(data_of(one.answer).get("value"), value) for value in sent_at_once):
                    _expect_one_of(one, "value", values)
                _expect_one_of(one, "userId", known)


def _expect_one_of(written: SentWrite, name: str, wanted: Sequence[object]) -> None:
    given = require_member(data_of(written.answer), name)
    expected = f"{name} {' or '.join(dict.fromkeys(map(describe_value, wanted)))}"
    is_known = any(is_same_json(given, one) for one in wanted)
    expect(is_known, expected, describe_value(given), written.answer, ("data", name))


# --- the same fanId, category and preference -------------------------------------------------------------


def _expect_two_records(one: Response, other: Response) -> None:
    expect_to_differ(one, other, "id", "two records")


def _write_each(driver: Driver, *bodies: Data) -> Sequence[Response]:
    return [driver.write(driver.make_body(**body)) for body in bodies]


def test_key_includes_fan(driver: Driver) -> None:
    """MUST keep separate records for separate fans. (onlyautomator: Notes)"""
    one, other = write_for_both_fans(driver)
    _expect_two_records(one.answer, other.answer)


def test_key_includes_category(driver: Driver) -> None:
    """MUST keep separate records for separate categories. (onlyautomator: Notes)"""
    one, other = write_in_two_categories(driver)
    _expect_two_records(one.answer, other.answer)


def test_key_includes_preference(driver: Driver) -> None:
    """MUST keep separate records for separate preferences. (onlyautomator: Notes)"""
    _expect_two_records(
        write_other_record(driver).answer,
        write_preference_once(driver, "two_of_two").answer,
    )


def test_key_tells_members_apart(driver: Driver) -> None:
    """MUST keep separate records for pairs of category and preference that are equal once joined.

    (onlyautomator: Notes)
    """
    prefix = f"{driver.run.prefix}_joined"
    for mark in ("", "_", ":", "|", "-", "/", "."):
        left = {"category": f"{prefix}{mark}a", "preference": f"b{mark}c"}
        right = {"category": f"{prefix}{mark}a{mark}b", "preference": "c"}
        answers = _write_each(driver, left, right)
        # A server may refuse a mark in a name; names of letters alone it has to accept.
        if all(answer.ok for answer in answers) or mark == "":
            _expect_two_records(answers[0], answers[1])


def test_key_is_ordered(driver: Driver) -> None:
    """MUST keep separate records when category and preference change places. (onlyautomator: Notes)"""
    one, other = f"{driver.run.prefix}_one", f"{driver.run.prefix}_other"
    names = {"category": one, "preference": other}, {"category": other, "preference": one}
    ours, theirs = _write_each(driver, *names)
    _expect_two_records(ours, theirs)


def test_letter_case_in_key(driver: Driver) -> None:
    """OBSERVED whether preferences that differ only in case are one record. (onlyautomator: Notes)"""
    body, answer = write_mixed_case_names(driver)
    one, other = data_of(answer), data_of(driver.write({**body, "preference": body["preference"].swapcase()}))
    same = "one record" if one.get("id") == other.get("id") else "two records"
    # Names that are kept in other letters are the same names.
    is_told = one.get("preference") != other.get("preference") or one.get("preference") == body["preference"]
    alternative = same.replace(" ", "-") if is_told else None
    observe(f"preferences that differ in case only are {same}", alternative)


def test_unchanged_update(driver: Driver) -> None:
    """OBSERVED whether an update that changes nothing moves updatedAt. (onlyautomator: Notes)"""
    body, made = write_value_once(driver, 1)
    again = write_with_charset(driver)
    again = again if again.ok else driver.write(body)
    first, second = (require_moment(data_of(answer), "updatedAt") for answer in (made, again))
    if first == second and not first.microsecond:  # of a clock that counts whole seconds, perhaps
        driver.client.pause(made.received_at + A_SECOND_S - driver.client.clock.monotonic())
        second = require_moment(data_of(driver.write(body)), "updatedAt")
    shown = "a later" if second > first else "the same" if second == first else "an earlier"
    observe(f"an update that changes nothing is answered with {shown} updatedAt", shown.split()[-1])


# --- custom categories and names -------------------------------------------------------------------------


def test_custom_category(driver: Driver) -> None:
    """MUST accept a category of the caller's own, whatever the word. (onlyautomator: Notes)"""
    answer = write_preference_once(driver, "likes_fitness").answer
    expect(answer.ok, "a write of a custom category to be accepted", describe_answer(answer), answer)
    expect_write_accepted(
        driver, driver.make_body(category="constructor", preference=f"{driver.run.prefix}_fitness")
    )


def test_custom_preference(driver: Driver) -> None:
    """MUST accept a preference of the caller's own, whatever the word. (onlyautomator: Notes)"""
    answer = driver.write(driver.make_body(category="content", preference=f"{driver.run.prefix}_custom"))
    expect(answer.ok, "a write of a custom preference to be accepted", describe_answer(answer), answer)
    first_record(driver)
    expect_accepted(write_preference_once(driver, "constructor").answer)

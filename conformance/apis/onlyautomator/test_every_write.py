"""200 Success and Response, of every write that is accepted in the run, by whomever and for whomever; asked last."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from conformance.apis.onlyautomator.answers import (
    Data,
    body_of,
    data_of,
    describe_value,
    expect_object,
    name_json_type,
    require_member,
    require_moment,
)
from conformance.apis.onlyautomator.driver import Driver, SentWrite, triple_of
from conformance.apis.onlyautomator.generated_cases import KEY, fold_name
from conformance.apis.onlyautomator.model import is_same_moment
from conformance.apis.onlyautomator.shared_writes import (
    create_and_update_first_record,
    create_first_record,
    replace_value_once,
    update_a_second_later,
    write_as_both_users,
    write_as_other_user,
    write_claims,
)
from conformance.apis.onlyautomator.subject import describe_triple
from conformance.apis.onlyautomator.update_times import (
    Update,
    expect_later_times,
    expect_no_step_back,
    list_updates,
)
from conformance.assertions.expect import expect, expect_status
from conformance.assertions.outcome import UNDECIDED, Inconclusive, NotTested
from conformance.assertions.timestamp import parse_instant
from conformance.http.response import Response
from conformance.suite.driver import is_among

ORDER = 3
LOOKS_BACK = True


def _plain_writes(driver: Driver) -> Sequence[list[SentWrite]]:
    """Return the accepted writes of each triple of three texts, in the order in which they were sent.

    Of other bodies, and of other headers than usual, no document says how they are answered where they are accepted.
    """
    with suppress(*UNDECIDED):
        create_and_update_first_record(driver)
    # A dozen requirements look through all that was sent, and mostly nothing is sent in between.
    so_far = len(driver.client.responses)
    return driver.client.memoize(("plain writes", so_far), lambda: list(_select_plain_writes(driver)))


def _select_plain_writes(driver: Driver) -> Iterator[list[SentWrite]]:
    for writes in driver.accepted_writes.values():
        plain = [one for one in writes if all(map(_is_name, map(one.body.get, KEY)))]
        plain = [one for one in plain if not is_among(one.answer, driver.answers_to_odd_headers)]
        if plain:
            yield plain


def _is_name(value: object) -> bool:
    # A server may drop what cannot be seen in a name, and of some generated names nothing would be left.
    return isinstance(value, str) and fold_name(value) != ""


def _accepted_answers(driver: Driver) -> Iterator[Response]:
    """Yield the answers to every accepted write, among them those of the first record.

    Raises Inconclusive afterwards if one of these was refused or not answered.
    """
    for writes in _plain_writes(driver):
        yield from (write.answer for write in writes)
    for answer in create_and_update_first_record(driver):
        if not answer.ok:
            raise Inconclusive(f"the write was refused with status {answer.status}")


def _answered_records(driver: Driver) -> Iterator[tuple[Data, Response]]:
    """Yield every record that was answered; that each answer has one, another requirement judges."""
    for answer in _accepted_answers(driver):
        with suppress(Inconclusive):
            yield data_of(answer), answer
    data_of(create_first_record(driver))


def test_create_answers_200(driver: Driver) -> None:
    """MUST answer 200 when a preference is created. (onlyautomator: 200 Success)"""
    with suppress(*UNDECIDED):
        for data, answer in _answered_records(driver):
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
                    expect(is_there, "data.value", "no such member", write.answer, ("data", "value"))
    data_of(create_first_record(driver))


def test_data_source(driver: Driver) -> None:
    """MUST answer with data.source, a string or null. (onlyautomator: Response)"""
    for data, answer in _answered_records(driver):
        if "source" not in data or not isinstance(data["source"], str | None):
            got = _describe_member(data, "source")
            expect(False, "data.source, a string or null", got, answer, ("data", "source"))


def test_data_created_at(driver: Driver) -> None:
    """MUST answer with data.createdAt, an ISO timestamp. (onlyautomator: Response)"""
    _expect_timestamp(driver, "createdAt")


def test_data_updated_at(driver: Driver) -> None:
    """MUST answer with data.updatedAt, an ISO timestamp. (onlyautomator: Response)"""
    _expect_timestamp(driver, "updatedAt")


def _expect_text(driver: Driver, name: str) -> None:
    for data, answer in _answered_records(driver):
        if not isinstance(text := data.get(name), str):
            got = _describe_member(data, name)
            expect(False, f"data.{name}, a string", got, answer, ("data", name))
        expect(text != "", f"data.{name}, not empty", "an empty string", answer, ("data", name))


def _expect_timestamp(driver: Driver, name: str) -> None:
    for data, answer in _answered_records(driver):
        if parse_instant(data.get(name)) is None:
            got = _describe_member(data, name)
            expect(False, f"data.{name}, an ISO timestamp", got, answer, ("data", name))


def _describe_member(data: Data, name: str) -> str:
    return f"{name_json_type(data[name])}, {describe_value(data[name])}" if name in data else "no such member"


# --- what stays ------------------------------------------------------------------------------------------


class _Sequence(NamedTuple):
    """The plain writes of one triple by one user, in their order; *is_shared* if another user wrote it, too."""

    user: str
    is_shared: bool
    writes: list[SentWrite]


def _unjudged_sequences(driver: Driver) -> Iterator[_Sequence]:
    """Yield the sequences of the run that no requirement of its own judges, as those of the exam and the model."""
    for writes in _plain_writes(driver):
        if triple_of(writes[0].body) in driver.judged_triples:
            continue
        is_shared = len({driver.credential_of(one.answer) for one in writes}) > 1
        by_user: dict[str, list[SentWrite]] = {}
        for one in writes:
            # What was written at once has no order.
            if not is_among(one.answer, driver.answers_at_once):
                by_user.setdefault(driver.credential_of(one.answer), []).append(one)
        for user, own in by_user.items():
            yield _Sequence(user, is_shared, own)


def _texts_called(writes: list[SentWrite], name: str) -> Iterator[tuple[str, SentWrite]]:
    """Yield a member of each answer that is a text; that it is there and is one, another requirement judges."""
    for write in writes:
        with suppress(Inconclusive):
            text = data_of(write.answer).get(name)
            if isinstance(text, str):
                yield text, write


def _require_text(answer: Response, name: str) -> None:
    """Raise Inconclusive if the answer has no text for *name*, since only texts are compared."""
    given = require_member(data_of(answer), name)
    if not isinstance(given, str):
        raise Inconclusive(f"the answer's {name} is {name_json_type(given)}, and no text to compare")


def _expect_known(
    seen: dict[Hashable, tuple[str, SentWrite]], of: Hashable, name: str, given: str, write: SentWrite
) -> None:
    """Want the member *given* by the answer to *write* to be what was *seen* first *of* the same."""
    known, first = seen.setdefault(of, (given, write))
    if given == known:
        return  # as nearly all are, and to describe a write takes long
    expected = f"{name} {describe_value(known)}, as first answered to {_describe_write(first)}"
    got = f"{name} {describe_value(given)} to {_describe_write(write)}"
    expect(False, expected, got, write.answer, ("data", name))


def _describe_write(write: SentWrite) -> str:
    value = f", value {describe_value(write.body['value'])}" if "value" in write.body else ""
    return f"{describe_triple(write.body)}{value}"


def test_update_keeps_id(driver: Driver) -> None:
    """MUST keep a record's id when it is updated, and when it is updated again. (onlyautomator: Notes)

    A server may keep a record for each user, so it is judged of the writes of each.
    """
    with suppress(*UNDECIDED, NotTested):
        replace_value_once(driver, "007", 7)
        write_claims(driver)
    for _, _, writes in _unjudged_sequences(driver):
        seen: dict[Hashable, tuple[str, SentWrite]] = {}
        for given, write in _texts_called(writes, "id"):
            _expect_known(seen, "triple", "id", given, write)
    for answer in create_and_update_first_record(driver):
        _require_text(answer, "id")


def test_update_keeps_created_at(driver: Driver) -> None:
    """MUST keep a record's createdAt when it is updated. (onlyautomator: Notes)

    It is judged of the writes of each user that were answered with one id.
    """
    with suppress(*UNDECIDED):
        if not _moves_updated_at(driver):
            update_a_second_later(driver)
    for _, _, writes in _unjudged_sequences(driver):
        seen: dict[Any, datetime] = {}
        for text, write in _texts_called(writes, "createdAt"):
            # What a createdAt of the body's own does to it, another requirement judges.
            if "createdAt" not in write.body and (now := parse_instant(text)) is not None:
                made = seen.setdefault(str(data_of(write.answer).get("id")), now)
                expected, member = f"createdAt {made.isoformat()}", ("data", "createdAt")
                expect(is_same_moment(made, now), expected, now.isoformat(), write.answer, member)
    for answer in create_and_update_first_record(driver):
        require_moment(data_of(answer), "createdAt")


def _moves_updated_at(driver: Driver) -> bool:
    """Tell whether the clock has moved on between the first two writes, so that a createdAt that moves would show."""
    first, second = create_and_update_first_record(driver, 2)
    return require_moment(data_of(second), "updatedAt") > require_moment(data_of(first), "updatedAt")


def _list_updates(driver: Driver, *, of_all: bool = False) -> list[Update]:
    """Return the updates of the run; only *of_all* those of records that requirements of their own judge."""
    with suppress(*UNDECIDED, NotTested):
        write_as_both_users(driver)
    sequences = [
        writes
        for writes in _plain_writes(driver)
        if of_all or triple_of(writes[0].body) not in driver.judged_triples
    ]
    return list(list_updates(driver, sequences))


def test_update_moves_updated_at(driver: Driver) -> None:
    """MUST move a record's updatedAt forward when it is updated, by whichever user. (onlyautomator: Notes)

    A clock may count whole seconds: where two times are equal, a few of the updates are made again a second later.
    """
    first, second = create_and_update_first_record(driver, 2)
    before, after = (require_moment(data_of(answer), "updatedAt") for answer in (first, second))
    if after <= before:
        second = update_a_second_later(driver)
        after = require_moment(data_of(second), "updatedAt")
    expected, member = f"updatedAt after {before.isoformat()}", ("data", "updatedAt")
    expect(after > before, expected, after.isoformat(), second, member)
    expect_later_times(driver, _list_updates(driver, of_all=True))


def test_updated_at_never_goes_back(driver: Driver) -> None:
    """MUST not move a record's updatedAt back, nor before its createdAt. (onlyautomator: Notes)

    The clocks of replicas may differ by a second.
    """
    for answer in create_and_update_first_record(driver):
        for name in ("createdAt", "updatedAt"):
            require_moment(data_of(answer), name)
    expect_no_step_back(_list_updates(driver))


def test_fan_id_is_stable(driver: Driver) -> None:
    """MUST answer with the same fanId for the same fan, be it the one that was sent or an internal one.

    (onlyautomator: Response)

    The document's example shows an internal id instead of the one that was sent, so either is accepted.
    """
    seen: dict[Hashable, tuple[str, SentWrite]] = {}
    for user, _, writes in _unjudged_sequences(driver):
        for given, write in _texts_called(writes, "fanId"):
            _expect_known(seen, (user, write.body["fanId"]), "fanId", given, write)
    _require_text(create_first_record(driver), "fanId")


def test_user_id_is_stable(driver: Driver) -> None:
    """MUST answer with the same userId for the same token. (onlyautomator: Response)

    The document calls it the user who created or updated the preference, so a record that two users wrote may show
    either, and no third.
    """
    first = create_first_record(driver)
    seen: dict[Hashable, tuple[str, SentWrite]] = {}
    shared: list[tuple[str, SentWrite]] = []
    for user, is_shared, writes in _unjudged_sequences(driver):
        for given, write in _texts_called(writes, "userId"):
            # What a userId of the body's own does to it, another requirement judges.
            if is_shared:
                # Whoever else may write, other requirements ask.
                shared += [(given, write)] if user in ("user", "other_user") else []
            elif "userId" not in write.body:
                _expect_known(seen, user, "userId", given, write)
    for given, write in shared:
        by_each = (first, write_as_other_user(driver).answer)
        for answer in by_each:
            _require_text(answer, "userId")
        users = [data_of(answer)["userId"] for answer in by_each]
        expected = f"userId {' or '.join(map(describe_value, users))}"
        expect(given in users, expected, describe_value(given), write.answer, ("data", "userId"))
    _require_text(first, "userId")

"""When records were updated, as the answers to all updates of a run say: one after the other, by whomever."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from conformance.apis.onlyautomator.answers import data_of
from conformance.apis.onlyautomator.driver import A_SECOND_S, Driver, SentWrite
from conformance.assertions.expect import expect
from conformance.assertions.json_equality import is_same_json
from conformance.assertions.outcome import Inconclusive
from conformance.assertions.timestamp import REPLICAS_APART, parse_instant
from conformance.suite.driver import is_among

_MOST_REPEATED = 4  # of the updates that show no later time, each of which costs two requests


class Update(NamedTuple):
    """A write of a record, and the next one of it; *before* and *after* are their updatedAt."""

    former: SentWrite
    latter: SentWrite
    before: datetime
    after: datetime


def list_updates(driver: Driver, sequences: Sequence[Sequence[SentWrite]]) -> Iterator[Update]:
    """Yield each update in *sequences*, of which each holds the writes of one triple, as far as its times can be read.

    A server may keep a record for each user, so only writes that were answered with one id are of one record.
    """
    for writes in sequences:
        latest: dict[str, tuple[SentWrite, datetime]] = {}
        for one in writes:
            # What was written at once has no order, and an updatedAt of the body's own another requirement judges.
            if "updatedAt" in one.body or is_among(one.answer, driver.answers_at_once):
                latest.clear()
                continue
            with suppress(Inconclusive):
                data = data_of(one.answer)
                id_, moment = data.get("id"), parse_instant(data.get("updatedAt"))
                if isinstance(id_, str) and moment is not None:
                    if id_ in latest:
                        yield Update(latest[id_][0], one, latest[id_][1], moment)
                    latest[id_] = one, moment


def expect_no_step_back(updates: Sequence[Update]) -> None:
    """Want no update to be dated before the former write of its record, nor before the record was made."""
    for update in updates:
        data = data_of(update.latter.answer)
        for earlier in (update.before, parse_instant(data.get("createdAt"))):
            if earlier is not None:
                _expect_moment(
                    update.after >= earlier - REPLICAS_APART, f"not before {earlier.isoformat()}", update
                )


def expect_later_times(driver: Driver, updates: Sequence[Update]) -> None:
    """Want each update that changes a value to be dated later than the former write of its record.

    Where the two times are equal, the clock may not have moved on. So a few such updates, no two of them alike, are
    made again a second after the former write is.
    """
    alike: dict[object, Update] = {}
    for update in updates:
        if update.before == update.after and _changes_value(update):
            alike.setdefault(_kind_of(driver, update), update)
    # Those that two users made come first: there are few of them.
    doubtful = sorted(alike.values(), key=lambda one: _is_by_one_user(driver, one))[:_MOST_REPEATED]
    if not doubtful:
        return
    formers = [_repeat_write(driver, one.former) for one in doubtful]
    driver.client.pause(
        max(one.answer.received_at for one in formers) + A_SECOND_S - driver.client.clock.monotonic()
    )
    latters = [_repeat_write(driver, one.latter) for one in doubtful]
    for pair in zip(formers, latters, strict=True):
        for update in list_updates(driver, [pair]):
            _expect_moment(update.after > update.before, f"after {update.before.isoformat()}", update)


def _expect_moment(condition: bool, expected: str, update: Update) -> None:
    got, member = update.after.isoformat(), ("data", "updatedAt")
    expect(condition, f"updatedAt {expected}", got, update.latter.answer, member)


def _changes_value(update: Update) -> bool:
    """Tell whether the values differ that were sent, and those that were answered."""
    shown = [data_of(one.answer).get("value") for one in (update.former, update.latter)]
    sent = [one.body.get("value") for one in (update.former, update.latter)]
    return not is_same_json(*shown) and not is_same_json(*sent)


def _kind_of(driver: Driver, update: Update) -> object:
    writes = (update.former, update.latter)
    users = [driver.credential_of(one.answer) for one in writes]
    types = [type(one.body.get("value")) for one in writes]
    return str(users), update.latter.body["fanId"], str(types), bool(update.latter.body.get("value"))


def _is_by_one_user(driver: Driver, update: Update) -> bool:
    return driver.credential_of(update.former.answer) == driver.credential_of(update.latter.answer)


def _repeat_write(driver: Driver, written: SentWrite) -> SentWrite:
    answer = driver.write(written.body, credential=driver.credential_of(written.answer))
    return SentWrite(written.body, answer)

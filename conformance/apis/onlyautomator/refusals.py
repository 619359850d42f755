"""Writes that have to be refused, each sent once in a run: some would make a record, others update one.

What is refused may be carried out all the same, which only a list or a later write shows; so each names a record of its
own, or gives the one that they all update a value of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from conformance.apis.onlyautomator import shared_writes
from conformance.apis.onlyautomator.answers import data_of, describe_answer, require_moment
from conformance.apis.onlyautomator.bad_credentials import (
    kinds_of_run,
    make_create,
    make_update,
    write_unauthorized,
)
from conformance.apis.onlyautomator.driver import Body, Driver, SentWrite
from conformance.assertions.expect import expect
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response

BAD_BODIES: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[:-1],
    "followed": lambda text: f"{text} and more",
    "array": lambda text: f"[{text}]",
    "string": json.dumps,
}


def update_without_permission(driver: Driver, *, again: bool = False) -> SentWrite:
    """Return an update with a token that may not write."""

    def write() -> SentWrite:
        body = make_update(driver)
        return SentWrite(body, driver.write(body, credential="forbidden"))

    return driver.client.memoize(("forbidden update", again), write)


def update_with_bad_body(driver: Driver, name: str, *, again: bool = False) -> SentWrite:
    """Return an update that is no JSON object, in one of the ways of BAD_BODIES."""

    def write() -> SentWrite:
        body = make_update(driver)
        return SentWrite(body, driver.post_raw(BAD_BODIES[name](json.dumps(body))))

    if driver.run.mode.may_write:
        shared_writes.first_record(driver)
    return driver.client.memoize(("bad body", name, again), write)


# --- what was refused ------------------------------------------------------------------------------------


def send_refused_creates(driver: Driver) -> Sequence[SentWrite]:
    """Send, once each, what would make records but has a bad token; return what was refused."""
    return list(_only_refused(_unauthorized_writes(driver, make_create)))


def _unauthorized_writes(
    driver: Driver, make_body: Callable[[Driver], Body]
) -> list[Callable[..., SentWrite]]:
    """List the writes with bad credentials that the run has of such a body."""
    kinds = kinds_of_run(driver, make_body)
    return [partial(write_unauthorized, driver, make_body, kind) for kind in kinds]


def send_refused_updates(driver: Driver) -> Sequence[SentWrite]:
    """Send, once each, updates of a record that have to be refused; return what was.

    An update that came before the record is sent again.
    """
    created = shared_writes.write_other_record(driver).answer
    writes = _unauthorized_writes(driver, make_update)
    writes += [partial(update_with_bad_body, driver, name) for name in BAD_BODIES]
    writes.append(partial(update_without_permission, driver))

    def write_after_create(write: Callable[..., SentWrite]) -> SentWrite:
        written = write()
        # Where the record was not there yet, there was nothing to update, and the refusal has proved nothing.
        return written if written.answer.sent_at >= created.received_at else write(again=True)

    return list(_only_refused([partial(write_after_create, write) for write in writes]))


def _only_refused(writes: Sequence[Callable[[], SentWrite]]) -> Iterator[SentWrite]:
    for write in writes:
        try:
            written = write()
        except (Inconclusive, NotTested):
            continue
        if not written.answer.ok:
            yield written


# --- nothing is stored -----------------------------------------------------------------------------------


def expect_nothing_stored(
    driver: Driver, body: Body, refused: Response | None, between: str | None = None
) -> None:
    """Want a write that was refused, or not even answered, to have made no record: the next one of *body* does.

    between: a preference that the run writes once, sooner or later, and that may as well be written in between.

    A record that was there already was made before one that is made in between, and its two timestamps
    differ. Either may hold of a new record too: clocks stand still or disagree, and a server may look at
    one twice for the two timestamps. A clock that counts whole seconds is given one to move on, and so are
    several clocks that may be a moment apart.
    """
    if refused is not None and refused.ok:
        raise Inconclusive(f"the write was not refused but answered {describe_answer(refused)}")
    answer = _write_between(driver, refused, between)
    record = data_of(answer)
    earlier = require_moment(record, "createdAt")
    is_read_twice = earlier != require_moment(record, "updatedAt")
    must_wait = is_read_twice or counts_seconds(driver)
    # A clock that moves too slowly would date two records alike, whether one was there before or not.
    write = partial(driver.write_a_second_after, answer) if must_wait else driver.write
    answer = write({**body, "value": "after a refusal"})
    data = data_of(answer)
    made, changed = require_moment(data, "createdAt"), require_moment(data, "updatedAt")
    is_new = made == changed or made > earlier or (made == earlier and is_read_twice)
    expected, got = "a record made by the write that was accepted", f"one made before, at {made.isoformat()}"
    expect(is_new, expected, got, answer, ("data", "createdAt"))


def _write_between(driver: Driver, refused: Response | None, preference: str | None) -> Response:
    if refused is not None and preference is not None:
        answer = shared_writes.write_preference_once(driver, preference).answer
        # Only what was written after the refusal is newer than a record that the refused write would have made.
        if answer.ok and answer.sent_at >= refused.received_at:
            return answer
    return driver.write(driver.make_body())


def counts_seconds(driver: Driver) -> bool:
    """Tell whether the server's clock counts whole seconds, as far as the first record shows."""
    moments = [
        require_moment(data_of(answer), name)
        for answer in shared_writes.create_and_update_first_record(driver)
        for name in ("createdAt", "updatedAt")
    ]
    return not any(one.microsecond for one in moments)

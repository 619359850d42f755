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
from conformance.apis.onlyautomator.driver import Body, Driver, SentWrite
from conformance.assertions.expect import expect
from conformance.assertions.outcome import Inconclusive, NotTested
from conformance.http.response import Response

_YEAR_2100 = 4_102_444_800  # in Unix time

BAD_AUTHORIZATIONS: dict[str, Callable[[Driver], str | None]] = {
    "no token": lambda _: None,
    "no JWT": lambda _: "Bearer not-a-token",
    "no JWT in three parts": lambda _: "Bearer not.a.token",
    "tampered": lambda driver: f"Bearer {driver.user_token.with_tampered_signature()}",
    "truncated": lambda driver: f"Bearer {driver.user_token.with_truncated_signature()}",
    "unsigned": lambda driver: f"Bearer {driver.user_token.without_signature()}",
    "altered": lambda driver: f"Bearer {driver.user_token.with_claims(exp=_YEAR_2100)}",
    "none": lambda driver: f"Bearer {driver.user_token.without_algorithm('none')}",
    "nOnE": lambda driver: f"Bearer {driver.user_token.without_algorithm('nOnE')}",
    "expired": lambda driver: f"Bearer {driver.reveal_credential('expired')}",
    "Basic": lambda driver: f"Basic {driver.reveal_credential('user')}",
    "no scheme": lambda driver: driver.reveal_credential("user"),
    "no token after the scheme": lambda _: "Bearer",
}
BAD_BODIES: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[:-1],
    "followed": lambda text: f"{text} and more",
    "array": lambda text: f"[{text}]",
    "string": json.dumps,
}
# What makes a record may be another path than what updates one, so both are tried of most kinds of bad tokens.
_SENT_AS_UPDATES = ("no token", "no JWT", "truncated", "altered", "nOnE", "no scheme")


def write_unauthorized(driver: Driver, name: str, *, again: bool = False) -> SentWrite:
    """Return a write with one of BAD_AUTHORIZATIONS."""

    def write() -> SentWrite:
        # First, so that a credential that the profile lacks leaves nothing half made.
        authorization = BAD_AUTHORIZATIONS[name](driver)
        body = _make_update(driver) if name in _SENT_AS_UPDATES else driver.make_body()
        return SentWrite(body, driver.post_with_authorization(authorization, body))

    return driver.client.memoize(("unauthorized", name, again), write)


def update_without_permission(driver: Driver, *, again: bool = False) -> SentWrite:
    """Return an update with a token that may not write."""

    def write() -> SentWrite:
        body = _make_update(driver)
        return SentWrite(body, driver.write(body, credential="forbidden"))

    return driver.client.memoize(("forbidden update", again), write)


def update_with_bad_body(driver: Driver, name: str, *, again: bool = False) -> SentWrite:
    """Return an update that is no JSON object, in one of the ways of BAD_BODIES."""

    def write() -> SentWrite:
        body = _make_update(driver)
        return SentWrite(body, driver.post_raw(BAD_BODIES[name](json.dumps(body))))

    if driver.run.mode.may_write:
        shared_writes.first_record(driver)
    return driver.client.memoize(("bad body", name, again), write)


def _make_update(driver: Driver) -> Body:
    """Make an update of the record that all of these are for, to a value that nobody else writes."""
    names = driver.make_body(preference=shared_writes.OTHER_RECORD)
    return {**names, "value": f"refused: {driver.make_body()['preference']}"}


# --- what was refused ------------------------------------------------------------------------------------


def send_refused_creates(driver: Driver) -> Sequence[SentWrite]:
    """Send, once each, what would make records but has a bad token; return what was refused."""
    creates = [name for name in BAD_AUTHORIZATIONS if name not in _SENT_AS_UPDATES]
    return list(_only_refused([partial(write_unauthorized, driver, name) for name in creates]))


def send_refused_updates(driver: Driver) -> Sequence[SentWrite]:
    """Send, once each, updates of a record that have to be refused; return what was.

    An update that came before the record is sent again.
    """
    created = shared_writes.write_other_record(driver).answer
    writes: list[Callable[..., SentWrite]] = [
        partial(write_unauthorized, driver, name) for name in _SENT_AS_UPDATES
    ]
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
    data = data_of(write({**body, "value": "after a refusal"}))
    made, changed = require_moment(data, "createdAt"), require_moment(data, "updatedAt")
    is_new = made == changed or made > earlier or (made == earlier and is_read_twice)
    expect(is_new, "a record made by the write that was accepted", f"one made before, at {made.isoformat()}")


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

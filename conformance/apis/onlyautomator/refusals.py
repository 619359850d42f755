"""Writes that have to be refused, each sent once in a run: some would make a record, others update one.

What is refused may be carried out all the same, which only a list shows; so each names a record of its own, or gives
the one that they all update a value of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from conformance.apis.onlyautomator.driver import Body, Driver, Written
from conformance.assertions.outcome import Inconclusive, NotTested, Stopped
from conformance.http.response import Response

TOO_LATE = 4_102_444_800  # the year 2100, in Unix time

AUTHORIZATIONS: dict[str, Callable[[Driver], str | None]] = {
    "no token": lambda _: None,
    "no JWT": lambda _: "Bearer not-a-token",
    "no JWT in three parts": lambda _: "Bearer not.a.token",
    "tampered": lambda driver: f"Bearer {driver.user.tampered()}",
    "truncated": lambda driver: f"Bearer {driver.user.truncated()}",
    "unsigned": lambda driver: f"Bearer {driver.user.unsigned()}",
    "altered": lambda driver: f"Bearer {driver.user.altered(exp=TOO_LATE)}",
    "none": lambda driver: f"Bearer {driver.user.without_algorithm('none')}",
    "nOnE": lambda driver: f"Bearer {driver.user.without_algorithm('nOnE')}",
    "expired": lambda driver: f"Bearer {driver.credential('expired')}",
    "Basic": lambda driver: f"Basic {driver.credential('user')}",
    "no scheme": lambda driver: driver.credential("user"),
    "no token after the scheme": lambda _: "Bearer",
}
BROKEN: dict[str, Callable[[str], str]] = {
    "cut": lambda text: text[:-1],
    "followed": lambda text: f"{text} and more",
    "array": lambda text: f"[{text}]",
    "string": json.dumps,
}
# What makes a record may be another path than what updates one, so both are tried of most kinds of fault.
UPDATES = ("no token", "no JWT", "truncated", "altered", "nOnE", "no scheme")


def unauthorized(driver: Driver, name: str) -> Response:
    """Return the answer to a write with one of AUTHORIZATIONS."""
    return _unauthorized(driver, name)[1]


def _unauthorized(driver: Driver, name: str, *, again: bool = False) -> Written:
    def ask() -> Written:
        authorization = AUTHORIZATIONS[name](driver)
        body = _update(driver) if name in UPDATES else driver.body()
        return body, driver.unauthorized(authorization, body)

    return driver.client.memoize(("unauthorized", name, again), ask)


def forbidden(driver: Driver) -> Response:
    """Return the answer to an update with a token that may not write."""
    return _forbidden(driver)[1]


def _forbidden(driver: Driver, *, again: bool = False) -> Written:
    def ask() -> Written:
        body = _update(driver)
        return body, driver.write(body, credential="forbidden")

    return driver.client.memoize(("forbidden update", again), ask)


def broken(driver: Driver, name: str) -> Response:
    """Return the answer to an update that is no JSON object, in one of the ways of BROKEN."""
    return _broken(driver, name)[1]


def _broken(driver: Driver, name: str, *, again: bool = False) -> Written:
    def ask() -> Written:
        body = _update(driver)
        return body, driver.raw(BROKEN[name](json.dumps(body)))

    if driver.run.mode.may_write:
        driver.base()
    return driver.client.memoize(("broken", name, again), ask)


def _update(driver: Driver) -> Body:
    """Make an update of the record that all of these are for, to a value that nobody else writes."""
    return {**driver.body_of_another(), "value": f"refused: {driver.body()['preference']}"}


def creates(driver: Driver) -> Sequence[Written]:
    """Return what would have made records and was refused for its token."""
    made = [name for name in AUTHORIZATIONS if name not in UPDATES]
    return list(_refused([partial(_unauthorized, driver, name) for name in made]))


def updates(driver: Driver) -> Sequence[Written]:
    """Return what would have updated a record that was there and was refused; what came too early is sent again."""
    made = driver.another()
    asks: list[Callable[..., Written]] = [partial(_unauthorized, driver, name) for name in UPDATES]
    asks += [partial(_broken, driver, name) for name in BROKEN]
    asks.append(partial(_forbidden, driver))

    def after(ask: Callable[..., Written]) -> Written:
        written = ask()
        return written if written[1].sent_at >= made.received_at else ask(again=True)

    return list(_refused([partial(after, ask) for ask in asks]))


def _refused(asks: Sequence[Callable[[], Written]]) -> Iterator[Written]:
    for ask in asks:
        try:
            written = ask()
        except Stopped:
            raise
        except (Inconclusive, NotTested):
            continue
        if not written[1].ok:
            yield written

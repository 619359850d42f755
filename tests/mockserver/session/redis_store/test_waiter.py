"""Whoever waits counts each call once: those from before, and those that come while these are looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from unittest.mock import Mock

import pytest

from mockserver.session.redis_store.follower import Waiter

COUNT = 3


def _former(*ids: int) -> Callable[[Waiter], None]:
    return lambda waiter: waiter.count_former([Mock(id=id_) for id_ in ids])


def _call(id_: int) -> Callable[[Waiter], None]:
    return lambda waiter: waiter.count_call(Mock(id=id_))


def _clear(last_id: int) -> Callable[[Waiter], None]:
    return lambda waiter: waiter.forget_calls(last_id)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ([_former(4, 5), _call(11)], [4, 5, 11]),
        # They came while the others were looked at, and may be among these.
        ([_call(11), _call(12), _call(13), _former()], [11, 12, 13]),
        ([_call(11), _former(4), _call(12)], [4, 11, 12]),
        ([_call(11), _former(4, 11), _call(11), _call(12)], [4, 11, 12]),
        # Whoever follows already may be behind.
        ([_call(9), _former(9), _call(10), _call(11), _call(12)], [9, 11, 12]),
        # The journal was emptied before it was looked at, or while.
        ([_call(11), _clear(11), _former(4, 5, 11), _call(12), _call(13)], [12, 13]),
        ([_former(4, 5), _clear(10), _call(11)], [11]),
        # No more than were waited for.
        ([_former(1, 2), _call(11), _call(12)], [1, 2, 11]),
    ],
)  # fmt: skip
def test_calls_are_counted_once(steps, found):
    async def wait() -> Waiter:
        waiter = Waiter(COUNT, 10)
        for step in steps:
            step(waiter)
        return waiter

    waiter = asyncio.run(wait())

    assert [entry.id for entry in waiter.found] == found
    assert waiter.is_over.done() == (len(found) == COUNT)

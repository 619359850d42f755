"""Those who wait for calls, and those who read them as they come: many at once, slow ones, and ones that are reset."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import Mock, patch

import pytest

from mockserver.control.events import EventWriter
from mockserver.http.headers import RequestHeaders
from mockserver.http.problems import Unavailable
from mockserver.http.redaction import SecretNames
from mockserver.session.journal import Call, Entry, Journal
from mockserver.simulation.match import Match

ANY = Match()


def add_call(journal: Journal, content: bytes = b'{"fanId": "1"}') -> None:
    headers = RequestHeaders((), SecretNames())
    request = Mock(content=content, path="/x", query=b"", method="POST", headers=headers)
    journal.add(Call(request))


async def start(journal: Journal, match: Match = ANY, count: int = 1) -> asyncio.Task[list[Entry]]:
    waiting = asyncio.ensure_future(journal.wait_for_calls(match, count, 5))
    await asyncio.sleep(0)
    return waiting


def test_wait_lists_what_it_was_asked_for_and_not_the_journal():
    async def wait() -> None:
        journal = Journal("s", 1000)
        for _ in range(5):
            add_call(journal)
        assert [entry.id for entry in await journal.wait_for_calls(ANY, 2, 0)] == [4, 5]
        waiting = await start(journal, count=6)
        add_call(journal)
        add_call(journal)  # in the same moment, before whoever waits can look
        assert [entry.id for entry in await waiting] == [1, 2, 3, 4, 5, 6]

    asyncio.run(wait())


def test_wait_counts_no_call_from_before_a_reset():
    async def wait() -> None:
        journal = Journal("s", 1000)
        add_call(journal)
        waiting = await start(journal, count=2)
        journal.clear()
        add_call(journal)
        await asyncio.sleep(0)
        assert not waiting.done()
        add_call(journal)
        assert [entry.id for entry in await waiting] == [2, 3]

    asyncio.run(wait())


def test_hundred_who_wait_for_the_same_cost_no_more_than_one():
    async def wait() -> None:
        journal = Journal("s", 1000)
        waiting = [await start(journal, Match(body={"fanId": "2"})) for _ in range(100)]
        with patch.object(Entry, "fits", autospec=True, side_effect=Entry.fits) as fits:
            add_call(journal)
            assert fits.call_count == 1
        add_call(journal, b'{"fanId": "2"}')
        assert {entry.id for one in waiting for entry in await one} == {2}
        assert not journal.is_watched

    asyncio.run(wait())


def test_stub_that_stops_ends_the_waiting():
    async def wait() -> None:
        journal = Journal("s", 1000)
        waiting = await start(journal)
        journal.stop()
        with pytest.raises(Unavailable):
            await waiting

    asyncio.run(wait())


def test_client_that_gave_up_waiting_is_forgotten():
    async def wait() -> None:
        journal = Journal("s", 1000)
        (await start(journal)).cancel()
        await asyncio.sleep(0)
        assert not journal.is_watched

    asyncio.run(wait())


@pytest.mark.parametrize(("size", "most"), [(10, 1000), (1024 * 1024 - len("/x"), 8)])
def test_reader_that_is_too_slow_is_given_up_with_a_word(size, most):
    async def read() -> None:
        journal, writer = Journal("s", 10_000), EventWriter()
        stream = writer.stream(journal)
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        add_call(journal)
        assert (await first)["id"] == "1"
        for _ in range(most):
            add_call(journal, b"x" * size)
        assert journal.is_watched
        add_call(journal, b"x" * size)
        assert not journal.is_watched
        (last,) = [event async for event in stream]
        assert last["event"] == "dropped"
        assert "GET /__admin/requests" in last["data"]

    asyncio.run(read())


def test_call_is_written_once_for_all_who_read():
    async def read() -> None:
        journal, writer = Journal("s", 1000), EventWriter()
        streams = [writer.stream(journal) for _ in range(50)]
        waiting = [asyncio.ensure_future(anext(stream)) for stream in streams]
        await asyncio.sleep(0)
        document = {"id": "1"}
        with patch.object(Entry, "document", return_value=document) as render:
            add_call(journal)
            events = [await one for one in waiting]
        assert render.call_count == 1
        assert {event["data"] for event in events} == {'{"id":"1"}'}

    asyncio.run(read())


def test_call_that_is_cleared_while_it_is_looked_at_counts_no_more(monkeypatch):
    journal = Journal("default", 10)
    add_call(journal, b'"%s"' % (b"x" * 40_000))

    async def look_and_clear(look: Any, *about: Any) -> Any:
        found = look(*about)
        journal.clear()
        return found

    monkeypatch.setattr(asyncio, "to_thread", look_and_clear)
    match = Match(body="x" * 40_000)

    assert asyncio.run(journal.wait_for_calls(match, 1, 0.01)) == []

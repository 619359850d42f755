"""What is listed is what is there, however often it was listed before."""

from __future__ import annotations

import asyncio

from mockserver.session.memory_store import MemoryStore

FIXTURES = {("a", "1"): {"n": 1}, ("b", "2"): {"n": 2}}


def test_list_of_a_kind_follows_every_change():
    async def change_and_list() -> list[list[int]]:
        store, found = MemoryStore(FIXTURES), []

        async def note_list(kind: str) -> None:
            found.append([record["n"] for record in await store.list_records((kind,))])

        await note_list("a")
        await store.update(("b", "3"), lambda _: {"n": 3})
        await note_list("a")
        await store.update(("a", "1"), lambda _: {"n": 4})
        await note_list("a")
        await store.update(("a", "5"), lambda _: {"n": 5})
        await note_list("a")
        store.load((FIXTURES, {}))
        await note_list("a")
        return found

    assert asyncio.run(change_and_list()) == [[1], [1], [4], [4, 5], [1]]


def test_list_that_the_caller_changes_is_its_own():
    async def change_list() -> int:
        store = MemoryStore(FIXTURES)
        (await store.list_records(("a",))).clear()
        return len(await store.list_records(("a",)))

    assert asyncio.run(change_list()) == 1

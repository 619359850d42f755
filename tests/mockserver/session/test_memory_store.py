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


def test_list_of_part_of_a_kind_follows_every_change():
    """Of a fan, of a category of his, and of another fan, in the order of the first writes."""
    prefixes = [(), ("p",), ("p", "ada"), ("p", "ada", "news"), ("p", "bob"), ("p", "ada", "none")]
    writes = [("ada", "news", "x"), ("ada", "ads", "y"), ("bob", "news", "x"), ("ada", "news", "x")]

    async def list_all(store: MemoryStore) -> list[list[int]]:
        return [[record["n"] for record in await store.list_records(prefix)] for prefix in prefixes]

    async def compare() -> None:
        asked, store = MemoryStore({}), MemoryStore({})
        for number, key in enumerate(writes):
            for one in (asked, store):
                await one.update(("p", *key), lambda _, number=number: {"n": number})
            # The other one is asked only once, so that it has kept nothing.
            fresh = MemoryStore({})
            fresh.load(store.save())
            assert await list_all(asked) == await list_all(fresh)
        assert await list_all(asked) == [[3, 1, 2], [3, 1, 2], [3, 1], [3], [2], []]

    asyncio.run(compare())


def test_lists_of_ever_other_parts_fill_no_memory():
    async def ask() -> int:
        store = MemoryStore({})
        for number in range(1000):
            await store.list_records(("p", "ada", str(number)))
        return len(store._lists)

    assert asyncio.run(ask()) <= 100

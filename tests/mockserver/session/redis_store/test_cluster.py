"""The servers of a cluster are one store, wherever each of them says that the keys are."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from mockserver.services.service import load_services
from mockserver.session.redis_store.connection import Connection
from mockserver.session.store import StoreUnavailable
from mockserver.stub import Options, Stub
from tests.testbed.redis_server import ask_redis, name_node, needs_redis, serve_cluster
from tests.testbed.session_caller import A_FAN, Caller
from tests.testbed.stubs import serve_stub

FIRST_SLOT_OF_SECOND = 5461
SECRET = "dont-show-me"


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    """The ports of three servers."""
    needs_redis()
    with serve_cluster(tmp_path_factory.mktemp("cluster")) as ports:
        yield ports


@pytest.fixture(scope="module")
def urls(ports: list[int]) -> Iterator[tuple[str, str]]:
    """The URLs of two stubs, each of which was told of another server."""
    with ExitStack() as stack:
        stubs = (
            Stub(load_services(), options=Options(store_url=f"redis://127.0.0.1:{port}"))
            for port in ports[:2]
        )
        first, second = (stack.enter_context(serve_stub(stub)) for stub in stubs)
        yield first, second


def test_sessions_on_all_servers_are_one_stub(urls, ports):
    with ExitStack() as stack:
        callers = [stack.enter_context(Caller(urls[n % 2])) for n in range(12)]
        others = [stack.enter_context(one.through(urls[1 - n % 2])) for n, one in enumerate(callers)]
        for caller, other in zip(callers, others, strict=True):
            created = caller.write().json()["data"]
            assert other.write({**A_FAN, "value": False}).json()["data"]["id"] == created["id"]
            assert [entry["id"] for entry in other.journal()] == ["1", "2"]
        listed = {one["id"] for one in callers[0].http.get("/__admin/sessions").json()}
        assert {one.id for one in callers} <= listed
        where = {port for port in ports if "journal" in ask_redis(port, "keys", "*:journal")}
        assert where == set(ports)
        for url in urls:
            assert callers[0].http.get(f"{url}/__admin/health").status_code == 200


def test_session_that_moves_to_another_server_loses_nothing(urls, ports):
    """While its keys are on both servers of the move, and once all are on the other one, also for those who wait."""
    with Caller(urls[0]) as first, first.through(urls[1]) as second, ThreadPoolExecutor() as pool:
        first.write()
        waiting = pool.submit(
            first.admin, "POST", "requests/wait", {"match": {}, "count": 4, "timeout_s": 10}
        )
        slot = ask_redis(ports[0], "cluster", "keyslot", first.id)
        begins, source = next(
            (p, n) for n, p in enumerate(ports) if ask_redis(p, "cluster", "countkeysinslot", slot) != "0"
        )
        target = (source + 1) % 3
        ask_redis(ports[target], "cluster", "setslot", slot, "importing", name_node(source))
        ask_redis(begins, "cluster", "setslot", slot, "migrating", name_node(target))
        keys = ask_redis(begins, "cluster", "getkeysinslot", slot, "100").split()
        # All are moved, but the servers have not yet agreed on it: whoever asks is sent on for this once.
        ask_redis(begins, "migrate", "127.0.0.1", str(ports[target]), "", "0", "5000", "keys", *keys)
        assert ask_redis(ports[target], "cluster", "countkeysinslot", slot) == str(len(keys))
        assert second.write({**A_FAN, "value": False}).status_code == 200
        assert first.write().status_code == 200
        for port in (ports[target], begins, ports[(source + 2) % 3]):
            ask_redis(port, "cluster", "setslot", slot, "node", name_node(target))
        assert second.write().status_code == 200

        assert [entry["id"] for entry in waiting.result()] == ["1", "2", "3", "4"]
        assert [entry["id"] for entry in second.journal()] == ["1", "2", "3", "4"]


def test_server_that_was_named_need_not_stay(ports):
    """Once one call has met its silence, another server is asked where the keys are."""

    async def ask_without_the_first() -> None:
        connection = Connection(f"redis://127.0.0.1:{ports[0]}")
        for number in range(10):
            await connection.run_command("SET", f"known-{number}", number)
        unknown = next(
            key
            for key in map(str, range(100))
            if int(ask_redis(ports[0], "cluster", "keyslot", key)) >= FIRST_SLOT_OF_SECOND
        )
        ask_redis(ports[0], "config", "set", "requirepass", SECRET)
        ask_redis(ports[0], "-a", SECRET, "client", "kill", "type", "normal")
        with pytest.raises(StoreUnavailable, match="Authentication required"):
            await connection.run_command("SET", unknown, "found")
        assert await connection.run_command("SET", unknown, "found") == b"OK"
        await connection.close()

    try:
        asyncio.run(ask_without_the_first())
    finally:
        ask_redis(ports[0], "-a", SECRET, "config", "set", "requirepass", "")


def test_number_of_a_database_is_refused(ports):
    with pytest.raises(StoreUnavailable, match="not allowed in cluster mode"):
        asyncio.run(Connection(f"redis://127.0.0.1:{ports[0]}/1").run_command("TIME"))

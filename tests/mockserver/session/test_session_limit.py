"""There are never more sessions than there may be, and none that ends keeps the others waiting."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx2
import pytest

from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.stubs import serve_stub


def test_session_is_refused_where_all_others_are_in_use():
    stub = Stub(load_services(), options=Options(session_limit=1))

    with serve_stub(stub) as url, httpx2.Client(base_url=url, verify=False) as http:
        http.post("/__admin/sessions", json={"id": "busy"})
        asyncio.run(stub.sessions.find("busy")).calls += 1  # as while a call is being answered
        refused = http.post("/__admin/sessions", json={"id": "second"})
        listed = http.get("/__admin/sessions").json()
        again = http.post("/__admin/sessions", json={"id": "busy"})

    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "unavailable")
    assert "All 1 sessions are in use; end one with DELETE" in refused.json()["error"]["message"]
    assert [one["id"] for one in listed] == ["busy"]
    assert again.status_code == 201


@pytest.mark.parametrize(
    "end", [lambda one: one.end("large"), lambda one: one.create("large"), lambda one: one.list_sessions()]
)
def test_large_session_that_ends_is_let_go_of_while_others_are_served(end):
    freed_by: list[int] = []

    class Record(dict[str, Any]):
        def __del__(self) -> None:
            freed_by.append(threading.get_ident())

    async def end_session() -> int:
        time_s = [0.0]
        sessions = Stub(load_services(), options=Options(steady_seconds=lambda: time_s[0])).sessions
        session = await sessions.create("large")
        for number in range(2000):
            session.stores["onlyautomator"].put(("fan", str(number)), Record())
        session.save_snapshot("same")
        del session
        time_s[0] += 1e9
        await end(sessions)
        await asyncio.sleep(0)
        await asyncio.get_running_loop().shutdown_default_executor()
        return threading.get_ident()

    loop = asyncio.run(end_session())

    assert len(freed_by) == 2000
    assert loop not in freed_by

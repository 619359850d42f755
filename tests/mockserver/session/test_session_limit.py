"""There are never more sessions than there may be."""

from __future__ import annotations

import asyncio

import httpx2

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

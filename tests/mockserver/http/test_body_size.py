"""How large a body may be: --max-body says it, for every service."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import httpx2
import pytest
from starlette.testclient import TestClient

from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.mockserver.services.contracts import answers, contract, written
from tests.testbed.calls import CATEGORY, KEY, bearer
from tests.testbed.stubs import serve_command

HINT = "mockserver --max-body BYTES takes larger ones"
MEBIBYTE = 1024 * 1024
FILES = contract(
    {
        "/files": {
            "post": {
                "requestBody": {"content": {"application/octet-stream": {}}},
                "responses": answers(example="kept"),
            }
        }
    }
)


def make_stub(folder, maximum_bytes: int) -> Stub:
    files = openapi_file.load_service(written(folder, FILES, "files.yaml"))
    return Stub(
        [*load_services(["suprsend"]), files],
        mode="off",
        options=Options(maximum_body_bytes=maximum_bytes),
    )


def send(client: TestClient, content: bytes, **headers: str) -> Any:
    return client.post(
        "/files", content=content, headers={"Content-Type": "application/octet-stream", **headers}
    )


def test_body_as_large_as_is_set_is_read_and_a_larger_one_is_413(tmp_path):
    client = TestClient(make_stub(tmp_path, 2 * MEBIBYTE).application)
    content = bytes(2 * MEBIBYTE)

    assert send(client, content).json() == "kept"
    refused = send(client, content + b"x")
    assert (refused.status_code, refused.headers["x-mock-problem"]) == (
        413,
        f"The request body is larger than 2097152 bytes; {HINT}",
    )
    zipped = gzip.compress(content + b"x")
    unpacked = send(client, zipped, **{"Content-Encoding": "gzip"})
    assert (unpacked.status_code, unpacked.headers["x-mock-problem"]) == (
        413,
        f"The request body is larger than 2097152 bytes once it is unpacked; {HINT}",
    )


def test_built_in_api_says_it_beside_its_own_error(tmp_path):
    client = TestClient(make_stub(tmp_path, 10).application)
    refused = client.patch(CATEGORY, json={"preference": "opt_in"})

    assert refused.status_code == 413
    assert refused.json()["message"] == "The request body is larger than 10 bytes"
    assert refused.headers["x-mock-problem"] == HINT
    assert client.patch(CATEGORY, json={}).status_code == 202


def test_bound_of_a_contract_stands_and_names_no_option(tmp_path):
    stub = make_stub(tmp_path, 4 * MEBIBYTE)
    chosen = {**stub.sessions.blueprint.choices["suprsend"], "largest-body": "hundred-kilobytes"}
    stub.sessions.default.choose({"suprsend": chosen})
    refused = TestClient(stub.application).patch(CATEGORY, json={"preference": "x" * 200_000})

    assert refused.status_code == 413
    assert "x-mock-problem" not in refused.headers


def test_control_plane_takes_what_it_took(tmp_path):
    client = TestClient(make_stub(tmp_path, 10).application, base_url="http://localhost")

    assert client.post("/__admin/requests/count", json={"match": {"path": "/files"}}).status_code == 200


def test_body_that_comes_in_pieces_is_read_to_its_end_however_large_it_may_be(tmp_path):
    application = make_stub(tmp_path, 100 * MEBIBYTE).application
    pieces = [bytes(MEBIBYTE)] * 66
    scope = {"type": "http", "method": "POST", "raw_path": b"/files", "query_string": b"",
             "headers": [(b"content-type", b"application/octet-stream")]}  # fmt: skip
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": pieces.pop(), "more_body": bool(pieces)}

    async def send_message(message: Any) -> None:
        sent.append(message)

    asyncio.run(application(scope, receive, send_message))

    assert (sent[0]["status"], pieces) == (200, [])


@pytest.mark.parametrize("where", ["flag", "variable"])
def test_command_takes_it(monkeypatch, where):
    if where == "variable":
        monkeypatch.setenv("MOCKSERVER_MAX_BODY", "10")
    words = ["--max-body", "10"] if where == "flag" else []
    with serve_command("--api", "suprsend", *words) as url:
        refused = httpx2.patch(url + CATEGORY, json={"preference": "opt_in"}, headers=bearer(KEY))

    assert refused.status_code == 413

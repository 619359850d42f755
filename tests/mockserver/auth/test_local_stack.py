"""Tokens of a local Supabase stack of today, which signs with a key of its own."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.mockserver.auth.public_keys import (
    SIGNERS,
    KeyServer,
    call,
    refuse,
    sign,
)
from tests.testbed.calls import PREFERENCE, bearer, token
from tests.testbed.session_caller import A_FAN
from tests.testbed.stubs import serve_stub

# Signed by the key that the Supabase CLI gives every local stack.
LOCAL_TOKEN = (
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImI4MTI2OWYxLTIxZDgtNGYyZS1iNzE5LWMyMjQwYTg0MGQ5MCIsInR5cCI6IkpXVCJ9.eyJ"
    "pc3MiOiJodHRwOi8vMTI3LjAuMC4xOjU0MzIxL2F1dGgvdjEiLCJzdWIiOiJjMGExYjJjMy0xMTExLTQyMjItODMzMy00NDQ0NTU"
    "1NTY2NjYiLCJhdWQiOiJhdXRoZW50aWNhdGVkIiwiZXhwIjo0MDAwMDAwMDAwLCJpYXQiOjE3NjAwMDAwMDAsImVtYWlsIjoiYW5"
    "uYUBleGFtcGxlLmNvbSIsInBob25lIjoiIiwiYXBwX21ldGFkYXRhIjp7InByb3ZpZGVyIjoiZW1haWwiLCJwcm92aWRlcnMiOls"
    "iZW1haWwiXX0sInVzZXJfbWV0YWRhdGEiOnsiZW1haWxfdmVyaWZpZWQiOnRydWV9LCJyb2xlIjoiYXV0aGVudGljYXRlZCIsImF"
    "hbCI6ImFhbDEiLCJhbXIiOlt7Im1ldGhvZCI6InBhc3N3b3JkIiwidGltZXN0YW1wIjoxNzYwMDAwMDAwfV0sInNlc3Npb25faWQ"
    "iOiI1ZjBiYjlmNy02ZjhiLTRhNTEtOWYwYS0yZDNmNmExZTliMTEiLCJpc19hbm9ueW1vdXMiOmZhbHNlfQ.hvo90dvjz-cfFkqS"
    "3Rm77FO_JSq6X9vEZLscW1tFsX0XRkgQZYj4TWJrYeoRjuBeTkeoXYk4O6Yq1BAiZIlG_w"
)


@pytest.fixture
def stack(server: KeyServer) -> Iterator[str]:
    """A stub beside that local stack."""
    with serve_stub(Stub(load_services(), options=Options(supabase_url=server.url))) as url:
        yield url


def test_token_of_a_local_stack_is_accepted_as_it_is(url):
    """The stack need not even run: every local stack has the same key."""
    answer = call(url, LOCAL_TOKEN)

    assert answer.status_code == 200, answer.text
    assert answer.json()["data"]["userId"] == "c0a1b2c3-1111-4222-8333-444455556666"


@pytest.mark.parametrize("variable", ["MOCKSERVER_JWT_SECRET", "MOCKSERVER_JWKS"])
def test_key_of_every_local_stack_is_no_good_beside_a_secret_or_keys_of_ones_own(
    monkeypatch, tmp_path, variable
):
    empty = tmp_path / "empty.json"
    empty.write_text('{"keys": []}')
    monkeypatch.setenv(variable, str(empty) if variable == "MOCKSERVER_JWKS" else "a-secret-of-our-own" * 3)

    with serve_stub(Stub(load_services(), options=Options(supabase_url="http://127.0.0.1:9"))) as url:
        assert "ES256 (kid b81269f1-21d8-4f2e-b719-c2240a840d90)" in refuse(url, LOCAL_TOKEN)


@pytest.mark.parametrize("algorithm", SIGNERS)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_local_stack_is_asked_for_the_key_of_its_token(stack, server, algorithm, host):
    issuer = f"{server.url.replace('127.0.0.1', host)}/auth/v1"

    answer = call(stack, sign(SIGNERS[algorithm], algorithm, algorithm, issuer))

    assert answer.status_code == 200, answer.text
    assert server.asked == ["/auth/v1/.well-known/jwks.json"]


def test_local_stack_is_asked_once_for_many_tokens(stack, server):
    for number in range(3):
        good = sign(kid="ES256", issuer=f"{server.url}/auth/v1", sub=f"user-{number}")
        assert call(stack, good).status_code == 200

    assert len(server.asked) == 1


def test_local_stack_is_asked_once_by_calls_at_the_same_time(server):
    stub = Stub(load_services(), options=Options(supabase_url=server.url))
    headers = bearer(sign(kid="ES256", issuer=f"{server.url}/auth/v1"))

    async def call_together() -> list[int]:
        transport = httpx2.ASGITransport(app=stub.application)
        async with httpx2.AsyncClient(transport=transport, base_url="http://stub") as http:
            calls = (http.post(PREFERENCE, json=A_FAN, headers=headers) for _ in range(5))
            return [answer.status_code for answer in await asyncio.gather(*calls)]

    assert asyncio.run(call_together()) == [200] * 5
    assert len(server.asked) == 1


@pytest.mark.parametrize("issuer", ["https://abc.supabase.co/auth/v1", "", "{server}", "{server}/auth/v1/x"])
def test_local_stack_is_not_asked_for_keys_of_others(stack, server, issuer):
    refuse(stack, sign(issuer=issuer.replace("{server}", server.url)))

    assert server.asked == []


def test_local_stack_is_not_asked_where_the_shared_secret_counts(stack, server):
    assert call(stack, token(iss=f"{server.url}/auth/v1")).status_code == 200
    refuse(stack, token(iss=f"{server.url}/auth/v1", secret="x" * 40))

    assert server.asked == []


def test_stub_starts_and_says_what_to_set_where_no_stack_runs():
    # Bound, so that nobody else takes the port, and deaf.
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        gone = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        with serve_stub(Stub(load_services(), options=Options(supabase_url=gone))) as url:
            answer = call(url, sign(kid="local-1", issuer=f"{gone}/auth/v1"))
            assert call(url, token()).status_code == 200

    assert answer.status_code == 401
    message = answer.json()["error"]["message"]
    assert "signed with ES256 (kid local-1)" in message
    assert (
        f"{gone}/auth/v1/.well-known/jwks.json cannot be reached: Connection refused; MOCKSERVER_JWKS"
        in message
    )
    assert "set MOCKSERVER_JWKS to a file" in answer.headers["x-mock-problem"]


def test_token_of_an_issuer_that_nobody_named_says_what_to_set(url):
    message = refuse(url, sign(kid="local-1", issuer="https://abc.supabase.co/auth/v1"))

    assert "signed with ES256 (kid local-1)" in message
    assert "MOCKSERVER_JWKS names the keys" in message


def test_other_calls_do_not_wait_for_a_stack_that_says_nothing():
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor() as pool:
        named = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with serve_stub(Stub(load_services(), options=Options(supabase_url=named))) as url:
            waiting = pool.submit(refuse, url, sign(issuer=f"{named}/auth/v1"))
            connection, _ = silent.accept()
            assert call(url, token()).status_code == 200
            assert not waiting.done()
            with connection:
                assert "did not answer within" in waiting.result(10)


def test_keys_of_this_machine_are_not_asked_for_through_a_proxy(monkeypatch, server):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with serve_stub(Stub(load_services(), options=Options(supabase_url=server.url))) as url:
        assert call(url, sign(kid="ES256", issuer=f"{server.url}/auth/v1")).status_code == 200

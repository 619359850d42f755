"""The stub in a test: started in process, steered through sessions, plain and awaited."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mockserver import AsyncMockServer, Mock, MockError, MockServer
from mockserver.http import listening_socket, server
from mockserver.http.problems import CannotStart
from mockserver.testing.client import MockSession
from tests.mockserver.testing.application import write_preference
from tests.testbed.calls import PREFERENCE, ask, request
from tests.testbed.waiting import wait_until


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    with MockServer(seed=1) as mock:
        yield mock


@pytest.fixture
def session(mock: MockServer) -> MockSession:
    return mock.session()


def test_session_is_ready_to_use(mock):
    session = mock.session("checkout")

    assert session.id == "checkout"
    assert session.base_url == f"{mock.url}/__session/checkout"
    assert write_preference(session).status_code == 200
    assert [call["session"] for call in session.requests()] == ["checkout"]


def test_two_sessions_know_nothing_of_each_other(mock):
    one, other = mock.session(), mock.session()
    write_preference(one, value="one")

    assert one.state()["onlyautomator"]["preferences"][0]["value"] == "one"
    assert other.state()["onlyautomator"]["preferences"] == []
    assert other.requests() == []


def test_choices_are_given_at_the_start_and_changed_in_a_session():
    with MockServer(["onlyautomator"], choices={"onlyautomator": {"null-value": "refused-422"}}) as mock:
        one, other = mock.session(), mock.session()
        one.choose({"onlyautomator": {"null-value": "stored"}})

        assert one.choices()["onlyautomator"]["null-value"] == "stored"
        assert write_preference(one, value=None).status_code == 200
        assert write_preference(other, value=None).status_code == 422
        one.choose({})
        assert write_preference(one, value=None).status_code == 422
        with pytest.raises(MockError, match="null-valu: is not a choice; did you mean 'null-value'"):
            one.choose({"onlyautomator": {"null-valu": "stored"}})


@pytest.mark.parametrize("apis", [None, ["suprsend"]])
@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"onlyautomator": {"null-value": "kept"}},
         "onlyautomator/null-value: kept is not an alternative; known are"),
        ({"onlyautomator": {"null-valu": "kept"}}, "onlyautomator/null-valu is not a choice; did you mean"),
        ({"onlyautomator": ["null-value"]},
         "onlyautomator: must have its choices as {ID: NAME}, not ['null-value']"),
        ({"onlyautomator": None}, "onlyautomator: must have its choices as {ID: NAME}, not None"),
        (["onlyautomator"], "choices must be {API: {ID: NAME}}, not ['onlyautomator']"),
    ],
)  # fmt: skip
def test_choice_that_there_is_not_stops_the_start_even_if_its_api_is_not_served(apis, choices, said):
    with pytest.raises(CannotStart, match=re.escape(said)):
        MockServer(apis, choices=choices).start()


def test_faults_are_set_and_taken_away(session):
    session.faults({"match": {}, "status": 503})
    assert write_preference(session).status_code == 503
    session.faults()
    assert write_preference(session).status_code == 200


def test_answer_is_forced_once(session):
    session.override(429, match={"operation": "update_preference"}, headers={"Retry-After": "7"})
    forced = write_preference(session)

    assert (forced.status_code, forced.headers["Retry-After"]) == (429, "7")
    assert write_preference(session).status_code == 200


def test_status_of_a_forced_answer_may_have_its_former_name(session):
    session.override(code=503)
    session.override(status=409)

    assert [write_preference(session).status_code for _ in range(2)] == [503, 409]


def test_call_is_awaited(session):
    """The call comes from elsewhere while the test waits; nobody sleeps."""
    caller = threading.Thread(target=write_preference, args=[session])
    caller.start()
    (call,) = session.wait(path=PREFERENCE, timeout_s=10)
    caller.join()

    assert call["response"]["status"] == 200


def test_call_that_never_comes_is_an_error(session):
    with pytest.raises(MockError, match="0 of 1"):
        session.wait(timeout_s=0.01)


def test_state_is_kept_and_brought_back(session):
    write_preference(session)
    session.snapshot("a name/with a slash")
    before = session.state()
    session.reset("state")
    assert session.state() != before
    session.restore("a name/with a slash")

    assert session.state() == before


def test_bad_state_is_refused_with_the_reason(session):
    before = session.state()
    with pytest.raises(MockError, match="fans"):
        session.set_state({"onlyautomator": {"fans": 5}})

    assert session.state() == before


def test_clock_is_the_tests_own(session):
    session.freeze("2030-01-02T03:04:05Z")
    session.token = session.make_token()["token"]
    assert write_preference(session).json()["data"]["createdAt"] == "2030-01-02T03:04:05.000Z"
    session.advance(2 * 3600)

    assert write_preference(session).status_code == 401


def test_credentials_are_minted(session):
    session.token = session.make_token(sub="user-9")["token"]
    assert write_preference(session).json()["data"]["userId"] == "user-9"
    session.token = session.make_token(defect="bad_signature")["token"]
    assert write_preference(session).status_code == 401
    assert session.make_key("read")["api_key"] != session.api_key


def test_ended_session_may_be_ended_again(session):
    session.end()
    session.end()


def test_refusal_says_why(mock):
    with pytest.raises(MockError, match="letters, digits, dots"):
        mock.session("no spaces, please")


def test_same_seed_same_answers():
    def collect_answers() -> list[bytes]:
        with MockServer(seed=7) as mock:
            session = mock.session("twice")
            session.freeze("2030-01-02T03:04:05Z")
            session.token = session.make_token()["token"]
            return [write_preference(session, preference=name).content for name in ("one", "two")]

    assert collect_answers() == collect_answers()


def test_stub_is_gone_after_the_block():
    with MockServer(["suprsend"]) as mock:
        url = mock.url
        assert httpx2.get(f"{url}/__admin/version").json()["apis"] == ["suprsend"]
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url)


def test_open_event_stream_ends_with_the_stub_and_quietly(capfd):
    with (
        MockServer() as mock,
        httpx2.Client(timeout=5) as http,
        http.stream("GET", f"{mock.url}/__admin/events") as events,
    ):
        lines = events.iter_lines()
        assert events.status_code == 200
        mock.stop()
        assert [line for line in lines if line.startswith("data")] == []

    assert capfd.readouterr() == ("", "")


def test_whoever_waits_hears_that_the_stub_stops(capfd):
    with MockServer() as mock, ThreadPoolExecutor() as pool:
        # In one packet: of a request that has not come to its end nobody waits for the rest.
        waiting = request(
            target="/__admin/requests/wait",
            headers={"Host": "localhost", "Content-Type": "application/json"},
            content=b'{"match": {}, "timeout_s": 30}',
        )
        late = request(headers={"Prefer": "delay=30000"})
        asked = [pool.submit(ask, mock.url, sent) for sent in (waiting, late)]
        # Nothing public tells that a call has arrived before it is answered; uvicorn's own list of calls does.
        wait_until(lambda: len(mock._server._server.server_state.tasks) == len(asked))
        mock.stop()

    assert [answer.result().status for answer in asked] == [503, 503]
    assert capfd.readouterr() == ("", "")


def test_port_that_is_taken_is_an_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CannotStart, match="--port"):
            MockServer(port=taken.getsockname()[1]).start()


def test_own_contract_is_served(tmp_path):
    spec = tmp_path / "greetings.yaml"
    spec.write_text(
        """
openapi: 3.0.3
info: {title: Greetings, version: "1"}
paths:
  /greetings:
    get:
      responses:
        "200": {description: One, content: {application/json: {example: {text: hello}}}}
"""
    )
    with MockServer(specs=[spec]) as mock:
        session = mock.session()

        assert httpx2.get(f"{session.base_url}/greetings").json() == {"text": "hello"}
        assert session.token is None


def test_running_stub_is_steered_by_its_address(mock):
    elsewhere = Mock(mock.url + "/")
    session = elsewhere.session()

    assert write_preference(session).status_code == 200
    elsewhere.close()


def test_everything_is_awaited_in_the_async_twin():
    async def test() -> None:
        async with AsyncMockServer(seed=1) as mock:
            session = await mock.session()
            await session.faults({"match": {}, "status": 503, "times": 1})
            headers = {"Authorization": f"Bearer {session.token}"}
            body = {"fanId": "12345", "category": "content", "preference": "dark_mode", "value": True}
            async with httpx2.AsyncClient(base_url=session.base_url, headers=headers) as http:
                waiting = asyncio.create_task(session.wait(count=2))
                answers = [await http.post(PREFERENCE, json=body) for _ in range(2)]
            assert [answer.status_code for answer in answers] == [503, 200]
            assert len(await waiting) == 2
            await session.end()
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(mock.url)

    asyncio.run(test())


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory) -> ssl.SSLContext:
    """What a server secures its connections with that is known to nobody."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([]), datetime.now(UTC)
    localhost = x509.Extension(
        x509.SubjectAlternativeName.oid, True, x509.SubjectAlternativeName([x509.DNSName("localhost")])
    )
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now, now + timedelta(days=1), [localhost]
    ).sign(key, hashes.SHA256())
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    file = tmp_path_factory.mktemp("certificate") / "server.pem"
    file.write_bytes(
        certificate.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, none)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
def test_stub_whose_certificate_nobody_vouches_for_is_not_called(self_signed, scheme):
    """The admin token would be anybody's who pretends to be the stub."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor() as pool:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                self_signed.wrap_socket(connection, server_side=True).close()

        greeted = pool.submit(greet)
        with pytest.raises(httpx2.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            Mock(f"{scheme}://localhost:{listener.getsockname()[1]}").session()
        greeted.result(5)


class Idle:
    """Serves nothing; does something when it is to stop."""

    def __init__(self, stop: Callable[[], object]) -> None:
        self.stop = stop

    async def __call__(self, _: Any, receive: Any, send: Any) -> None:
        for step in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{step}.complete"})


def start_thread(stop: Callable[[], object]) -> server.ServerThread:
    thread = server.ServerThread(Idle(stop), listening_socket.open_socket("127.0.0.1", 0))
    thread.start()
    return thread


def test_server_without_a_call_stops_at_once():
    """Uvicorn takes a tenth of a second, which whoever has a stub for each test waits for each time."""
    took_s = []
    for thread in [start_thread(lambda: None) for _ in range(5)]:
        began_s = time.monotonic()
        thread.stop()
        took_s.append(time.monotonic() - began_s)

    assert min(took_s) < 0.05


def test_server_that_does_not_stop_is_told_and_waited_for_no_longer(monkeypatch):
    is_over = threading.Event()
    monkeypatch.setattr(server, "_STOP_S", 0.05)
    thread = start_thread(lambda: is_over.wait(20))
    try:
        with pytest.raises(TimeoutError, match="the stub did not stop within"):
            thread.stop()
    finally:
        is_over.set()
        monkeypatch.undo()
        thread.stop()

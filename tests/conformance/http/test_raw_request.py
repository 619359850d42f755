"""Requests that no HTTP library sends: how they arrive, what is read of the answers, and how long it takes."""

import datetime
import ipaddress
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from conformance.assertions.outcome import ConnectionClosed, Inconclusive, NoAnswer, NotTested, Unreachable
from conformance.http import raw_request
from conformance.http.client import Client
from conformance.http.redaction import Redaction
from conformance.http.transport.content_coding import LARGEST_BODY
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.proof.messages import Response
from conformance.proof.server import serve, serve_bytes

TOO_LARGE = LARGEST_BODY + 1_000_000
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


@contextmanager
def speaking(url, **patience):
    client = Client(url, Redaction(), **{"timeout_s": 2, "retry_s": 1, **patience})
    try:
        yield client
    finally:
        client.close()


@contextmanager
def talking_to(answer, **patience):
    class Server:
        requests = []

        def answer(self, request):
            self.requests.append(request)
            return answer(request)

    server = Server()
    with serve(server) as url, speaking(f"{url}/base", **patience) as client:
        yield client, server.requests


@contextmanager
def calling(answer, **patience):
    """Talk to a server without a connection, on a clock that skips every wait."""
    server = SimpleNamespace(answer=answer)
    yield (
        Client(
            f"{IN_PROCESS_URL}/base",
            Redaction(),
            make_connection=partial(InProcessConnection, server),
            **patience,
        ),
        server,
    )


def echo(request):
    return Response(200, {"target": request.target, "body": request.body.decode()})


def drafts(client, count=1):
    return [client.build_request("PATCH", f"/{at}", json={"at": at, "ä": "€"}) for at in range(count)]


# --- how they arrive -------------------------------------------------------------------------------------


def test_pipelined_requests_are_answered_in_their_order():
    with talking_to(echo) as (client, requests):
        answers = client.send_raw(raw_request.pipeline_requests(drafts(client, 3)))

    assert [answer.json["target"] for answer in answers] == ["/base/0", "/base/1", "/base/2"]
    assert [request.is_followed for request in requests] == [True, True, False]
    assert client.request_count == 3
    assert client.responses == answers


def test_chunks_arrive_whole_and_without_a_length():
    with talking_to(echo) as (client, requests):
        for extension in ("", ";a=1", ';a="b; c"'):
            client.send_raw(raw_request.chunk_body(*drafts(client), extension))

    assert [request.body.decode() for request in requests] == ['{"at": 0, "ä": "€"}'] * 3
    assert all("content-length" not in request.headers for request in requests)


def test_odd_headers_arrive():
    with talking_to(echo) as (client, requests):
        client.send_raw(raw_request.add_odd_headers(*drafts(client)))

    [request] = requests
    assert len(request.headers) > 100
    assert len(request.headers["x-conformance-long"]) == 4096
    assert request.headers["x-conformance-empty"] == ""
    assert request.body


def test_cut_request_lacks_its_end():
    with talking_to(echo) as (client, requests):
        client.send_raw(raw_request.cut_body(*drafts(client), missing=1))

    [request] = requests
    assert request.is_cut
    assert request.body.decode() == '{"at": 0, "ä": "€"'


def test_ipv6_is_spoken():
    def answer():
        connection, _ = listening.accept()
        connection.recv(65536)
        connection.sendall(OK)
        connection.close()

    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listening:
        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with speaking(f"http://[::1]:{listening.getsockname()[1]}") as client:
            assert client.send_raw(raw_request.pipeline_requests(drafts(client)))[0].status == 200
        thread.join(5)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "here.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


def test_tls_is_spoken(certificate):
    def talk(connection):
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(OK)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    script = (
        "import sys; from conformance.http import raw_request; from conformance.http.client import Client;"
        "from conformance.http.redaction import Redaction; client = Client(sys.argv[1], Redaction(), timeout_s=5);"
        "draft = lambda: client.build_request('POST', '/', json={});"
        "print([one.status for one in client.send_raw(raw_request.pipeline_requests([draft()]))]);"
        "print(client.send_raw(raw_request.cut_body(draft(), missing=1)))"
    )
    with serve_bytes(talk) as url:
        done = subprocess.run(
            [sys.executable, "-c", script, url.replace("http:", "https:")],
            env=os.environ | {"SSL_CERT_FILE": str(certificate)},
            capture_output=True,
            text=True,
            timeout=20,
        )

    assert done.stdout.splitlines() == ["[200]", "[]"], done.stderr


def test_behind_a_proxy_nothing_is_sent_as_it_is(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with (
        speaking("http://target.example") as client,
        pytest.raises(NotTested, match="a proxy stands"),
    ):
        client.send_raw(raw_request.pipeline_requests(drafts(client)))

    assert client.request_count == 0


# --- what is answered ------------------------------------------------------------------------------------


def test_second_request_may_stay_unanswered():
    with talking_to(lambda _: Response(200, {}, {"connection": "close"})) as (client, _):
        client.start_evidence()
        assert [
            answer.status for answer in client.send_raw(raw_request.pipeline_requests(drafts(client, 2)))
        ] == [200]

    assert [shown.error for shown in client.evidence()] == [
        "no whole answer came",
        None,
    ]


def test_second_request_that_is_never_answered_is_no_silence():
    def talk(connection):
        connection.recv(65536)
        connection.sendall(OK)
        connection.recv(65536)

    with serve_bytes(talk) as url, speaking(url, timeout_s=0.3) as client:
        for _ in range(4):
            assert len(client.send_raw(raw_request.pipeline_requests(drafts(client, 2)))) == 1


def test_request_that_is_never_answered_takes_its_time_on_the_clock_that_is_turned():
    with calling(lambda _: Response(0, never_comes=True), timeout_s=60) as (client, server):
        began = server.clock.monotonic()
        with pytest.raises(NoAnswer):
            client.send_raw(raw_request.pipeline_requests(drafts(client)))
        assert 59 < server.clock.monotonic() - began < 70
        assert client.send_raw(raw_request.cut_body(*drafts(client), missing=1)) == []
        with pytest.raises(NoAnswer):
            client.send("GET", "/")
        assert 118 < server.clock.monotonic() - began < 140


def test_waiting_server_is_left_after_a_moment():
    """Half a request is not waited for as long as a whole one."""

    def talk(connection):
        connection.recv(65536)
        released.wait(10)

    released = threading.Event()
    with serve_bytes(talk) as url, speaking(url, timeout_s=10) as client:
        began = time.monotonic()
        assert client.send_raw(raw_request.cut_body(*drafts(client), missing=1)) == []
        released.set()

    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        (b"", ConnectionClosed),
        (b"SSH-2.0-OpenSSH_9.9\r\n\r\n", Unreachable),
        (b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n", Unreachable),
        (b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % TOO_LARGE + b" " * TOO_LARGE, Inconclusive),
    ],
)
def test_what_is_no_answer_is_told_apart(said, outcome):
    def talk(connection):
        connection.recv(65536)
        connection.sendall(said)

    with serve_bytes(talk) as url, speaking(url) as client, pytest.raises(outcome) as raised:
        client.send_raw(raw_request.pipeline_requests(drafts(client)))

    assert type(raised.value) is outcome


def test_interim_answers_are_skipped():
    def talk(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 3 + OK)

    with serve_bytes(talk) as url, speaking(url) as client:
        assert client.send_raw(raw_request.pipeline_requests(drafts(client)))[0].status == 200


def test_busy_target_gets_the_packet_again():
    with talking_to(lambda _: left.pop(0)) as (client, _):
        left = [Response(429, {}), Response(200, {}), Response(200, {}), Response(200, {})]
        answers = client.send_raw(raw_request.pipeline_requests(drafts(client, 2)))

    assert [answer.status for answer in answers] == [200, 200]


def test_evidence_says_how_it_was_sent_and_no_credential():
    redaction = Redaction()
    redaction.conceal("t0psecret", "TOKEN")
    with serve_bytes(lambda _: None) as url:
        client = Client(url, redaction, timeout_s=2)
        client.start_evidence()
        draft = client.build_request(
            "POST", "/", headers={"authorization": "Bearer t0psecret"}, json={"a": 1}
        )
        client.send_raw(raw_request.cut_body(draft, missing=3))
        [shown] = client.evidence()
        client.close()

    assert shown.curl.endswith("# the last 3 of 8 bytes were never sent")
    assert '"authorization: Bearer ${TOKEN}"' in shown.curl
    assert "t0psecret" not in repr(shown.as_json())
    assert shown.as_json()["response"] is None

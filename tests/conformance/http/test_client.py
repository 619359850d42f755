"""The client against servers of a few lines."""
# ruff: noqa: ARG001  what is called back takes what it is given

import statistics
import threading
import time
from email.utils import formatdate

import httpx2
import pytest

from conformance.assertions.outcome import Inconclusive, NoAnswer, RunStopped, Unreachable
from conformance.http.client import Client
from conformance.http.clock import Clock, SkippingClock
from conformance.http.connection import choose_proxy
from conformance.http.pacing import RateLimit, RetryTimer, parse_retry_after
from conformance.http.redaction import Redaction
from conformance.proof.messages import Response
from conformance.proof.server import serve_bytes
from tests.conformance.http.talking import Server, talking_to


def test_request_arrives_as_it_was_asked_for():
    server = Server(Response(200, {}))
    with talking_to(server, "/base/") as client:
        client.send("PATCH", "/a%2Fb", json={"ä": None}, params={"q": "x y&"}, headers={"X-One": "1"})

    [request] = server.requests
    assert (request.method, request.target) == ("PATCH", "/base/a%2Fb?q=x+y%26")
    assert request.body == '{"ä": null}'.encode()
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-one"] == "1"


def test_bytes_are_sent_unlabelled():
    server = Server(Response(200, {}))
    with talking_to(server) as client:
        client.send("POST", "/", content=b"\xff{")
        client.send("POST", "/")

    assert [request.body for request in server.requests] == [b"\xff{", b""]
    assert all("content-type" not in request.headers for request in server.requests)


def test_one_connection_serves_all():
    connections = set()

    def answer(request):
        connections.add(threading.get_ident())
        return Response(200, {})

    with talking_to(Server(answer)) as client:
        for _ in range(10):
            client.send("GET", "/")

    assert len(connections) == 1


def test_idle_connection_that_was_closed_is_no_failure():
    def talk(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    with serve_bytes(talk) as url:
        client = Client(url, Redaction(), timeout_s=2)
        assert [client.send("GET", "/").status for _ in range(5)] == [200] * 5
        client.close()


@pytest.mark.parametrize("headers", [{"retry-after": "0.05"}, {"retry-after": "nonsense"}, {}])
@pytest.mark.parametrize("status", [429, 503])
def test_busy_target_is_asked_again(status, headers):
    with talking_to(Server(Response(status, {}, headers), Response(200, {}))) as client:
        assert client.send("GET", "/").status == 200
        assert client.request_count == 2
        assert [answer.status for answer in client.responses] == [200]


def test_impatient_request_sees_the_first_answer():
    with talking_to(Server(Response(503, {}), Response(200, {}))) as client:
        assert client.send("GET", "/", retry_busy=False).status == 503


def test_patience_ends_at_once_when_asked_to_wait_longer():
    with talking_to(Server(Response(429, {}, {"retry-after": "3600"}))) as client:
        began = time.monotonic()
        with pytest.raises(Inconclusive, match=r"429 and asks to wait \(3600\).*patience\.retry_s"):
            client.send("GET", "/")

    assert time.monotonic() - began < 1


@pytest.mark.parametrize("at_once", ["0", "nan", "Thu, 01 Jan 1970 00:00:00 GMT"])
def test_target_that_says_at_once_is_not_asked_without_a_pause(at_once):
    pauses: list[float] = []
    clock = Clock()
    clock.sleep = pauses.append
    waiting = RetryTimer(30, clock)

    assert all(waiting.wait({"retry-after": at_once}) for _ in range(5))
    assert pauses == sorted(pauses)
    assert sum(pauses) > 3


def test_retry_after_reads_seconds_and_dates():
    date = {"retry-after": formatdate(1_000_030, usegmt=True), "date": formatdate(1_000_000, usegmt=True)}

    assert parse_retry_after({"retry-after": "7"}) == 7
    assert parse_retry_after(date) == 30
    assert parse_retry_after({"retry-after": formatdate(0, usegmt=True)}) == 0
    assert parse_retry_after({"retry-after": "soon"}) is None
    assert parse_retry_after({}) is None


def test_third_silence_in_a_row_stops_the_run():
    with talking_to(Server(lambda _: time.sleep(0.5)), timeout_s=0.05) as client:
        for expected in (NoAnswer, NoAnswer, RunStopped):
            with pytest.raises(expected) as silence:
                client.send("GET", "/")
            assert type(silence.value) is expected


def test_an_answer_ends_a_row_of_silences():
    def slow_when_asked(request):
        time.sleep(0.3 if request.path == "/slow" else 0)
        return Response(200, {})

    with talking_to(Server(slow_when_asked), timeout_s=0.1) as client:
        for path in ("/slow", "/slow", "/", "/slow", "/slow"):
            try:
                client.send("GET", path)
            except RunStopped:
                pytest.fail("stopped")
            except Unreachable:
                pass


def test_other_slash_form_is_followed_with_method_and_body():
    def answer(request):
        if request.path.endswith("/"):
            return Response(200, {"method": request.method, "body": request.body.decode()})
        return Response(308, b"", {"location": f"{request.path}/"})

    with talking_to(Server(answer)) as client:
        assert client.send("PUT", "/a", content=b"x").json == {"method": "PUT", "body": "x"}


@pytest.mark.parametrize(
    "location", ["/b", "/a//", "http://192.0.2.1/a/", "//192.0.2.1/a/", "http://[/", "", "/a"]
)
def test_other_redirects_are_answers(location):
    with talking_to(Server(Response(307, b"", {"location": location}))) as client:
        assert client.send("GET", "/a").status == 307


def test_cookies_are_not_kept():
    server = Server(Response(200, {}, {"set-cookie": "a=b"}))
    with talking_to(server) as client:
        client.send("GET", "/")
        client.send("GET", "/")

    assert "cookie" not in server.requests[1].headers


def test_proxies_of_the_environment_are_not_used_for_this_machine(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with talking_to(Server(Response(200, {}))) as client:
        assert client.send("GET", "/").status == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.8.7", "[::1]"])
def test_no_proxy_of_the_environment_stands_before_this_machine(monkeypatch, host):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    assert choose_proxy(httpx2.URL(f"http://{host}:8080"), None) is None
    assert choose_proxy(httpx2.URL(f"http://{host}.example.com".replace("[::1]", "ip6")), None) is not None


def test_header_that_cannot_be_sent_is_inconclusive():
    with talking_to(Server(Response(200, {}))) as client:
        for value in ("a\r\nb: c", "ü€", "Bearer \x00"):
            with pytest.raises(Inconclusive, match="cannot be sent"):
                client.send("GET", "/", headers={"authorization": value})


def test_once_asks_once_and_shows_the_evidence_again():
    with talking_to(Server(Response(200, {}))) as client:
        for _ in range(2):
            client.start_evidence()
            client.memoize("key", lambda: client.send("GET", "/"))
            assert len(client.evidence()) == 1

        assert client.request_count == 1


def test_exchange_that_is_cited_again_is_the_last_of_the_evidence():
    with talking_to(Server(Response(200, {}))) as client:
        client.start_evidence()
        first = client.send("GET", "/1").exchange
        client.send("GET", "/2")
        client.cite(first)

        assert [one.url[-1] for one in client.evidence()] == ["2", "1"]


def test_once_remembers_an_outcome():
    def ask():
        asked.append(1)
        raise Inconclusive("refused")

    asked = []
    with talking_to(Server(Response(200, {}))) as client:
        for _ in range(2):
            with pytest.raises(Inconclusive, match="refused"):
                client.memoize("key", ask)

    assert len(asked) == 1


def test_requests_sent_together_overlap():
    def answer(request):
        time.sleep(0.05)
        return Response(200, {"path": request.path})

    with talking_to(Server(answer)) as client:
        client.start_evidence()
        answers = client.send_concurrently([lambda at=at: client.send("GET", f"/{at}") for at in range(6)])

        assert [answer.json["path"] for answer in answers] == [f"/{at}" for at in range(6)]
        assert [exchange.url[-1] for exchange in client.evidence()] == list("012345")
        assert len(client.responses) == 6


def test_rate_cap_leaves_a_race_its_overlap():
    def answer(request):
        time.sleep(0.05)
        return Response(200, {})

    with talking_to(Server(answer), rate_per_s=50) as client:
        assert len(client.send_concurrently([lambda: client.send("GET", "/")] * 4)) == 4


def test_race_without_overlap_is_inconclusive():
    gate = threading.Semaphore(1)

    with talking_to(Server(Response(200, {}))) as client:

        def one_at_a_time():
            with gate:
                return client.send("GET", "/")

        with pytest.raises(Inconclusive, match="overlapped"):
            client.send_concurrently([one_at_a_time] * 3)


def test_a_refused_racer_does_not_end_the_race():
    def answer(request):
        time.sleep(0.05)
        return Response(429 if request.path == "/late" else 200, {}, {"retry-after": "99"})

    with talking_to(Server(answer)) as client:
        answers = client.send_concurrently(
            [lambda path=path: client.send("GET", path) for path in ("/", "/late", "/")]
        )

    assert [answer.status for answer in answers] == [200, 200]


def test_racer_that_came_late_does_not_count():
    done = threading.Event()

    def answer(request):
        time.sleep(0.05)
        return Response(200, {"path": request.path})

    def late(client):
        done.wait(5)
        return client.send("GET", "/late")

    def early(client, path):
        try:
            return client.send("GET", path)
        finally:
            if both.wait() == 0:
                done.set()

    both = threading.Barrier(2)
    with talking_to(Server(answer)) as client:
        racers = [lambda path=path: early(client, path) for path in ("/a", "/b")]
        answers = client.send_concurrently([*racers, lambda: late(client)])

    assert [answer.json["path"] for answer in answers] == ["/a", "/b"]


def test_pace_holds_the_average():
    clock = SkippingClock()
    pace = RateLimit(100, clock)
    began = clock.monotonic()
    for _ in range(11):
        pace.wait()

    assert clock.monotonic() - began >= 0.1


def test_server_that_writes_head_and_body_apart_is_not_slow():
    """Such a server waits for our acknowledgement in between, which Linux puts off for 40 ms."""

    def talk(connection):
        while connection.recv(65536):
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")
            connection.sendall(b"{}")

    with serve_bytes(talk) as url:
        client = Client(url, Redaction())
        for _ in range(40):
            client.send("GET", "/")
        client.close()

    assert statistics.median(one.seconds for one in client.exchanges) < 0.02

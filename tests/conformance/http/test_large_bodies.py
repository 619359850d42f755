"""What a run is answered stays readable to its end, and takes no more memory than a few answers do."""

import json
import tracemalloc

import pytest

from conformance.assertions.outcome import DoesNotConform, Inconclusive, RunStopped
from conformance.http import response
from conformance.http.transport import body_store
from conformance.http.transport.body_store import BodyStore
from conformance.proof.messages import Response
from tests.conformance.http.talking import Server, talking_to

MEGABYTE = 1024 * 1024


def answer_with_names(request):
    """Answer with a megabyte, another one for each path."""
    return Response(200, json.dumps({"path": request.target, "names": ["x" * 10_000] * 100}).encode())


def test_large_answers_are_not_kept_in_memory():
    with talking_to(Server(answer_with_names)) as client:
        client.send("GET", "/warm-up")
        tracemalloc.start()
        try:
            answers = [client.send("GET", f"/{number}") for number in range(24)]
            sizes = [len(answer.json["names"]) for answer in answers]
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert sizes == [100] * 24
        assert [answer.json["path"] for answer in answers] == [f"/{number}" for number in range(24)]
        assert answers[3].exchange.response_body.startswith('{"path": "/3"')
        assert kept < 12 * MEGABYTE  # all of them take fifty


def test_values_of_many_small_answers_are_not_kept_in_memory(monkeypatch):
    """A contract of a thousand operations has thousands, and a value takes eight times the bytes of its text."""
    for most in ("_MOST_PARSED", "_MOST_PARSED_SMALL"):
        monkeypatch.setattr(body_store, most, 100_000)
    store = BodyStore()
    texts = [
        json.dumps([{"number": number + more / 7} for more in range(60)]).encode() for number in range(400)
    ]
    bodies = [store.keep(text) for text in texts]
    tracemalloc.start()
    try:
        values = sum(len(body.parse(json.loads)) for body in bodies)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert values == 60 * 400
    assert kept < 2_500_000  # all of them take five million
    assert bodies[-1].parse(json.loads)[1] == {"number": 399 + 1 / 7}


def test_remembered_outcome_keeps_no_answer_in_memory():
    """It has met the answers on its way, and is raised again for each requirement that asks for it."""
    with talking_to(Server(answer_with_names)) as client:
        client.send("GET", "/warm-up")

        def refuse(number):
            values = client.send("GET", f"/{number}").json
            raise DoesNotConform("few names", f"{len(values['names'])} names")

        tracemalloc.start()
        try:
            for number in range(24):
                client.start_evidence()
                with pytest.raises(DoesNotConform):
                    client.memoize(number, lambda number=number: refuse(number))
            client.start_evidence()
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

        assert kept < 12 * MEGABYTE


def test_answer_of_countless_values_is_not_read():
    """Eight megabytes of empty lists would be two hundred in memory."""
    with talking_to(Server(Response(200, b"[" + b"[]," * 2_000_000 + b"1]"))) as client:
        answer = client.send("GET", "/")

        with pytest.raises(Inconclusive, match="a body of 6000003 bytes that has too many values"):
            _ = answer.json


def test_large_body_that_is_no_json_is_tried_once(monkeypatch):
    tried = []
    read = response._read_json
    monkeypatch.setattr(response, "_read_json", lambda text: tried.append(len(text)) or read(text))
    with talking_to(
        Server(lambda request: Response(200, request.target.encode() + b"x" * 3 * MEGABYTE))
    ) as client:
        answers = [client.send("GET", f"/{number}") for number in range(2)]
        for answer in answers * 3:
            with pytest.raises(DoesNotConform):
                _ = answer.json

    assert len(tried) == 2


def test_values_of_a_large_body_are_counted_once(monkeypatch):
    counted = []
    count = response._estimate_size
    monkeypatch.setattr(response, "_estimate_size", lambda text: counted.append(len(text)) or count(text))
    with talking_to(
        Server(lambda request: Response(200, json.dumps([request.target, "x" * 3 * MEGABYTE]).encode()))
    ) as client:
        answers = [client.send("GET", f"/{number}") for number in range(2)]
        for answer in answers * 3:
            assert len(answer.json) == 2

    assert len(counted) == 2


def test_answer_of_many_megabytes_is_read():
    with talking_to(Server(lambda _: Response(200, ["x" * 12 * MEGABYTE]))) as client:
        assert len(client.send("GET", "/").json[0]) == 12 * MEGABYTE


def test_same_body_is_kept_once():
    store = BodyStore(most_bytes=100_000, memory_bytes=0)
    body = bytes(range(256)) * 64
    first = store.keep(body)

    assert store.keep(body) is first
    assert [store.keep(body + b"%d" % number).read() for number in range(5)] == [
        body + b"%d" % number for number in range(5)
    ]
    assert first.read() == body


def test_run_ends_where_there_is_no_room_for_what_it_is_answered():
    store = BodyStore(most_bytes=10_000, memory_bytes=0)
    store.keep(json.dumps(list(range(2000))).encode())

    with pytest.raises(RunStopped, match="answered more than the 0 MiB of bodies that are kept in a run"):
        store.keep(json.dumps(list(range(2000, 9000))).encode())

"""Bodies are read in every framing and coding, and what is no JSON does not conform."""

import gzip
import re
import zlib

import pytest

from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.proof.messages import Response
from tests.conformance.http.talking import Server, talking_to


@pytest.mark.parametrize(
    "response",
    [
        Response(200, gzip.compress(b'{"a": 1}'), {"content-encoding": "gzip"}),
        Response(200, zlib.compress(b'{"a": 1}'), {"content-encoding": "deflate"}),
        Response(200, zlib.compress(b'{"a": 1}')[2:-4], {"content-encoding": "Deflate"}),
        Response(
            200, gzip.compress(b'{"a"') + gzip.compress(b": 1}") + b"\0" * 9, {"content-encoding": "x-gzip"}
        ),
        Response(200, gzip.compress(zlib.compress(b'{"a": 1}')), {"content-encoding": "deflate, gzip"}),
        Response(200, b'{"a": 1}', {"content-encoding": "identity, utf-8"}),
        Response(200, b'{"a": 1}', {"content-encoding": "ISO-8859-1"}),
        Response(200, b'{"a": 1}', {"transfer-encoding": "chunked"}),
        Response(200, b'{"a": 1}', {"connection": "close"}),
        Response(200, b'{"a": 1}', http="1.0"),
        Response(200, b'\n {"a": 1}\n', {"Content-Type": "text/plain"}),
    ],
)
def test_bodies_of_every_framing_are_read(response):
    with talking_to(Server(response)) as client:
        assert client.send("GET", "/").json == {"a": 1}
        assert client.send("GET", "/").json == {"a": 1}


@pytest.mark.parametrize(
    ("body", "got"),
    [
        (b"", "an empty body"),
        (b"\xff", "bytes that are not UTF-8"),
        (b"[NaN]", "NaN is not JSON"),
        (b"[" + b"9" * 5000 + b"]", "a number has too many digits to read"),
        (b"[" * 100_000, "nested too deep"),
        (b"<h1>", "'<h1>'"),
        (b"<h1>\x00", r"'<h1>\x00'"),
        ("\ufeff{}".encode(), "BOM"),
        (b"9" * 5000, "9999"),
    ],
)
def test_what_is_no_json_does_not_conform(body, got):
    with talking_to(Server(Response(200, body))) as client:
        answer = client.send("GET", "/")
        with pytest.raises(DoesNotConform) as failure:
            _ = answer.json

    assert failure.value.answer is answer
    assert got in failure.value.got


PLAIN = b'{"a": 1}'
UNREAD = re.compile("br|snappy|x-secret|base64")
GZIPPED = gzip.compress(PLAIN, mtime=0)  # or each worker would collect other tests


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", PLAIN),
        ("gzip", GZIPPED[:-1]),
        ("gzip", GZIPPED[:-8]),
        ("gzip", GZIPPED[:-8] + bytes(8)),
        ("gzip", GZIPPED + b"<!-- node 3 -->"),
        ("gzip", zlib.compress(PLAIN)),
        ("deflate", PLAIN),
        ("deflate", zlib.compress(PLAIN)[:-1]),
        ("deflate", zlib.compress(PLAIN) + b"x"),
        ("gzip, gzip", GZIPPED),
        ("br", PLAIN),
        ("zstd", PLAIN),
    ],
)
def test_body_that_is_not_in_its_coding_is_no_json(coding, body):
    with talking_to(Server(Response(200, body, {"content-encoding": coding}))) as client:
        answer = client.send("GET", "/")
        with pytest.raises(DoesNotConform, match="as its Content-Encoding says"):
            _ = answer.json


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("br", b"\x0b\x02\x80{}\x03"),
        ("snappy", b"\xff\x06"),
        ("x-secret", PLAIN),
        ("base64", PLAIN),
        ("utf-8, x-secret", PLAIN),
        ("x-secret, gzip", GZIPPED),
    ],
)
def test_coding_that_nobody_asked_for_is_inconclusive(coding, body):
    with talking_to(Server(Response(200, body, {"content-encoding": coding}))) as client:
        answer = client.send("GET", "/")
        with pytest.raises(
            Inconclusive, match=f"content coding {UNREAD.search(coding)[0]}, which cannot be read"
        ):
            _ = answer.json


def test_empty_body_is_in_any_coding():
    with talking_to(Server(Response(200, b"", {"content-encoding": "gzip"}))) as client:
        assert client.send("GET", "/").coding_fault is None

"""Every bad input, to both APIs: refused in the API's own envelope, at once, and without a trace."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from jsonschema_rs import Draft4Validator

import openapi
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, ask, bearer, request, token

ENVELOPES = {
    api: Draft4Validator({**openapi.load_contract(api), "$ref": "#/components/schemas/Error"})
    for api in openapi.api_names()
}


@dataclass(frozen=True)
class Request:
    """A request that is good until a case below spoils it."""

    method: str
    target: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        return request(self.method, self.target, self.headers, self.body)

    def having(self, **headers: str | None) -> Request:
        """Replace headers, or leave them out."""
        changed = {name.replace("_", "-"): value for name, value in headers.items()}
        kept = {name: value for name, value in {**self.headers, **changed}.items() if value is not None}
        return replace(self, headers=kept)

    def saying(self, body: bytes) -> Request:
        return replace(self, body=body)


def preference(name: str) -> Request:
    body = {"fanId": "12345", "category": "content", "preference": name, "value": "changed"}
    headers = {**bearer(token()), "Content-Type": "application/json"}
    return Request("POST", PREFERENCE, json.dumps(body).encode(), headers)


def category() -> Request:
    headers = {**bearer(KEY), "Content-Type": "application/json"}
    return Request("PATCH", CATEGORY, b'{"opt_out_channels": ["slack"]}', headers)


def within(good: Request, value: bytes) -> Request:
    """Put raw text where it would be kept: as one more member, in front."""
    return good.saying(b'{"more": ' + value + b", " + good.body[1:])


Spoil = Callable[[Request], Request]

BAD: dict[str, tuple[int, Spoil]] = {
    # credentials
    "no-credential": (401, lambda good: good.having(Authorization=None)),
    "empty-credential": (401, lambda good: good.having(Authorization="")),
    "wrong-credential": (401, lambda good: good.having(Authorization="Bearer wrong")),
    "credential-of-another-form": (401, lambda good: good.having(Authorization="Basic dTpw")),
    "scheme-without-credential": (401, lambda good: good.having(Authorization="Bearer ")),
    "credential-without-scheme": (
        401,
        lambda good: good.having(Authorization=good.headers["Authorization"].partition(" ")[2]),
    ),
    "credential-with-odd-bytes": (401, lambda good: good.having(Authorization="Bearer \xe9\xff.\xff.\xff")),
    "credential-of-60-kilobytes": (401, lambda good: good.having(Authorization="Bearer " + "a.b" * 20_000)),
    # media type
    "no-media-type": (415, lambda good: good.having(Content_Type=None)),
    "text": (415, lambda good: good.having(Content_Type="text/plain")),
    "form": (415, lambda good: good.having(Content_Type="application/x-www-form-urlencoded")),
    "json-with-a-suffix": (415, lambda good: good.having(Content_Type="application/vnd.api+json")),
    "empty-media-type": (415, lambda good: good.having(Content_Type="")),
    "nonsense-media-type": (415, lambda good: good.having(Content_Type=";;=\xff")),
    "utf-16-charset": (415, lambda good: good.having(Content_Type="application/json; charset=utf-16")),
    "unknown-charset": (415, lambda good: good.having(Content_Type="application/json; charset=bogus")),
    # body
    "empty-body": (400, lambda good: good.saying(b"")),
    "blank-body": (400, lambda good: good.saying(b" \r\n\t ")),
    "array": (400, lambda good: good.saying(b"[]")),
    "array-of-the-body": (400, lambda good: good.saying(b"[" + good.body + b"]")),
    "string": (400, lambda good: good.saying(b'"x"')),
    "number": (400, lambda good: good.saying(b"1")),
    "true": (400, lambda good: good.saying(b"true")),
    "null": (400, lambda good: good.saying(b"null")),
    "body-as-text": (400, lambda good: good.saying(json.dumps(good.body.decode()).encode())),
    "malformed": (400, lambda good: good.saying(good.body[:-1])),
    "two-bodies": (400, lambda good: good.saying(good.body + good.body)),
    "trailing-comma": (400, lambda good: good.saying(good.body[:-1] + b",}")),
    "comment": (400, lambda good: good.saying(b"/* */" + good.body)),
    "single-quotes": (400, lambda good: good.saying(good.body.replace(b'"', b"'"))),
    "form-in-json": (400, lambda good: good.saying(b"fanId=12345&category=content")),
    "leading-zero": (400, lambda good: within(good, b"01")),
    "plus": (400, lambda good: within(good, b"+1")),
    "raw-control-character": (400, lambda good: within(good, b'"\x01"')),
    "zero-byte": (400, lambda good: good.saying(b"\0" + good.body)),
    "bad-utf-8": (400, lambda good: within(good, b'"\xff"')),
    "overlong-utf-8": (400, lambda good: within(good, b'"\xc0\xaf"')),
    "surrogate-in-utf-8": (400, lambda good: within(good, b'"\xed\xa0\x80"')),
    "lone-surrogate": (400, lambda good: within(good, b'"\\ud800"')),
    "utf-16": (400, lambda good: good.saying(good.body.decode().encode("utf-16"))),
    "utf-16-without-mark": (400, lambda good: good.saying(good.body.decode().encode("utf-16-le"))),
    "utf-32": (400, lambda good: good.saying(good.body.decode().encode("utf-32"))),
    "two-byte-order-marks": (400, lambda good: good.saying(b"\xef\xbb\xbf" * 2 + good.body)),
    "byte-order-mark-alone": (400, lambda good: good.saying(b"\xef\xbb\xbf")),
    "duplicate-keys": (400, lambda good: good.saying(good.body[:-1] + b", " + good.body[1:])),
    "duplicate-keys-by-escape": (400, lambda good: within(good, b'{"a": 1, "\\u0061": 2}')),
    "duplicate-key-among-20000": (
        400,
        lambda good: within(good, b"{" + b",".join(b'"%d":0' % n for n in range(20_000)) + b',"19999":0}'),
    ),
    "nan": (400, lambda good: within(good, b"NaN")),
    "infinity": (400, lambda good: within(good, b"-Infinity")),
    "1e999": (400, lambda good: within(good, b"1e999")),
    "1e-400": (400, lambda good: within(good, b"1e-400")),
    "huge-exponent": (400, lambda good: within(good, b"1e" + b"9" * 1000)),
    "5000-digits": (400, lambda good: within(good, b"9" * 5000)),
    "5000-decimals": (400, lambda good: within(good, b"0." + b"1" * 5000)),
    "1000-levels": (400, lambda good: within(good, b"[" * 1000 + b"]" * 1000)),
    "1000-levels-of-objects": (400, lambda good: within(good, b'{"a":' * 1000 + b"1" + b"}" * 1000)),
    "100000-open-brackets": (400, lambda good: within(good, b"[" * 100_000)),
    "2-megabytes": (413, lambda good: within(good, b'"' + b"x" * 2_000_000 + b'"')),
    "2-megabytes-of-nothing": (413, lambda good: good.saying(good.body + b" " * 2_000_000)),
    # path and method
    "unknown-path": (404, lambda good: replace(good, target=good.target[:8] + "/nothing")),
    "path-too-short": (404, lambda good: replace(good, target="/".join(good.target.split("/")[:3]))),
    "path-too-long": (404, lambda good: replace(good, target=good.target + "/more")),
    "path-in-capitals": (404, lambda good: replace(good, target=good.target.upper())),
    "two-trailing-slashes": (404, lambda good: replace(good, target=good.target + "//")),
    "two-leading-slashes": (404, lambda good: replace(good, target="/" + good.target)),
    "dot-segments": (404, lambda good: replace(good, target="/.." + good.target)),
    "dot-segment-inside": (404, lambda good: replace(good, target="/x/.." + good.target)),
    "encoded-slashes": (404, lambda good: replace(good, target="/" + good.target[1:].replace("/", "%2F"))),
    "percent-nonsense": (404, lambda good: replace(good, target="/%zz%ff%" + good.target)),
    "path-of-50-kilobytes": (404, lambda good: replace(good, target=good.target + "/a" * 25_000)),
    "path-of-100-kilobytes": (414, lambda good: replace(good, target=good.target + "/a" * 50_000)),
    **{
        f"method-{method}": (405, lambda good, method=method: replace(good, method=method))
        for method in ("PUT", "DELETE", "OPTIONS", "PROPFIND")
    },
    "unknown-method": (400, lambda good: replace(good, method="BREW")),
    "lower-case-method": (400, lambda good: replace(good, method=good.method.lower())),
    # HTTP
    "control-character-in-a-header": (400, lambda good: good.having(X_Odd="a\x01b")),
    "length-that-is-no-number": (400, lambda good: good.having(Content_Length="many").saying(b"")),
    "negative-length": (400, lambda good: good.having(Content_Length="-1").saying(b"")),
    "space-in-the-path": (400, lambda good: replace(good, target=good.target + " x")),
}

# What only one of the two can get wrong.
BAD_PREFERENCE: dict[str, tuple[int, Spoil]] = {
    "method-GET": (405, lambda good: replace(good, method="GET")),
    "nothing-required": (400, lambda good: good.saying(b"{}")),
    "fan-is-a-number": (400, lambda good: good.saying(good.body.replace(b'"12345"', b"12345"))),
    "category-is-an-array": (400, lambda good: good.saying(good.body.replace(b'"content"', b"[]"))),
    "category-is-empty": (400, lambda good: good.saying(good.body.replace(b'"content"', b'""'))),
    "expired-token": (401, lambda good: good.having(**bearer(token(exp=1)))),
    "token-of-another-role": (403, lambda good: good.having(**bearer(token(role="anon")))),
    "unknown-fan": (404, lambda good: good.saying(good.body.replace(b"12345", b"99999"))),
}
BAD_CATEGORY: dict[str, tuple[int, Spoil]] = {
    "unknown-preference": (400, lambda good: within(good, b'0, "preference": "maybe"')),
    "channels-are-text": (400, lambda good: good.saying(b'{"opt_out_channels": "slack"}')),
    "unknown-channel": (400, lambda good: good.saying(b'{"opt_out_channels": ["slack", "pigeon"]}')),
    "200000-bad-channels": (
        413,
        lambda good: good.saying(b'{"opt_out_channels": [' + b"1, " * 400_000 + b"1]}"),
    ),
    "100000-bad-channels": (
        400,
        lambda good: good.saying(b'{"opt_out_channels": [' + b"1, " * 100_000 + b"1]}"),
    ),
    "read-only-key": (403, lambda good: good.having(**bearer("SS.local-read-only-key"))),
    "unknown-object": (404, lambda good: replace(good, target=good.target.replace("engineering", "nobody"))),
    "unknown-tenant": (404, lambda good: replace(good, target=good.target + "?tenant_id=nobody")),
}


def refused(url: str, spoiled: Request, api: str, status: int) -> dict[str, Any]:
    """Send what is refused; the answer is the envelope of *api*, and it comes within the second."""
    began = time.monotonic()
    answer = ask(url, spoiled.bytes(), spoiled.method)
    seconds = time.monotonic() - began

    assert answer.status == status, answer.content[:500]
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == "*"
    body = answer.json()
    assert [error.message for error in ENVELOPES[api].iter_errors(body)] == []
    assert len(answer.content) < 50_000
    assert seconds < 1
    return body


@pytest.mark.parametrize(
    ("status", "spoil"), [*BAD.values(), *BAD_PREFERENCE.values()], ids=[*BAD, *BAD_PREFERENCE]
)
def test_bad_preference_is_refused_and_changes_nothing(url, status, spoil):
    good = preference(f"preference_{uuid.uuid4().hex}")

    refused(url, spoil(good), "onlyautomator", status)

    data = ask(url, good.bytes()).json()["data"]
    assert data["createdAt"] == data["updatedAt"]


@pytest.mark.parametrize(
    ("status", "spoil"), [*BAD.values(), *BAD_CATEGORY.values()], ids=[*BAD, *BAD_CATEGORY]
)
def test_bad_category_preference_is_refused_and_changes_nothing(default_caller, url, status, spoil):
    default_caller.channels({"opt_out_channels": ["email"]})

    refused(url, spoil(category()), "suprsend", status)

    after = default_caller.channels({"opt_in_channels": []})
    assert after == {"email": "opt_out", "ms_teams": "opt_in", "slack": "opt_in"}


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "Application/JSON", "application/json;charset=UTF-8", 'application/json ; charset="utf-8"',
     "application/json; charset=us-ascii", "application/json;", "application/json; profile=x"],
)  # fmt: skip
def test_json_is_known_by_every_spelling_of_its_name(url, media_type):
    for good in (preference(f"preference_{uuid.uuid4().hex}"), category()):
        assert ask(url, good.having(Content_Type=media_type).bytes()).status in (200, 202)


def test_white_space_around_a_body_is_no_fault(url):
    good = preference(f"preference_{uuid.uuid4().hex}")

    assert ask(url, good.saying(b"\r\n\t " + good.body + b" \n").bytes()).status == 200


def test_byte_order_mark_before_a_body_is_passed_over(url):
    """RFC 8259 lets a reader do so, and curl sends one from a file that a tool of Windows wrote."""
    for good in (preference(f"preference_{uuid.uuid4().hex}"), category()):
        assert ask(url, good.saying(b"\xef\xbb\xbf" + good.body).bytes()).status in (200, 202)


def test_body_in_utf_16_is_called_so(url):
    good = preference("anything")

    answer = ask(url, good.saying(good.body.decode().encode("utf-16")).bytes())

    assert answer.json()["error"]["message"] == "the body is UTF-16, not UTF-8"

"""Errors: the document shows none, so these are other pages' words, save that a server does not fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from conformance.apis.suprsend import Api
from conformance.apis.suprsend.category import shown
from conformance.apis.suprsend.test_authorizations import with_wrong_key, without_key
from conformance.apis.suprsend.test_path_parameters import unknown_category
from conformance.client import Answer
from conformance.oracle import DoesNotConform, Inconclusive, NotTested, expect, observe

ORDER = 1

HOSTILE = {
    "1,000 levels": b'{"opt_out_channels": ' + b"[" * 1000 + b"]" * 1000 + b"}",
    "5,000 digits": b'{"preference": ' + b"9" * 5000 + b"}",
    "1e999": b'{"preference": 1e999}',
    "NaN": b'{"preference": NaN}',
    "bytes that are not UTF-8": b'{"preference": "opt_in", "note": "\xff\xfe"}',
    "a lone surrogate": b'{"preference": "opt_in", "note": "\\ud800"}',
    "NUL": b'{"preference": "opt_in", "opt_out_channels": ["\\u0000"]}',
    "UTF-16": '{"preference": "opt_in"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"preference": "opt_in"}',
    "a member twice": b'{"preference": "opt_out", "preference": "opt_in"}',
    "text behind it": b'{"preference": "opt_in"} text',
    "100 kB": b'{"preference": "opt_in", "note": "' + b"x" * 100_000 + b'"}',
}


def hostile(api: Api) -> Sequence[Answer]:
    """Send bodies that servers stumble over."""
    api.run.mode.want_full("what servers stumble over")
    return api.client.once("hostile", lambda: [api.write(content=body) for body in HOSTILE.values()])


def written(api: Api) -> Sequence[Answer]:
    """Return every answer of the run so far, but to GET, which no server has to know."""
    return [answer for answer in api.client.answers if answer.exchange.method == "PATCH"]


def errors(api: Api) -> Sequence[Answer]:
    """Return every refusal of the run so far, at least those of a missing and a wrong key."""
    provoked = (without_key(api), with_wrong_key(api), unknown_category(api))
    seen = dict.fromkeys(id(answer) for answer in api.client.answers)
    refused = [answer for answer in written(api) if 400 <= answer.status < 500]
    refused += [answer for answer in provoked if id(answer) not in seen and not answer.ok]
    if not refused:
        raise Inconclusive("nothing was refused")
    return refused


def error_bodies(api: Api) -> Iterator[tuple[dict[str, Any], Answer]]:
    """Yield every error that is a JSON object."""
    found = [(body, answer) for answer in errors(api) if (body := error_body(answer)) is not None]
    if not found:
        raise Inconclusive("no error is a JSON object")
    yield from found


def error_body(answer: Answer) -> dict[str, Any] | None:
    """Return an error's body if it is a JSON object."""
    try:
        body = answer.json
    except DoesNotConform:
        return None
    return body if isinstance(body, dict) else None


def test_hostile_bodies(api: Api) -> None:
    """OBSERVED what bodies that servers stumble over are answered. (suprsend: Body)"""
    given = [f"{name} {answer.status}" for name, answer in zip(HOSTILE, hostile(api), strict=True)]
    observe(", ".join(given))


def test_no_server_error(api: Api) -> None:
    """MUST not answer a 5xx to anything that is sent. (suprsend: Response)"""
    with suppress(NotTested):
        hostile(api)
    for answer in written(api):
        expect(answer.status < 500 or answer.status == 503, "no 5xx", f"status {answer.status}", answer)


def test_error_is_json(api: Api) -> None:
    """SHOULD answer errors as a JSON object, labelled as JSON. (suprsend: API specification)"""
    for answer in errors(api):
        expect(error_body(answer) is not None, "a JSON object", answer.text[:80], answer)
        expect(answer.is_labelled_json, "application/json", answer.media_type or "no content-type", answer)


def test_error_code(api: Api) -> None:
    """SHOULD answer an integer code in errors. (suprsend: API specification)"""
    for body, answer in error_bodies(api):
        expect(type(body.get("code")) is int, "code: an integer", shown(body.get("code")), answer)


def test_error_code_is_the_status(api: Api) -> None:
    """SHOULD answer the status as the code of errors. (suprsend: API specification)"""
    for body, answer in error_bodies(api):
        if type(body.get("code")) is int:
            expect(body["code"] == answer.status, f"code {answer.status}", shown(body["code"]), answer)


def test_error_message(api: Api) -> None:
    """SHOULD say something in the message of errors, which official clients print. (suprsend: official clients)"""
    for body, answer in error_bodies(api):
        message = body.get("message")
        expect(isinstance(message, str) and message.strip() != "", "message: a text", shown(message), answer)

"""A call as the journal's stream holds it: what the process that answered it knew, so that another one can show it.

The bodies stand beside the rest as they are, since JSON makes some bytes six times as long.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from mockserver.http import exact_json
from mockserver.http.headers import RequestHeaders
from mockserver.http.problems import Violation
from mockserver.http.response import Response
from mockserver.session.journal import Call, Entry
from mockserver.simulation.faults import Effect

# Finds the header lines parsed.
ParseHeaders = Callable[[Iterable[tuple[bytes, bytes]]], RequestHeaders]


class StoredCall(NamedTuple):
    """A call as it is stored.

    call: in JSON, but for the bodies. content: the request's body. answer: the response's.
    """

    call: bytes
    content: bytes
    answer: bytes


class StoredOperation(NamedTuple):
    """An operation as far as an entry names it."""

    api: str
    name: str


def encode_call(call: Call) -> StoredCall:
    """Write a call."""
    request, response, at_s, duration_s, operation, violations, near_miss, effect = call
    written = [
        at_s,
        duration_s,
        operation and [operation.api, operation.name],
        request.method,
        request.path,
        _to_text(request.query),
        [[_to_text(name), _to_text(value)] for name, value in request.headers.lines],
        request.content is not None,
        response and [response.status, _to_text(response.head)],
        violations,
        near_miss,
        effect and effect.names,
    ]
    answer = response.content if response else b""
    return StoredCall(exact_json.dumps(written), request.content or b"", answer)


def decode_call(entry_id: bytes, session: str, fields: Any, parse_headers: ParseHeaders) -> Entry | None:
    """Read an entry of the stream; None of the one that says that the journal was emptied."""
    stored = _read_fields(fields)
    if stored is None:
        return None
    (
        at_s,
        duration_s,
        operation,
        method,
        path,
        query,
        lines,
        has_content,
        answered,
        violations,
        near_miss,
        names,
    ) = json.loads(stored.call)
    return Entry(
        call_number(entry_id),
        session,
        at_s,
        duration_s,
        StoredOperation(*operation) if operation else None,
        method,
        path,
        _to_bytes(query),
        parse_headers((_to_bytes(name), _to_bytes(value)) for name, value in lines),
        stored.content if has_content else None,
        answered and Response(answered[0], _to_bytes(answered[1]), stored.answer),
        [Violation(*violation) for violation in violations],
        near_miss,
        names and Effect(names=tuple(names)),
    )


def call_number(entry_id: bytes) -> int:
    """Tell the number of a call by the id of its entry in the stream."""
    return int(entry_id.partition(b"-")[0])


def call_size(fields: Any) -> int:
    """Tell how many bytes an entry of the stream holds."""
    return sum(map(len, fields[1::2]))


def _read_fields(fields: Any) -> StoredCall | None:
    """Read the names and values of an entry, which come in turns."""
    return StoredCall(*fields[1::2]) if fields[0] == b"call" else None


def _to_text(content: bytes) -> str:
    return content.decode("latin-1")


def _to_bytes(text: str) -> bytes:
    return text.encode("latin-1")

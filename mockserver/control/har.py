"""A journal as an HTTP archive (HAR 1.2)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any
from urllib.parse import parse_qsl

import harfile

from mockserver.http.problems import reason_phrase
from mockserver.session.journal import Entry


def build_archive(entries: Iterable[Entry], url: str) -> bytes:
    """Write an HTTP archive of the calls; *url* is the server's address as the caller knows it."""
    # harfile writes to a file, and nothing else.
    text = io.StringIO()
    with harfile.open(
        text, creator=harfile.Creator(name="mockserver", version=version("preference-api-testbench"))
    ) as file:
        for entry in entries:
            document = entry.document()
            file.add_entry(
                startedDateTime=document["at"],
                time=document["duration_ms"],
                request=_convert_request(entry, document["request"], url),
                response=_convert_response(entry, document["response"]),
                timings=harfile.Timings(send=0, wait=document["duration_ms"], receive=0),
            )
    return text.getvalue().encode()


def _convert_request(entry: Entry, request: dict[str, Any], url: str) -> harfile.Request:
    content = entry.content or b""
    query = f"?{request['query']}" if request["query"] else ""
    posted = None
    if content:
        text = entry.headers.secrets.redact_content(content, entry.media_type)
        posted = harfile.PostData(mimeType=entry.media_type, text=text)
    return harfile.Request(
        method=request["method"],
        url=f"{url}{request['path']}{query}",
        httpVersion="HTTP/1.1",
        headers=_convert_pairs(request["headers"].items()),
        queryString=_convert_pairs(parse_qsl(request["query"], keep_blank_values=True)),
        postData=posted,
        bodySize=len(content),
    )


def _convert_response(entry: Entry, shown: dict[str, Any] | None) -> harfile.Response:
    response = entry.response
    if response is None or shown is None:  # the connection was broken on purpose
        return harfile.Response(
            status=0, statusText="", httpVersion="HTTP/1.1", headers=[], content=harfile.Content()
        )
    headers, size = shown["headers"], len(response.content)
    media_type = headers.get("content-type", "")
    text = entry.headers.secrets.redact_content(response.content, media_type)
    return harfile.Response(
        status=response.status,
        statusText=reason_phrase(response.status),
        httpVersion="HTTP/1.1",
        headers=_convert_pairs(headers.items()),
        content=harfile.Content(size=size, mimeType=media_type, text=text),
        bodySize=size,
    )


def _convert_pairs(pairs: Iterable[tuple[str, str]]) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in pairs]

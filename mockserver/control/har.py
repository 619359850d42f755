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
                request=_convert_request(document["request"], url, entry.content or b""),
                response=_convert_response(entry),
                timings=harfile.Timings(send=0, wait=document["duration_ms"], receive=0),
            )
    return text.getvalue().encode()


def _convert_request(request: dict[str, Any], url: str, content: bytes) -> harfile.Request:
    query = f"?{request['query']}" if request["query"] else ""
    posted = None
    if content:
        media_type = request["headers"].get("content-type", "")
        posted = harfile.PostData(mimeType=media_type, text=content.decode(errors="replace"))
    return harfile.Request(
        method=request["method"],
        url=f"{url}{request['path']}{query}",
        httpVersion="HTTP/1.1",
        headers=_convert_pairs(request["headers"].items()),
        queryString=_convert_pairs(parse_qsl(request["query"], keep_blank_values=True)),
        postData=posted,
        bodySize=len(content),
    )


def _convert_response(entry: Entry) -> harfile.Response:
    response = entry.response
    if response is None:  # the connection was broken on purpose
        return harfile.Response(
            status=0, statusText="", httpVersion="HTTP/1.1", headers=[], content=harfile.Content()
        )
    headers = {name.decode(): value.decode("latin-1") for name, value in response.headers()}
    text, size = response.content.decode(errors="replace"), len(response.content)
    return harfile.Response(
        status=response.status,
        statusText=reason_phrase(response.status),
        httpVersion="HTTP/1.1",
        headers=_convert_pairs(headers.items()),
        content=harfile.Content(size=size, mimeType=headers.get("content-type", ""), text=text),
        bodySize=size,
    )


def _convert_pairs(pairs: Iterable[tuple[str, str]]) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in pairs]

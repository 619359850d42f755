"""requests.har: every exchange of a run, for a browser's developer tools (HAR 1.2)."""

from __future__ import annotations

import io
from collections.abc import Iterable
from http import HTTPStatus
from typing import BinaryIO

import harfile

from conformance import DISTRIBUTION, suite_version
from conformance.http.evidence import Exchange

_HTTP = "HTTP/1.1"


def write_har(exchanges: Iterable[Exchange], stream: BinaryIO) -> None:
    """Write the archive: in the order in which they started, redacted and cut to size as in all evidence."""
    text = io.TextIOWrapper(stream, encoding="utf-8", write_through=True)
    creator = harfile.Creator(name=f"{DISTRIBUTION} conformance", version=suite_version())
    with harfile.open(text, creator=creator) as file:
        for one in sorted(exchanges, key=lambda one: one.started_at):
            # Nothing finer is measured than the whole exchange, so all of it counts as waiting.
            took_ms = round(one.seconds * 1000, 3)
            file.add_entry(
                startedDateTime=one.started_at,
                time=took_ms,
                request=_convert_request(one),
                response=_convert_response(one),
                timings=harfile.Timings(send=0, wait=took_ms, receive=0),
                comment=_describe_end(one),
            )
            one.forget_rendered()
    text.write("\n")
    text.detach()


def _describe_end(one: Exchange) -> str | None:
    """Say what is to be known of an exchange beside its answer."""
    if one.was_sent_again:
        return f"{one.error}; sent again"
    if one.may_be_second:
        return "sent again; the request may have been carried out twice"
    return one.error


def _convert_request(one: Exchange) -> harfile.Request:
    media_type = one.headers.get("content-type", "")
    return harfile.Request(
        method=one.method,
        url=one.url,
        httpVersion=_HTTP,
        headers=_convert_pairs(one.headers.items()),
        queryString=_convert_pairs(one.query),
        postData=harfile.PostData(mimeType=media_type, text=one.body) if one.body else None,
        bodySize=one.size_bytes,
    )


def _convert_response(one: Exchange) -> harfile.Response:
    headers = one.response_headers
    media_type = headers.get("content-type", "")
    return harfile.Response(
        status=one.status or 0,  # as browsers say that no answer came
        statusText=HTTPStatus(one.status).phrase if one.status in set(HTTPStatus) else "",
        httpVersion=_HTTP,
        headers=_convert_pairs(headers.items()),
        content=harfile.Content(size=one.response_size_bytes, mimeType=media_type, text=one.response_body),
        redirectURL=headers.get("location", ""),
        bodySize=one.response_size_bytes if one.status else -1,
    )


def _convert_pairs(pairs: Iterable[tuple[str, str]]) -> list[harfile.Record]:
    return [harfile.Record(name=name, value=value) for name, value in pairs]

"""What the target answered to one request."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from conformance.assertions.outcome import DoesNotConform, Inconclusive
from conformance.http.evidence import Exchange
from conformance.http.pacing import parse_http_date
from conformance.http.transport.body_store import NOT_PARSED
from openapi.media_type import bare_media_type, is_json

_LARGEST_VALUE = 150 * 1024 * 1024
_SIZES = {b",": 36, b":": 100, b"[": 64, b"{": 64}  # bytes of memory that what stands beside each may take
_LARGEST_SHARE = 1 + max(_SIZES.values())


@dataclass(frozen=True)
class Response:
    """What the target sent back.

    *headers* takes names in any case. *sent_at* and *received_at* are monotonic seconds. *exchange* is the same as
    evidence, without credentials.
    coding_fault, unread_coding: why it is not, in words, if the encoding is false or one that we cannot undo.
    """

    status: int
    headers: Mapping[str, str]
    sent_at: float
    received_at: float
    exchange: Exchange
    coding_fault: str | None = None
    unread_coding: str | None = None

    @property
    def ok(self) -> bool:
        """Whether the status is a 2xx."""
        return 200 <= self.status < 300

    @property
    def content(self) -> bytes:
        """The body after its content-encoding."""
        return self.exchange.answer_body.read()

    @property
    def text(self) -> str:
        """The body as text, for showing."""
        return self.content.decode("utf-8", "replace")

    @cached_property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty if none was named."""
        return bare_media_type(self.headers.get("content-type", ""))

    @property
    def is_labelled_json(self) -> bool:
        """Whether the media type is JSON: its own, or one that is built on it."""
        return self.media_type == "text/json" or is_json(self.media_type)

    @property
    def is_page(self) -> bool:
        """Whether it is a web page, by its label or, without one, by how it begins."""
        if self.media_type:
            return self.media_type in ("text/html", "application/xhtml+xml")
        return self.content.lstrip().startswith(b"<")

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON, whatever its label says."""
        return not isinstance(self._parsed_json, DoesNotConform | Inconclusive)

    @property
    def local_date(self) -> datetime:
        """The date at which it came, by the clock here."""
        return datetime.now(UTC) - timedelta(seconds=time.monotonic() - self.received_at)

    @property
    def date(self) -> datetime | None:
        """What the target's own clock says in the header Date; None if it is missing or no date."""
        return parse_http_date(self.headers.get("date", ""))

    @property
    def json(self) -> Any:
        """The body as JSON; raises DoesNotConform if it is none, and Inconclusive if it cannot be read here."""
        parsed = self.exchange.answer_body.value
        if parsed is NOT_PARSED:  # for most it is there, and it is asked for thousands of times in a run
            parsed = self._parsed_json
        if not isinstance(parsed, Exception):
            return parsed
        if isinstance(parsed, Inconclusive):
            raise Inconclusive(str(parsed))
        if isinstance(parsed, DoesNotConform):
            raise DoesNotConform(parsed.expected, parsed.got, self)
        return parsed

    @property
    def _parsed_json(self) -> Any:
        if (value := self.exchange.answer_body.value) is not NOT_PARSED:
            return value
        if self.unread_coding:
            return Inconclusive(describe_unread_coding(self))
        if self.coding_fault:
            return DoesNotConform("a JSON body", self.coding_fault)
        return self.exchange.answer_body.parse(self._parse_body)

    def _parse_body(self, content: bytes) -> Any:
        """Return the value of a JSON text, or the outcome that says why there is none."""
        if not self.exchange.answer_body.was_parsed and _estimate_size(content) > _LARGEST_VALUE:
            return Inconclusive(f"a body of {len(content)} bytes that has too many values to be read here")
        try:
            return _read_json(content.decode("utf-8"))
        except UnicodeDecodeError:
            return DoesNotConform("a JSON body", "bytes that are not UTF-8")
        except RecursionError:
            return DoesNotConform("a JSON body", "one that is nested too deep to read")
        except ValueError as error:
            start = self.exchange.show_words(self.text.strip())
            # What else json.loads raises is Python's own limit on the digits of a number.
            is_explained = isinstance(error, (json.JSONDecodeError, _NotJson))
            why = str(error) if is_explained else "a number has too many digits to read"
            # Not its repr: what it escapes is escaped already.
            return DoesNotConform("a JSON body", f"'{start}' ({why})" if start else "an empty body")


def _estimate_size(content: bytes) -> int:
    """Return how many bytes of memory the values of a JSON text may take at most, which can be thirty times its own."""
    if len(content) * _LARGEST_SHARE <= _LARGEST_VALUE:
        return len(content) * _LARGEST_SHARE  # small enough whatever is in it, so that nobody has to count
    return len(content) + sum(content.count(mark) * size for mark, size in _SIZES.items())


def describe_unread_coding(response: Response) -> str:
    """Say that a body is in a coding that cannot be read, and what to do."""
    coding = response.exchange.show_words(response.unread_coding or "")
    return (
        f"the body is in the content coding {coding}, which cannot be read here "
        "and was not asked for; let the server heed Accept-Encoding, which names gzip and deflate"
    )


def _read_json(text: str) -> Any:
    if text.startswith("\ufeff"):
        return json.loads(text)  # which has words of its own for a byte order mark
    return _DECODER.decode(text)


class _NotJson(ValueError):
    """NaN or Infinity, which Python reads and JSON does not have."""


def _refuse_constant(constant: str) -> Any:
    raise _NotJson(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)  # json.loads would make one for every body

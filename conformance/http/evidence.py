"""One request and what came back, without credentials and cut to size: the evidence of a verdict."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.assertions.json_lines import TooDeep, mark_lines
from conformance.assertions.member import Member, render_pointer
from conformance.http.connection import Request
from conformance.http.foreign_text import LONGEST_LINE, LONGEST_QUOTE, escape_controls
from conformance.http.redaction import MASK, Redaction
from conformance.http.transport.body_store import BodyStore

if TYPE_CHECKING:
    from conformance.http.connection import RawResponse

LONGEST_BODY = 4096
STEPS = "steps"  # the folder beside a report that keeps what no line can
# curl sets these itself; its values of Accept and the like matter no more than ours.
_HEADERS_OF_THE_CLIENT = {"host", "accept", "accept-encoding", "user-agent", "content-length", "connection"}
_LONGEST_IN_LINE = 4 * LONGEST_BODY  # bytes of a body
_LONGEST_CURL = 1000  # where it is one line among others: pasted whole or not at all
_LONGEST_PARSED = 1024 * 1024  # bytes; what is larger is not worth the time that its lines take
_LINES_AROUND = 8


class Exchange:
    """What a report shows of one exchange, rendered when it is asked for: most are never shown.

    request: as it was sent. response: as it came, or None if none came; *error* says why. seconds: from the first
    byte sent until now, when all is over. was_raced: whether others were sent at the same time. was_sent_again: whether
    the request was tried once more, so that this shows nothing. may_be_second: whether it may have been carried out
    before, by a try whose answer did not come whole. size_bytes, response_size_bytes: of the whole bodies, which
    *bodies* keeps. manner: how it was sent, if in a way that *curl* does not repeat.
    """

    def __init__(
        self,
        request: Request,
        redaction: Redaction,
        response: RawResponse | None = None,
        error: str | None = None,
        seconds: float = 0.0,
        manner: str = "",
        bodies: BodyStore | None = None,
    ) -> None:
        store = bodies or BodyStore()
        self.method = request.method
        self.status = None if response is None else response.status
        self.error = error
        self.started_at = datetime.now(UTC) - timedelta(seconds=seconds)
        self.seconds = seconds
        self.manner = manner
        self.was_raced = self.was_sent_again = self.may_be_second = False
        self.size_bytes = len(request.content)
        self.response_size_bytes = len(response.content) if response else 0
        self.answer_body = store.keep(response.content if response else b"")
        self._body = store.keep(request.content)
        self._url, self._headers = request.url, request.headers
        self._response_headers = response.headers if response else None
        self._redaction = redaction

    @cached_property
    def url(self) -> str:
        """The address that was asked, without credentials."""
        return self._redaction(str(self._url))

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The decoded parameters of the address, without credentials."""
        parameters = self._url.params.multi_items()
        return [(self._redaction.show(name), self._redaction.show(value)) for name, value in parameters]

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The request's headers, without credentials."""
        return render_headers(self._headers.multi_items(), self._redaction)

    @cached_property
    def body(self) -> str | None:
        """The request's body, cut to size; None if it had none."""
        content = self.content
        return self._redaction.show_bytes(content, LONGEST_BODY) if content else None

    @property
    def sent_json(self) -> Any:
        """The request's whole body as JSON, with credentials and all; None if it is none that can be read."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError):
            return None

    @property
    def answered_json(self) -> Any:
        """The whole body of the response as JSON, with credentials and all; None if it is none that can be read."""
        try:
            return json.loads(self.answer_body.read()) if self.answer_body.size else None
        except (ValueError, RecursionError):
            return None

    @property
    def path(self) -> str:
        """The path that was asked, decoded, with credentials and all."""
        return self._url.path

    def is_same_read(self, other: Exchange) -> bool:
        """Tell whether both are one GET, with one answer."""
        sizes = (self.response_size_bytes, other.response_size_bytes)
        return (
            self.method == other.method == "GET"
            and (self._url, self._headers, self.status) == (other._url, other._headers, other.status)
            and sizes[0] == sizes[1]
            and self.answer_body.read() == other.answer_body.read()
        )

    def forget_rendered(self) -> None:
        """Give up what was rendered, of which a run of thousands has too much; it is rendered again when asked for."""
        for name in ("url", "query", "headers", "body", "curl", "response_headers", "response_body"):
            vars(self).pop(name, None)

    def rebuild_request(self) -> Request:
        """Make the request again as it was sent, with credentials and all."""
        return Request(self.method, self._url, self._headers, self.content)

    @cached_property
    def curl(self) -> str:
        """The command that repeats the request, with a comment on what it cannot repeat."""
        headers = self._headers.multi_items()
        line = render_curl(self.method, str(self._url), headers, self.content, self._redaction)
        return f"{line}  # {self.manner}" if self.manner else line

    @property
    def content(self) -> bytes:
        """The request's body as it was sent, which may hold a credential unless it is a kept one."""
        return self._body.read()

    def show_words(self, text: str) -> str:
        """Return *text*, which is of the answer, as it may be shown in a sentence."""
        return self._redaction.show(text, LONGEST_QUOTE)

    @property
    def kept_body(self) -> str | None:
        """The name of the file that keeps the request's body, if no line can hold it; None also for a credential."""
        return _name_kept_body(self.content, self._redaction)

    def shorten_curl(self, has_reports: bool = True) -> str:
        """Return the same, or where the whole is, if it is too long for a line among others.

        has_reports: whether the run writes reports, with a body that no line can hold beside them.
        """
        if len(self.curl) <= _LONGEST_CURL and (has_reports or not self.kept_body):
            return self.curl
        if has_reports:
            return f"see the curl line in report.json ({len(self.curl)} characters)"
        return f"conformance run --report-dir DIR keeps the curl line and its body of {self.size_bytes} bytes"

    @property
    def has_cut_answer(self) -> bool:
        """Whether *response_body* is less than the body that came."""
        return self.response_size_bytes > LONGEST_BODY

    @property
    def whole_answer(self) -> bytes:
        """The body of the response, without credentials; empty if none came."""
        text = self.answer_body.read().decode("utf-8", "surrogateescape")
        return self._redaction(text).encode("utf-8", "surrogateescape")

    def render_excerpt(self, member: Member) -> str | None:
        """Show the lines around a *member* of a body that is cut, its own after a >; None if it is whole or no JSON."""
        if not self.has_cut_answer or not member or self.response_size_bytes > _LONGEST_PARSED:
            return None
        try:
            lines = mark_lines(self.answered_json, render_pointer(member))
        except TooDeep:
            return None
        marked = [number for number, (_, is_marked) in enumerate(lines) if is_marked]
        if not marked:
            return None
        first, last = (
            max(0, marked[0] - _LINES_AROUND),
            min(marked[-1], marked[0] + _LINES_AROUND) + _LINES_AROUND,
        )
        shown = [
            f"{'>' if is_marked else ' '} {self._redaction.show(text, LONGEST_LINE)}"
            for text, is_marked in lines[first : last + 1]
        ]
        return "\n".join([f"lines {first + 1} to {first + len(shown)} of {len(lines)}", *shown])

    @cached_property
    def response_headers(self) -> Mapping[str, str]:
        """The response's headers, without credentials; empty if none came."""
        headers = self._response_headers
        return render_headers(headers.multi_items(), self._redaction) if headers is not None else {}

    @cached_property
    def response_body(self) -> str:
        """The response's body, cut to size; empty if none came."""
        return self._redaction.show_bytes(self.answer_body.read(), LONGEST_BODY)

    def as_json(self, expected: str | None = None, got: str | None = None) -> dict[str, Any]:
        """Return one item of a report's evidence."""
        response = {
            "status": self.status,
            "headers": dict(self.response_headers),
            "body": self.response_body,
        }
        return {
            "request": {
                "method": self.method,
                "url": self.url,
                "headers": dict(self.headers),
                "body": self.body,
            },
            "response": response if self.status is not None else None,
            "expected": expected,
            "got": got or self.error,
            "curl": self.curl,
        }


def render_headers(headers: Iterable[tuple[str, str]], redaction: Redaction) -> dict[str, str]:
    """Show headers without credentials; repeated ones are joined."""
    shown: dict[str, str] = {}
    for name, value in headers:
        title, clean = redaction.show(name), redaction.show_header(name, value, LONGEST_BODY)
        shown[title] = f"{shown[title]}, {clean}" if title in shown else clean
    return shown


def render_curl(
    method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes | None, redaction: Redaction
) -> str:
    """Write the command that repeats the request, with the credential taken from the environment."""
    words = ["curl", "-sS", "-i", "-X", method, redaction.quote_for_shell(url)]
    if _has_dot_segment(url):
        words.insert(3, "--path-as-is")  # or curl leaves them out
    headers = list(headers)
    if body and "content-type" not in {name.lower() for name, _ in headers}:
        words += ["-H", "'Content-Type:'"]  # or curl adds the one of forms
    for name, value in headers:
        if name.lower() not in _HEADERS_OF_THE_CLIENT:
            shown = MASK if redaction.redact_header(name, value) == MASK else value
            # "Name;" is how curl sends a header without a value.
            words += ["-H", redaction.quote_for_shell(f"{name}: {shown}" if shown else f"{name};")]
    if not body:
        return " ".join(words)
    if file := _name_kept_body(body, redaction):
        note = f"# {len(body)} bytes, which the folder of the reports keeps if the requirement failed"
        return " ".join([*words, f"--data-binary @{STEPS}/{file}  {note}"])
    if len(body) > _LONGEST_IN_LINE:
        note = f"# body: a file with the {len(body)} bytes that were sent; they hold a credential, so none is kept"
        return " ".join([*words, f"--data-binary @body  {note}"])
    if _can_be_quoted(body):
        return " ".join([*words, "--data-binary", redaction.quote_for_shell(body.decode())])
    if redaction(text := body.decode("utf-8", "backslashreplace")) != text:
        return " ".join([*words, f"--data-binary @body  # {len(body)} bytes that hold a credential"])
    # Bytes that no shell can quote: printf of every shell knows octal escapes, and few know others.
    octal = "".join(f"\\{byte:03o}" for byte in body)
    return f"printf '{octal}' | " + " ".join([*words, "--data-binary @-"])


def _has_dot_segment(url: str) -> bool:
    segments = urlsplit(url).path.lower().replace("%2e", ".").split("/")
    return "." in segments or ".." in segments


def _name_kept_body(body: bytes, redaction: Redaction) -> str | None:
    if len(body) <= _LONGEST_IN_LINE:
        return None
    text = body.decode("utf-8", "backslashreplace")
    return f"{hashlib.sha256(body).hexdigest()[:12]}.body" if redaction(text) == text else None


def _can_be_quoted(body: bytes) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    # curl takes what follows an @ for the name of a file.
    return text == escape_controls(text) and not text.startswith("@")

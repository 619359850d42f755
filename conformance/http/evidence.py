"""One request and what came back, without credentials and cut to size: the evidence of a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from conformance.http.redaction import MASK, Redaction

if TYPE_CHECKING:
    import httpx2

    from conformance.http.connection import RawResponse

LONGEST_BODY = 4096
_OURS = {"host", "accept", "accept-encoding", "user-agent", "content-length", "connection"}
_TEXT_CONTROLS = {"\n", "\r", "\t"}


class Exchange:
    """What a report shows of one exchange, made out when it is asked for: most are never shown.

    request: as it was sent. answer: as it came, or None if none came; *trouble* says why. seconds: from the
    first byte sent until now, when all is over. size, answer_size: of the whole bodies, in bytes. manner: how it
    was sent, if in a way that *curl* does not repeat.
    """

    def __init__(
        self,
        request: httpx2.Request,
        redaction: Redaction,
        answer: RawResponse | None = None,
        trouble: str | None = None,
        seconds: float = 0.0,
        manner: str = "",
    ) -> None:
        self.method = request.method
        self.status = None if answer is None else answer.status
        self.trouble = trouble
        self.began = datetime.now(UTC) - timedelta(seconds=seconds)
        self.seconds = seconds
        self.manner = manner
        self.size = len(request.content)
        self.answer_size = len(answer.content) if answer else 0
        self._request = request
        self._answer = answer
        self._redaction = redaction

    @cached_property
    def url(self) -> str:
        """The address that was asked, without credentials."""
        return self._redaction(str(self._request.url))

    @cached_property
    def query(self) -> list[tuple[str, str]]:
        """The decoded parameters of the address, without credentials."""
        parameters = self._request.url.params.multi_items()
        clean = [(self._redaction(name), self._redaction(value)) for name, value in parameters]
        return [(escape_controls(name), escape_controls(value)) for name, value in clean]

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """The request's headers, without credentials."""
        return render_headers(self._request.headers.multi_items(), self._redaction)

    @cached_property
    def body(self) -> str | None:
        """The request's body, cut to size; None if it had none."""
        content = self._request.content
        return render_body(content, self._redaction) if content else None

    @cached_property
    def curl(self) -> str:
        """The command that repeats the request, with a comment on what it cannot repeat."""
        sent = self._request
        line = curl(sent.method, str(sent.url), sent.headers.multi_items(), sent.content, self._redaction)
        return f"{line}  # {self.manner}" if self.manner else line

    @cached_property
    def answer_headers(self) -> Mapping[str, str]:
        """The answer's headers, without credentials; empty if none came."""
        return render_headers(self._answer.headers.multi_items(), self._redaction) if self._answer else {}

    @cached_property
    def answer_body(self) -> str:
        """The answer's body, cut to size; empty if none came."""
        return render_body(self._answer.content, self._redaction) if self._answer else ""

    def as_json(self, expected: str | None = None, got: str | None = None) -> dict[str, Any]:
        """Return one item of a report's evidence."""
        response = {"status": self.status, "headers": dict(self.answer_headers), "body": self.answer_body}
        return {
            "request": {
                "method": self.method,
                "url": self.url,
                "headers": dict(self.headers),
                "body": self.body,
            },
            "response": response if self.status is not None else None,
            "expected": expected,
            "got": got or self.trouble,
            "curl": self.curl,
        }


def render_body(body: bytes, redaction: Redaction) -> str:
    """Show *body* as text, cut to size, credentials replaced, control characters escaped."""
    shown = redaction(body[: 4 * LONGEST_BODY].decode("utf-8", "backslashreplace"))
    left_out = len(body) - LONGEST_BODY
    return escape_controls(shown[:LONGEST_BODY]) + (f"… ({left_out} bytes more)" if left_out > 0 else "")


def escape_controls(text: str) -> str:
    """Escape what a terminal or an XML file would trip over."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in _TEXT_CONTROLS else ascii(character)[1:-1]
        for character in text
    )


def render_headers(headers: Iterable[tuple[str, str]], redaction: Redaction) -> dict[str, str]:
    """Show headers without credentials; repeated ones are joined."""
    shown: dict[str, str] = {}
    for name, value in headers:
        clean = escape_controls(redaction.header(name, value))[:LONGEST_BODY]
        shown[escape_controls(redaction(name))] = f"{shown[name]}, {clean}" if name in shown else clean
    return shown


def curl(
    method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes | None, redaction: Redaction
) -> str:
    """Write the command that repeats the request, with the credential taken from the environment."""
    words = ["curl", "-sS", "-i", "-X", method, redaction.shell(url)]
    for name, value in headers:
        if name.lower() not in _OURS:
            told = MASK if redaction.header(name, value) == MASK else value
            words += ["-H", redaction.shell(f"{name}: {told}" if told else f"{name};")]
    if not body:
        return " ".join(words)
    if len(body) > 4 * LONGEST_BODY:
        return " ".join(
            [
                *words,
                f"--data-binary @body  # body: a file with the {len(body)} bytes that were sent; no report keeps them",
            ]
        )
    if _is_plain(body):
        return " ".join([*words, "--data-binary", redaction.shell(body.decode())])
    octal = "".join(f"\\{byte:03o}" for byte in body)
    return f"printf '{octal}' | " + " ".join([*words, "--data-binary @-"])


def _is_plain(body: bytes) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return text == escape_controls(text) and not text.startswith("@")

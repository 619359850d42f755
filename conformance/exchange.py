"""One request and what came back, without credentials and cut to size: the evidence of a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.redaction import MASK, Redaction

LONGEST_BODY = 4096
_OURS = {"host", "accept", "accept-encoding", "user-agent", "content-length", "connection"}
_TEXT_CONTROLS = {"\n", "\r", "\t"}


@dataclass(frozen=True)
class Exchange:
    """What a report shows of one exchange; *status* is None if no answer came, *trouble* says why."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: str | None
    curl: str
    status: int | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer_body: str = ""
    trouble: str | None = None

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


def text_of(body: bytes, redaction: Redaction) -> str:
    """Show *body* as text, cut to size, credentials replaced, control characters escaped."""
    shown = redaction(body[: 4 * LONGEST_BODY].decode("utf-8", "backslashreplace"))
    left_out = len(body) - LONGEST_BODY
    return visible(shown[:LONGEST_BODY]) + (f"… ({left_out} bytes more)" if left_out > 0 else "")


def visible(text: str) -> str:
    """Escape what a terminal or an XML file would trip over."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in _TEXT_CONTROLS else ascii(character)[1:-1]
        for character in text
    )


def headers_of(headers: Iterable[tuple[str, str]], redaction: Redaction) -> dict[str, str]:
    """Show headers without credentials; repeated ones are joined."""
    shown: dict[str, str] = {}
    for name, value in headers:
        clean = visible(redaction.header(name, value))[:LONGEST_BODY]
        shown[visible(redaction(name))] = f"{shown[name]}, {clean}" if name in shown else clean
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
        return " ".join([*words, f"--data-binary @body  # {len(body)} bytes, left out here"])
    if _is_plain(body):
        return " ".join([*words, "--data-binary", redaction.shell(body.decode())])
    octal = "".join(f"\\{byte:03o}" for byte in body)
    return f"printf '{octal}' | " + " ".join([*words, "--data-binary @-"])


def _is_plain(body: bytes) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return text == visible(text) and not text.startswith("@")

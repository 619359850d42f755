"""The header lines of a request, parsed, and the cookies among them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from mockserver.http import session_name
from mockserver.http.redaction import SecretNames

Lines = tuple[tuple[bytes, bytes], ...]

HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token of RFC 9110
# Nobody else may write these: they are about the connection, or about the bytes of the body.
WRITTEN_BY_SERVER = frozenset({"connection", "content-length", "date", "transfer-encoding", "upgrade"})

# What is too long for one cookie is cut into chunks, numbered from 0.
_SESSION_COOKIE = re.compile(r"(sb-.+-auth-token)(?:\.(?:0|[1-9][0-9]*))?")
_BASE64 = "base64-"
_CACHED_HEADS = 1024
_LONGEST_CACHED_BYTES = 16 * 1024
_MOST_CACHED_BYTES = 4 * 1024 * 1024

# What the parser takes and leaves as it is. Any other line goes to the parser.
_LINE = re.compile(
    rb"(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) "
    rb"(/(?!/)[A-Za-z0-9/_.~%:@!$&'()*+,;=-]*)(?:\?([A-Za-z0-9/_.~%:@!$&'()*+,;=?-]*))? HTTP/1\.1\r\n"
)
_END_OF_HEAD = b"\r\n\r\n"


class SessionCookie(NamedTuple):
    """A cookie, without the number of a chunk, and the access token in it; None if it has none that can be read."""

    name: str
    token: str | None


class RequestHeaders:
    """Header lines, parsed once for all requests that carry the same ones; never changed.

    values: lower-case name to value, the first of each name. size_bytes: of all lines.
    cookies: name to value, the first of each name. session_cookies: the sessions of Supabase among them.
    secrets: what has to be taken out of them before they are shown.
    named_session: the session that a header or a cookie names. credential_session: the one that a credential
    carries, whether the credential is valid or not.
    """

    __slots__ = (
        "cookies", "credential_session", "lines", "named_session", "secrets", "session_cookies",
        "size_bytes", "values",
    )  # fmt: skip

    def __init__(self, lines: Lines, secrets: SecretNames) -> None:
        self.lines = lines
        self.secrets = secrets
        self.values = {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(lines)}
        self.size_bytes = sum(len(name) + len(value) for name, value in lines)
        self.cookies = _parse_cookies(self.values.get("cookie", ""))
        self.named_session = session_name.from_headers(self.values, self.cookies)
        credentials = (value for name, value in self.values.items() if secrets.is_secret_header(name))
        self.session_cookies = _find_session_cookies(self.cookies)
        tokens = (cookie.token for cookie in self.session_cookies if cookie.token is not None)
        self.credential_session = session_name.from_credentials(
            [*credentials, *self.cookies.values(), *tokens]
        )


class RequestHeadersCache:
    """Parses header lines and keeps the results: most requests of a client carry the same lines.

    secrets: what has to be taken out of the results before they are shown.
    """

    def __init__(self, secrets: SecretNames) -> None:
        self._secrets = secrets
        self._known: dict[Lines, RequestHeaders] = {}
        self._size_bytes = 0

    def parse(self, lines: Iterable[tuple[bytes, bytes]]) -> RequestHeaders:
        """Parse *lines*, or give the result of the same lines before."""
        key = tuple(lines)
        return self._known.get(key) or self._parse_new(key)

    def _parse_new(self, lines: Lines) -> RequestHeaders:
        headers = RequestHeaders(lines, self._secrets)
        if headers.size_bytes <= _LONGEST_CACHED_BYTES:
            self._size_bytes += headers.size_bytes
            # All at once, since keeping an order of use would cost every request something.
            if len(self._known) >= _CACHED_HEADS or self._size_bytes > _MOST_CACHED_BYTES:
                self._known.clear()
                self._size_bytes = headers.size_bytes
            self._known[lines] = headers
        return headers


class PlainHead(NamedTuple):
    """The head of a request, as a scope of ASGI has it, and how long the body is."""

    method: str
    path: str
    raw_path: bytes
    query: bytes
    lines: Lines
    body_bytes: int


class KnownHeads:
    """Keeps heads and their header lines as the parser has read them, by their very bytes.

    Most requests of a client repeat the header lines, and many the whole head. Kept are those that say nothing about
    the connection, and at most how long the body is.
    """

    def __init__(self) -> None:
        self._heads: dict[bytes, PlainHead] = {}
        self._lines: dict[bytes, tuple[Lines, int]] = {}
        self._size_bytes = 0

    def keep(self, head: bytes, lines: list[tuple[bytes, bytes]], body_bytes: int) -> None:
        """Keep the header *lines* that were parsed of *head*, and how long the body behind it is."""
        line = _LINE.match(head)
        if line is not None and len(head) <= _LONGEST_CACHED_BYTES:
            self._make_room(head)
            self._lines[head[line.end() :]] = tuple(lines), body_bytes

    def read_head(self, data: bytes) -> tuple[PlainHead, bytes] | None:
        """Read *data* if it is one whole request whose header lines are known: its head, and the body behind it."""
        end = data.find(_END_OF_HEAD) + len(_END_OF_HEAD)
        # The parser refuses what is too long, and says so.
        if end > _LONGEST_CACHED_BYTES:
            return None
        head = data[:end]
        known = self._heads.get(head) or self._read_line(head)
        return None if known is None or end + known.body_bytes != len(data) else (known, data[end:])

    def _read_line(self, head: bytes) -> PlainHead | None:
        line = _LINE.match(head)
        lines = None if line is None else self._lines.get(head[line.end() :])
        if line is None or lines is None:
            return None
        method, raw_path, query = line.groups()
        path = raw_path.decode()
        path = unquote(path) if "%" in path else path
        self._make_room(head)
        known = self._heads[head] = PlainHead(method.decode(), path, raw_path, query or b"", *lines)
        return known

    def _make_room(self, head: bytes) -> None:
        # All at once, since keeping an order of use would cost every request something.
        if len(self._heads) + len(self._lines) >= _CACHED_HEADS or self._size_bytes > _MOST_CACHED_BYTES:
            self._heads.clear()
            self._lines.clear()
            self._size_bytes = 0
        self._size_bytes += len(head)


def _parse_cookies(header: str) -> dict[str, str]:
    cookies: dict[str, str] = {}
    for pair in header.split(";"):
        name, _, value = pair.strip().partition("=")
        if name:
            cookies.setdefault(name, value)
    return cookies


def _find_session_cookies(cookies: Mapping[str, str]) -> list[SessionCookie]:
    """Find the session of each project, in the order of its cookies; an empty cookie is none."""
    found = (_SESSION_COOKIE.fullmatch(name) for name, value in cookies.items() if value)
    names = dict.fromkeys(name[1] for name in found if name is not None)
    return [SessionCookie(name, _read_access_token(_join_chunks(cookies, name))) for name in names]


def _join_chunks(cookies: Mapping[str, str], name: str) -> str:
    """Join the chunks up to the first that is missing, unless one cookie has it all."""
    value = cookies.get(name, "")
    if not value:
        number = 0
        while chunk := cookies.get(f"{name}.{number}"):
            value += chunk
            number += 1
    return value


def _read_access_token(value: str) -> str | None:
    """Read the token from JSON in base64url or URL-encoded: an object, or the list that older clients write."""
    value = value if value[:1] in ("{", "[") else unquote(value)
    try:
        if value.startswith(_BASE64):
            # The padding is left out, which Python's decoder insists on.
            encoded = value.removeprefix(_BASE64)
            session = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
        else:
            session = json.loads(value)
    except (ValueError, RecursionError):
        return None
    if isinstance(session, list):
        token = session[0] if session else None
    else:
        token = session.get("access_token") if isinstance(session, dict) else None
    return token if isinstance(token, str) and token else None

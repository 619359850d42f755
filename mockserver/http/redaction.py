"""Which names carry credentials, and how what is shown of a call is rid of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, unquote_to_bytes

from mockserver.http import exact_json

_REDACTED = "[redacted]"
_SECRET_NAME = re.compile(
    r"auth(?!or(?!i[sz])|enticate$)|cookie|token|secret|passw|passphrase|credential|signature|csrf|xsrf|jwt"
    r"|(?:api|private|access|subscription|functions?).?key"
)
# In a query these are secrets of some service or other; elsewhere such names say nothing.
_SECRET_PARAMETERS = frozenset({"code", "key", "pwd", "sig"})
# Of the members of a body the end tells: a token_type is no token. Written without _ and -, in lower case.
_SECRET_MEMBER = re.compile(
    r".*(?:password|passwd|passphrase|passcode|pwd|secret|token|jwt|credential|authorization|signature|csrf|xsrf"
    r"|(?:api|private|access|secret|signing|subscription)key)s?|auth|(?:set)?cookies?"
)
_LONGEST_MEMBER = 80
_NO_LETTER = re.compile("[^a-z0-9]+")

# What none of the patterns below can do without, in lower case; most texts have nothing of it.
_MARKS = ("=", '"', "'", "://", "eyj", "eya", "ewog", "ss.", "bearer", "basic", "digest", "negotiate", "%3d")
_LETTERS_I = {0x130: "i", 0x131: "i"}
_BEGIN = r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))"
# Bounded, since otherwise each beginning of one in a long word would be followed to the end of the word.
_LONGEST_JWT_HEADER = 300
# A JWT, at least the beginning of one, and an API key of SuprSend's form.
_TOKEN = re.compile(
    rf"{_BEGIN}(?:eyJ[\w%-]{{8,}}(?:\.[\w%-]*)*|(?:eyA|ewog)[\w-]{{8,{_LONGEST_JWT_HEADER}}}\.[\w.-]+|SS\.[\w.%-]{{8,}})"
)
_SCHEME = r"\b(bearer|basic|digest|negotiate)(\s+|%20|\+)"
_CREDENTIAL = re.compile(rf"{_SCHEME}[^\s,;<>\"']+", re.IGNORECASE)
# In prose the word after "Bearer" may be any; a credential is not made of letters alone.
_CREDENTIAL_IN_PROSE = re.compile(rf"{_SCHEME}(?=[a-z]*[^a-z\s,;<>\"']\w)[^\s,;<>\"']{{6,}}", re.IGNORECASE)
_PASSWORD_IN_URL = re.compile(r"(://[^/\s:@]*:)[^/\s@]+(?=@)")
# The name of a parameter of a URL, which may be the value of a parameter itself, and where its value ends.
_PARAMETER = re.compile(
    rf"(^|[?&#;,\s]|%3f|%26|%23)([^?&#=;,\s\"'<>]{{1,{_LONGEST_MEMBER}}}?)(=|%3d)", re.IGNORECASE
)
_END = re.compile(r"[&#;,\s\"'<>]|$")
_END_OF_ENCODED = re.compile(r"[&#;,\s\"'<>]|%26|%23|$")
# What stands in quotes behind a name in other text, such as JSON that is cut, or in a text within JSON.
_ASSIGNMENT = re.compile(
    rf"(?<![\w.-])([\w.-]{{1,{_LONGEST_MEMBER}}})(\\*[\"']?\s{{0,9}}[:=]\s{{0,9}}\\*)"
    r"(\"(?:[^\"\\]|\\.)*|'(?:[^'\\]|\\.)*)",
    re.DOTALL,
)
# The head of a part of a multipart form, to the line before its value.
_PART_OF_FORM = re.compile(
    rf"\bname=\"([^\"\r\n]{{1,{_LONGEST_MEMBER}}})\"[^\r\n]{{0,200}}\r\n(?:[^\r\n]{{1,200}}\r\n){{0,8}}\r\n"
)
_END_OF_PART = re.compile(r"\r\n--|$")
_COOKIE_VALUE = re.compile(r"^([^=;]*=)[^;]*")
_FORM = "application/x-www-form-urlencoded"


def redact_path(path: str) -> str:
    """Take what looks like a token or an API key out of *path*, where none belongs."""
    return _TOKEN.sub(_REDACTED, path)


def is_secret_member(name: str) -> bool:
    """Tell whether a member of a body carries a secret, by its name in any style."""
    return len(name) <= _LONGEST_MEMBER and _is_secret_word(name)


def holds_secret_member(value: Any) -> bool:
    """Tell whether a member that carries a secret is anywhere in *value*."""
    if isinstance(value, dict):
        return any(is_secret_member(name) or holds_secret_member(one) for name, one in value.items())
    return isinstance(value, list) and any(map(holds_secret_member, value))


# The same few names come with every body.
@lru_cache(1024)
def _is_secret_word(name: str) -> bool:
    return _SECRET_MEMBER.fullmatch(_NO_LETTER.sub("", name.lower())) is not None


class SecretNames(NamedTuple):
    """Headers, in lower case, and query parameters that carry credentials though their names do not say so.

    texts: secrets that are shown nowhere, whatever stands around them.
    """

    headers: frozenset[str] = frozenset()
    query: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()

    @classmethod
    def from_schemes(cls, schemes: Iterable[Mapping[str, Any]], texts: Iterable[str] = ()) -> SecretNames:
        """Take the places that the contracts' security *schemes* name, and *texts*, which a URL may hold encoded."""
        keys = [scheme for scheme in schemes if scheme.get("type") == "apiKey"]
        headers = {key["name"].lower() for key in keys if key["in"] == "header"}
        query = {key["name"] for key in keys if key["in"] == "query"}
        forms = {form for text in texts if text for form in (text, quote(text), quote(text, safe=""))}
        return cls(frozenset(headers), frozenset(query), frozenset(forms))

    def is_secret_header(self, name: str) -> bool:
        """Tell whether a header, by its lower-case name, carries a credential."""
        if name in self.headers:
            return True
        return _SECRET_NAME.search(name) is not None and not name.startswith("access-control-")

    def is_secret_parameter(self, name: str) -> bool:
        """Tell whether a query parameter carries a credential."""
        lower = name.lower()
        return name in self.query or lower in _SECRET_PARAMETERS or _SECRET_NAME.search(lower) is not None

    def redact_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Take the credentials out of *headers*, whose names are in lower case: of a cookie that is set, the value."""
        return {name: self._redact_header(name, value) for name, value in headers.items()}

    def _redact_header(self, name: str, value: str) -> str:
        if name == "set-cookie":
            return _COOKIE_VALUE.sub(rf"\g<1>{_REDACTED}", value)
        if self.is_secret_header(name):
            return _REDACTED
        # Prose of our own, and a challenge, name a scheme without a credential.
        is_prose = name.startswith("x-mock-") or name.endswith("authenticate")
        if not is_prose and _is_suspicious(value):
            value = _CREDENTIAL.sub(rf"\g<1>\g<2>{_REDACTED}", value)
        return self.redact_text(value)

    def redact_query(self, query: bytes) -> bytes:
        """Take the credentials out of *query*."""
        return b"&".join(map(self._redact_pair, query.split(b"&"))) if query else query

    def _redact_pair(self, pair: bytes) -> bytes:
        name, equals, value = pair.partition(b"=")
        if value and self.is_secret_parameter(unquote_to_bytes(name).decode(errors="replace")):
            return name + equals + _REDACTED.encode()
        return self._redact_encoded(name) + equals + self._redact_encoded(value)

    def _redact_encoded(self, encoded: bytes) -> bytes:
        text = encoded.decode("latin-1")
        redacted = self.redact_text(text)
        # What cannot be seen in the encoded text may be in the decoded one, and then all of it goes.
        clear = unquote(text.replace("+", " "))
        if redacted == text and self.redact_text(clear) != clear:
            redacted = _REDACTED
        return redacted.encode("latin-1")

    def redact_text(self, text: str) -> str:
        """Take out of *text* what looks like a credential, or follows the name of one."""
        for secret in self.texts:
            text = text.replace(secret, _REDACTED)
        if not _is_suspicious(text):
            return text
        text = _CREDENTIAL_IN_PROSE.sub(rf"\g<1>\g<2>{_REDACTED}", _TOKEN.sub(_REDACTED, text))
        text = _PASSWORD_IN_URL.sub(rf"\g<1>{_REDACTED}", text)
        return _ASSIGNMENT.sub(_redact_assignment, self._redact_parameters(text))

    def _redact_parameters(self, text: str) -> str:
        def find_end(match: re.Match[str]) -> re.Pattern[str] | None:
            delimiter, name, equals = match.groups()
            name = unquote(name)
            # Outside of a URL a name such as "code" says nothing.
            is_of_url = delimiter[:1] in ("?", "&", "#", "%")
            is_secret = self.is_secret_parameter(name) if is_of_url else is_secret_member(name)
            return (_END if equals == "=" else _END_OF_ENCODED) if is_secret else None

        return _redact_after(_PARAMETER, text, find_end)

    def redact_body(self, content: bytes | None, media_type: str) -> Any:
        """Parse a body to show it: JSON, or text if it is not JSON, or None for no body; without its secrets."""
        body = exact_json.parse_leniently(content)
        if not isinstance(body, str) or _is_json_text(content or b""):
            return self._redact_json(body)
        if media_type.strip().lower().startswith(_FORM):
            return self.redact_query(body.encode()).decode()
        parts = _redact_after(
            _PART_OF_FORM, body, lambda match: _END_OF_PART if is_secret_member(match[1]) else None
        )
        return self.redact_text(parts)

    def redact_content(self, content: bytes, media_type: str) -> str:
        """Write a body to show it as it was sent, without its secrets."""
        body = self.redact_body(content, media_type)
        if body == exact_json.parse_leniently(content):
            return content.decode(errors="replace")
        return (
            body if isinstance(body, str) and not _is_json_text(content) else exact_json.dumps(body).decode()
        )

    def _redact_json(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                self.redact_text(name): _redact_value(name, one)
                if is_secret_member(name)
                else self._redact_json(one)
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [self._redact_json(one) for one in value]
        return self.redact_text(value) if isinstance(value, str) else value


def _is_suspicious(text: str) -> bool:
    """Tell whether *text* has one of the marks: one pattern for all of them takes ten times as long."""
    # The patterns ignore case, by which the i with a dot above and the one without any are an i for them.
    lower = text.lower() if text.isascii() else text.translate(_LETTERS_I).casefold()
    return any(mark in lower for mark in _MARKS)


def _is_json_text(content: bytes) -> bool:
    """Tell whether a body that is shown as text is a text of JSON."""
    content = content.strip()
    return len(content) > 1 and content[:1] == content[-1:] == b'"'


def _redact_value(name: str, value: Any) -> Any:
    """Replace *value*, unless it says only whether there is one, or how many."""
    if value is None or isinstance(value, bool) or value in ("", [], {}):
        return value
    return value if isinstance(value, int | float) and name.lower().endswith("s") else _REDACTED


def _redact_assignment(match: re.Match[str]) -> str:
    return match[1] + match[2] + (match[3][0] + _REDACTED if is_secret_member(match[1]) else match[3])


def _redact_after(
    begin: re.Pattern[str], text: str, find_end: Callable[[re.Match[str]], re.Pattern[str] | None]
) -> str:
    """Replace what follows on *begin* as far as *find_end* says, which is None where it is no secret."""
    shown: list[str] = []
    at = 0
    for match in begin.finditer(text):
        end = find_end(match) if match.end() >= at else None
        if end is not None:
            shown += text[at : match.end()], _REDACTED
            ended = end.search(text, match.end())
            at = ended.start() if ended is not None else len(text)
    return "".join(shown) + text[at:]

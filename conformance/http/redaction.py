"""No credential leaves the process: every text that is shown or written passes through here."""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

import httpx2

_SENSITIVE = re.compile(r"auth|cookie|token|key|secret|session|credential|passw", re.IGNORECASE)
_SCHEMES = {"basic", "bearer", "digest", "token"}
_UNNAMED = "CREDENTIAL"
_SHORTEST_VALUE = 4  # what is shorter is no secret, and replacing it by value would spoil every text
_SHORTEST_PART = 8
MASK = "[redacted]"
# What nobody told us is a credential and looks like one: what follows Bearer, a JWT, and words of random letters
# and figures. Paths and UUIDs are none.
_UNKNOWN = re.compile(
    r"(?<=[Bb]earer )\S+"
    r"|eyJ[\w-]+\.[\w.-]*"
    r"|(?<![\w+.=-])(?=[\w+.=-]*[A-Z])(?=[\w+.=-]*[a-z])(?=[\w+.=-]*\d)[\w+.=-]{20,}"
    r"|\b[0-9a-fA-F]{32,}\b"
)

_BACKSLASHES = r"\\{1,8}"  # and no more, or a text of nothing else would take for ever
_ESCAPE = re.compile(r"\\+u([0-9a-fA-F]{4})")


@lru_cache(256)  # the same few come with every request
def is_sensitive_name(name: str) -> bool:
    """Tell whether a header or a variable of that name may hold a credential."""
    return _SENSITIVE.search(name) is not None


class Redaction:
    """Knows every credential of the run by value and replaces it by the ``$NAME`` of its variable."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._values: dict[
            str, tuple[str, str]
        ] = {}  # and their names, by what is left of them without escapes
        self._seen_headers: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def conceal(self, value: str, name: str = _UNNAMED) -> str:
        """Remember that *value* is a credential, to be shown as ``$name``; returns the value.

        The forms in which a server may echo it are remembered too: quoted for a URL, escaped for JSON or
        HTML, in Base64, in hexadecimal figures, and the parts of a JWT.
        """
        with self._lock:
            # Replaced whole, since another thread may be reading the old ones.
            self._names = {form.lower(): name for form in _echoed_forms(value)} | self._names
            if len(value) >= _SHORTEST_VALUE:
                self._values = {_remove_escapes(value): (value, name)} | self._values
        return value

    def conceal_proxy(self, proxy: httpx2.URL | None) -> None:
        """Remember the credentials in the URL of a proxy, if it has some."""
        if proxy and (secret := proxy.password or proxy.username):
            self.conceal(secret, "PROXY_PASSWORD")
            self.conceal(f"{proxy.username}:{proxy.password}", "PROXY_CREDENTIALS")

    def conceal_header(self, name: str, value: str) -> None:
        """Remember the credential in a header that is about to be sent."""
        if (name, value) in self._seen_headers or not is_sensitive_name(name):
            return
        self._seen_headers.add((name, value))
        _scheme, has_scheme, rest = value.partition(" ")
        # A cookie's values are credentials by themselves; its names are not.
        cookies = re.findall(r"=([^;]+)", value)
        for part in cookies if "cookie" in name.lower() else [rest if has_scheme else value]:
            if not _holds_no_credential(part) and not self._find_forms(part):
                self.conceal(part.strip())

    def __call__(self, text: str) -> str:
        """Return *text* with every credential replaced."""
        if "\\" in text:
            text = self._replace_escaped(text)
        pattern = self._build_pattern(text)
        return pattern.sub(lambda match: f"${self._variable_of(match)}", text) if pattern else text

    def redact_header(self, name: str, value: str) -> str:
        """Return a header's value without its credential; one that cannot be named is masked whole."""
        shown = self(value)
        if shown == value and not _holds_no_credential(value) and is_sensitive_name(name):
            return MASK
        return shown

    def quote_for_shell(self, text: str) -> str:
        """Quote *text* for a shell so that each credential is read from its environment variable."""
        quoted, at = "", 0
        pattern = self._build_pattern(text)
        for match in pattern.finditer(text) if pattern else ():
            quoted += (
                re.sub(r'([\\"$`])', r"\\\1", text[at : match.start()]) + f"${{{self._variable_of(match)}}}"
            )
            at = match.end()
        if not at:
            return "'" + text.replace("'", "'\"'\"'") + "'"
        return '"' + quoted + re.sub(r'([\\"$`])', r"\\\1", text[at:]) + '"'

    def _replace_escaped(self, text: str) -> str:
        """Return *text* without the credentials that JSON escapes hide, of which each library has its own."""
        plain = _remove_escapes(text)
        found = [named for bare, named in self._values.items() if bare in plain]
        for value, name in sorted(found, key=lambda named: len(named[0]), reverse=True):
            text = _compile_escaped(value).sub(lambda _, name=name: f"${name}", text)  # type: ignore[misc]
        return text

    def _variable_of(self, match: re.Match[str]) -> str:
        return self._names.get(match[0].lower(), _UNNAMED)

    def _build_pattern(self, text: str) -> re.Pattern[str] | None:
        """Match the credentials that are in *text*, the longest first; None if there are none."""
        found = sorted(self._find_forms(text), key=len, reverse=True)
        return _compile_forms(tuple(found)) if found else None

    def _find_forms(self, text: str) -> list[str]:
        lowered = text.lower()
        return [form for form in self._names if form in lowered]


@lru_cache(256)  # most texts hold the same one
def _compile_forms(forms: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, forms)), re.IGNORECASE)


@lru_cache(256)  # likewise
def _compile_escaped(value: str) -> re.Pattern[str]:
    """Match *value* with any of its characters escaped as in JSON, with more backslashes where that is text in JSON."""
    return re.compile("".join(map(_match_escaped, value)), re.IGNORECASE)


def _match_escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    escapes = "".join(rf"{_BACKSLASHES}u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
    before = "" if character.isalnum() else f"(?:{_BACKSLASHES})?"
    return f"(?:{before}{re.escape(character)}|{escapes})"


def _remove_escapes(text: str) -> str:
    """Return *text* in lower case, each character that is escaped as itself, and without any backslash."""
    whole = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    joined = whole.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return joined.replace("\\", "").lower()


def mask_unknown_credentials(text: str) -> str:
    """Return *text* without what looks like a credential, known or not; more than that may be missing."""
    return _UNKNOWN.sub(MASK, text)


def _holds_no_credential(value: str) -> bool:
    return not value.strip() or value.strip().lower() in _SCHEMES


def _encode_base64(value: bytes) -> Iterator[str]:
    """Yield *value* in Base64 of either alphabet: alone, and what it always is, whatever stands before and behind."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        encoded = encode(value).decode()
        yield from (encoded, encoded.rstrip("="))
        if len(value) >= _SHORTEST_PART:
            for ahead, shared in enumerate(
                (0, 2, 3)
            ):  # characters that also hold bits of so many bytes ahead
                end = (ahead + len(value)) * 8 // 6
                yield encode(bytes(ahead) + value).decode()[shared:end]


def _echoed_forms(value: str) -> set[str]:
    forms = {
        value,
        quote(value, safe=""),
        json.dumps(value)[1:-1],
        html.escape(value),
        value.encode().hex(),
        *_encode_base64(value.encode()),
    }
    forms |= {part for part in value.split(".") if len(part) >= _SHORTEST_PART and value.count(".") >= 2}
    return {form for form in forms if len(form) >= _SHORTEST_VALUE}

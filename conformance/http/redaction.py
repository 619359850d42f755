"""No credential leaves the process: every text that is shown or written passes through here."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from functools import lru_cache

import httpx2

from conformance.http.credentials.disclosure import is_address, list_told_credentials, mask_in_address
from conformance.http.credentials.traces import Trace, TraceFinder
from conformance.http.foreign_text import (
    LONGEST_SENTENCE,
    cut_quotes,
    escape_controls,
    shorten_text,
    to_one_line,
)

_SENSITIVE = re.compile(r"auth|cookie|token|key|secret|session|credential|passw", re.IGNORECASE)
_SCHEMES = {"basic", "bearer", "digest", "token"}
_UNNAMED = "CREDENTIAL"
MASK = "[redacted]"
# Credentials that answers tell: a target that sets another cookie with each must not fill the memory.
_MOST_TOLD = 200
_READ_AHEAD = 16 * 1024  # characters behind what is shown, so that a credential on the edge is whole
# What nobody told us is a credential and looks like one: what follows Bearer, a JWT, and words of random letters
# and figures. Paths and UUIDs are none.
_UNKNOWN = re.compile(
    r"(?<=[Bb]earer )\S+"
    r"|eyJ[\w-]+\.[\w.-]*"
    r"|(?<![\w+.=-])(?=[\w+.=-]*[A-Z])(?=[\w+.=-]*[a-z])(?=[\w+.=-]*\d)[\w+.=-]{20,}"
    r"|(?<![\w+=/-])(?=[\w+=-]*\d)(?=[\w+=-]*[g-z])[\w+=-]{20,}"
    r"|\b[0-9a-fA-F]{32,}\b"
    r"|(?<=://)[^/@\s]+(?=@)"
)


@lru_cache(256)  # the same few come with every request
def is_sensitive_name(name: str) -> bool:
    """Tell whether a header or a variable of that name may hold a credential."""
    return _SENSITIVE.search(name) is not None


class Redaction:
    """Knows every credential of the run by value and replaces it by the ``$NAME`` of its variable.

    read_ordinary_words: gives the texts in which anybody may read words that a part of a credential may be, too, such
    as those of the document of the API.
    """

    def __init__(self, read_ordinary_words: Callable[[], Iterable[str]] = tuple) -> None:
        self._finder = TraceFinder(read_ordinary_words)
        self._seen_headers: set[tuple[str, str]] = set()
        self._told_count = 0
        self._lock = threading.Lock()

    # --- what is a credential -------------------------------------------------------------------------------

    def conceal(self, value: str, name: str = _UNNAMED) -> str:
        """Remember that *value* is a credential, to be shown as ``$name``; returns the value.

        It is found in every form in which a server may echo it, and so is every run of twelve of its characters.
        """
        with self._lock:
            self._finder.add(value, name)
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
            if self._finder.knows(part) or _holds_no_credential(part) or self._holds_whole_credential(part):
                continue
            self.conceal(part.strip())

    def conceal_told(self, headers: httpx2.Headers, content: bytes) -> None:
        """Remember what an answer tells that opens something, such as its cookies; it has no name to be shown by."""
        for value in list_told_credentials(headers, content):
            with self._lock:
                if self._told_count < _MOST_TOLD and not self._finder.is_ordinary(value):
                    self._told_count += 1
                    self._finder.add(value, None)

    # --- what is shown --------------------------------------------------------------------------------------

    def __call__(self, text: str) -> str:
        """Return *text* with every credential replaced."""
        return "".join(self._replace_credentials(text, lambda one: f"${one.name}" if one.name else MASK, str))

    def show(self, text: str, longest: int | None = None) -> str:
        """Return words of others as they may be shown: without credentials, no control characters, cut to *longest*."""
        if longest is None:
            return escape_controls(cut_quotes(self(text)))
        read = _READ_AHEAD + longest
        return shorten_text(escape_controls(cut_quotes(self(text[:read]))), longest, len(text) - read)

    def show_line(self, text: str, longest: int = LONGEST_SENTENCE) -> str:
        """Show words of others in one line, which no terminal and no CI system takes for a command."""
        read = _READ_AHEAD + longest
        return to_one_line(cut_quotes(self(text[:read])), longest, len(text) - read)

    def show_bytes(self, content: bytes, longest: int) -> str:
        """Show as text what may be bytes of any kind, cut to *longest*."""
        # A character of UTF-8 has at most four bytes.
        read = content[: _READ_AHEAD + 4 * longest].decode("utf-8", "backslashreplace")
        left_out = len(content) - longest
        shown = self(read)[:longest]
        return escape_controls(shown) + (f"… ({left_out} bytes more)" if left_out > 0 else "")

    def show_header(self, name: str, value: str, longest: int) -> str:
        """Show the value of a header, cut to *longest*."""
        return shorten_text(escape_controls(self.redact_header(name, value)), longest)

    def redact_header(self, name: str, value: str) -> str:
        """Return a header's value without its credential; one that cannot be named is masked whole."""
        if is_sensitive_name(name) and not _holds_no_credential(value):
            return self(value) if self._holds_whole_credential(value) else MASK
        return self(mask_in_address(value, MASK) if is_address(name) else value)

    def quote_for_shell(self, text: str) -> str:
        """Quote *text* for a shell so that each credential is read from its environment variable."""

        def escape_for_shell(part: str) -> str:
            return re.sub(r'([\\"$`])', r"\\\1", part)

        parts = self._replace_credentials(
            text, lambda one: f"${{{one.name}}}" if one.name else MASK, escape_for_shell
        )
        if len(parts) == 1:
            return "'" + text.replace("'", "'\"'\"'") + "'"
        return f'"{"".join(parts)}"'

    def _replace_credentials(
        self, text: str, replace: Callable[[Trace], str], keep: Callable[[str], str]
    ) -> list[str]:
        """Return the parts of *text*: what stands for each credential, and what is kept before, between and behind."""
        parts, at = list[str](), 0
        for one in self._finder.find(text):
            parts += [keep(text[at : one.start]), replace(one)]
            at = one.end
        return [*parts, keep(text[at:])]

    def _holds_whole_credential(self, text: str) -> bool:
        return any(one.is_whole and one.name for one in self._finder.find(text))


def mask_unknown_credentials(text: str) -> str:
    """Return *text* without what looks like a credential, known or not; more than that may be missing."""
    return _UNKNOWN.sub(MASK, text)


def _holds_no_credential(value: str) -> bool:
    return not value.strip() or value.strip().lower() in _SCHEMES

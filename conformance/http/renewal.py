"""Credentials that a command prints, fetched again when they expire in the middle of a run.

One is fetched when the target answers 401 to it in a form that it has accepted before, such as ``Bearer`` and the
credential: what is refused on purpose was never accepted and stays as it is. It is fetched beforehand where it is
a JWT whose time is up by the clock here, unless its command has no better one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx2

from conformance.http.redaction import Redaction
from conformance.http.secret import CannotFetch, Secret
from openapi.jwt import peek_claims

_UNAUTHORIZED, _TOO_MANY, _SERVER_ERROR = 401, 429, 500
_EARLY_S = 5
_STALE_S = 30  # one that is first sent so long after it was fetched may have expired unseen


class CannotRenew(Exception):
    """A credential is no longer accepted, and its command gives no other; the message says why."""


@dataclass
class _RenewableSecret:
    """One secret, the values it has had, and in which forms the target has accepted it."""

    secret: Secret
    values: list[str]
    accepted: set[tuple[str, str]] = field(default_factory=set)
    fetched_at: float = field(default_factory=time.monotonic)
    was_sent: bool = False
    is_hopeless: bool = False


class _SecretInHeader(NamedTuple):
    """A secret in a header: what stands before it there, and which of its values it is."""

    renewable: _RenewableSecret
    header: str
    prefix: str
    value: str

    @property
    def form(self) -> tuple[str, str]:
        return self.header.lower(), self.prefix

    def renew_header(self, headers: httpx2.Headers) -> httpx2.Headers:
        """Return *headers* with the secret's newest value."""
        changed = httpx2.Headers(headers)
        changed[self.header] = self.prefix + self.renewable.secret.reveal()
        return changed


class Renewal:
    """Keeps the secrets of a run fresh, and every value of theirs out of the reports."""

    def __init__(self, secrets: Sequence[Secret], redaction: Redaction) -> None:
        self._redaction = redaction
        self._lock = threading.RLock()
        for secret in secrets:
            redaction.conceal(secret.reveal(), secret.name)
        self._secrets = [_RenewableSecret(one, [one.reveal()]) for one in secrets if one.is_renewable]

    def renew_expired(self, headers: httpx2.Headers, within_s: float) -> httpx2.Headers:
        """Return *headers* as they are to be sent, with the newest credential.

        within_s: for the command, if it has to be asked.
        """
        with self._lock:
            found = self._find_secret(headers)
            if found is None:
                return headers
            renewable = found.renewable
            if not renewable.is_hopeless and _has_expired(renewable.secret.reveal()):
                try:
                    self._fetch_secret(renewable, within_s)
                    renewable.is_hopeless = _has_expired(renewable.secret.reveal())
                except CannotFetch:
                    renewable.is_hopeless = True  # whether the old one still does is for the target to say
            return found.renew_header(headers)

    def renew_refused(self, headers: httpx2.Headers, status: int, within_s: float) -> httpx2.Headers | None:
        """Return the headers to ask once more with, or None if the answer stands.

        Raises CannotRenew if another credential is needed and none comes.
        """
        with self._lock:
            found = self._find_secret(headers)
            if found is None:
                return None
            renewable = found.renewable
            is_stale = not renewable.was_sent and time.monotonic() - renewable.fetched_at > _STALE_S
            renewable.was_sent = True
            if status != _UNAUTHORIZED:
                if status != _TOO_MANY and status < _SERVER_ERROR:  # which say nothing of a credential
                    renewable.accepted.add(found.form)
                return None
            if found.form not in renewable.accepted and not is_stale:
                return None
            if found.value == renewable.secret.reveal():
                try:
                    self._fetch_secret(renewable, within_s)
                except CannotFetch as error:
                    raise CannotRenew(f"a credential was answered 401 that did before; {error}") from None
            return found.renew_header(headers)

    def _find_secret(self, headers: httpx2.Headers) -> _SecretInHeader | None:
        for renewable in self._secrets:
            for name, text in headers.items():
                for value in reversed(renewable.values):
                    if text.endswith(value):
                        return _SecretInHeader(renewable, name, text.removesuffix(value), value)
        return None

    def _fetch_secret(self, renewable: _RenewableSecret, within_s: float) -> None:
        fetched = renewable.secret.renew(within_s)
        self._redaction.conceal(fetched, renewable.secret.name)
        renewable.values.append(fetched)
        renewable.fetched_at = time.monotonic()


def _has_expired(token: str) -> bool:
    """Tell whether *token* is a JWT whose time is up by the clock here, or nearly so."""
    expires = (peek_claims(token) or {}).get("exp")
    return isinstance(expires, int | float) and expires < time.time() + _EARLY_S

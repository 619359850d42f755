"""Credentials that are no longer accepted in the middle of a run.

One that a command prints is fetched again when the target answers 401 to it in a form that it has accepted before, such
as ``Bearer`` and the credential: what is refused on purpose was never accepted and stays as it is. It is fetched
beforehand where it is a JWT whose time is up by the clock here, unless its command has no better one.

Any that was accepted before and is refused now may have expired or been replaced, which is no fault of the target's.
Whether it was is told by a probe: a request that was accepted before.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote

import httpx2

from conformance.http.connection import Request
from conformance.http.credentials.secret import CannotFetch, Secret
from conformance.http.redaction import Redaction
from openapi.jwt import peek_claims

_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _SERVER_ERROR = 401, 403, 429, 500
_EARLY_S = 5
_STALE_S = 30  # one that is first sent so long after it was fetched may have expired unseen


class CannotRenew(Exception):
    """A credential is no longer accepted, and its command gives no other; the message says why."""


@dataclass
class _KnownSecret:
    """One secret, the values it has had, and in which forms the target has accepted it.

    let_in: the forms that were also not answered 403.
    """

    secret: Secret
    values: list[str]
    accepted: set[tuple[str, str]] = field(default_factory=set)
    let_in: set[tuple[str, str]] = field(default_factory=set)
    fetched_at: float = field(default_factory=time.monotonic)
    was_sent: bool = False
    is_hopeless: bool = False
    _encoded: Sequence[tuple[str, bytes]] = ()

    def encode_values(self) -> Sequence[tuple[str, bytes]]:
        """Return each value, the newest first, and the bytes of it that are sent."""
        if len(self._encoded) < len(self.values):
            values = reversed(self.values)
            self._encoded = [(value, value.encode("utf-8", "surrogatepass")) for value in values]
        return self._encoded


class _SentSecret(NamedTuple):
    """A secret in a request: what stands before it in which header, and which of its values it is."""

    known: _KnownSecret
    header: str
    prefix: str
    value: str

    @property
    def form(self) -> tuple[str, str]:
        return self.header.lower(), self.prefix

    def renew_header(self, headers: httpx2.Headers) -> httpx2.Headers:
        """Return *headers* with the secret's newest value."""
        changed = httpx2.Headers(headers)
        changed[self.header] = self.prefix + self.known.secret.reveal()
        return changed


class Renewal:
    """Keeps the secrets of a run fresh, and every value of theirs out of the reports.

    main: the first that was accepted, without which nothing can be asked.
    """

    def __init__(self, secrets: Sequence[Secret], redaction: Redaction) -> None:
        self.main: Secret | None = None
        self._redaction = redaction
        self._lock = threading.RLock()
        for secret in secrets:
            redaction.conceal(secret.reveal(), secret.name)
        # The longest first, since one may end as another does.
        known = sorted(secrets, key=lambda one: len(one.reveal()), reverse=True)
        self._secrets = [_KnownSecret(one, [one.reveal()]) for one in known]
        self._has_renewable = any(one.is_renewable for one in secrets)

    def renew_expired(self, headers: httpx2.Headers, within_s: float) -> httpx2.Headers:
        """Return *headers* as they are to be sent, with the newest credential.

        within_s: for the command, if it has to be asked.
        """
        with self._lock:
            found = self._find_renewable(headers)
            if found is None:
                return headers
            known = found.known
            if not known.is_hopeless and _has_expired(known.secret.reveal()):
                try:
                    self._fetch_secret(known, within_s)
                    known.is_hopeless = _has_expired(known.secret.reveal())
                except CannotFetch:
                    known.is_hopeless = True  # whether the old one still does is for the target to say
            return found.renew_header(headers)

    def renew_refused(self, headers: httpx2.Headers, status: int, within_s: float) -> httpx2.Headers | None:
        """Return the headers to ask once more with, or None if the answer stands.

        Raises CannotRenew if another credential is needed and none comes.
        """
        with self._lock:
            found = self._find_renewable(headers)
            if found is None:
                return None
            known = found.known
            is_stale = not known.was_sent and time.monotonic() - known.fetched_at > _STALE_S
            known.was_sent = True
            if status != _UNAUTHORIZED or (found.form not in known.accepted and not is_stale):
                return None
            if found.value == known.secret.reveal():
                try:
                    self._fetch_secret(known, within_s)
                except CannotFetch as error:
                    raise CannotRenew(f"a credential was answered 401 that did before; {error}") from None
            return found.renew_header(headers)

    def note_answer(self, request: Request, status: int) -> Secret | None:
        """Note how a credential of *request* was answered; return it if it was accepted before and is refused now."""
        if status == _TOO_MANY or status >= _SERVER_ERROR:
            return None  # which say nothing of a credential
        with self._lock:
            found = self._find_secret(request)
            if found is None:
                return None
            known, form = found.known, found.form
            if status == _UNAUTHORIZED:
                return known.secret if form in known.accepted else None
            self.main = self.main or known.secret
            known.accepted.add(form)
            if status == _FORBIDDEN:
                return known.secret if form in known.let_in else None
            known.let_in.add(form)
            return None

    def _find_renewable(self, headers: httpx2.Headers) -> _SentSecret | None:
        if not self._has_renewable:
            return None
        found = self._find_in_headers(headers)
        return found if found and found.known.secret.is_renewable else None

    def _find_secret(self, request: Request) -> _SentSecret | None:
        """Find the secret of *request*, also where it is encoded for Basic or stands in the query."""
        if found := self._find_in_headers(request.headers):
            return found
        authorization = request.headers.get("authorization", "")
        query = request.url.query.decode("ascii")
        for known in self._secrets:
            for value in known.values:
                if authorization.endswith(f" {base64.b64encode(value.encode()).decode()}"):
                    return _SentSecret(known, "authorization", "basic", value)
                if f"={quote(value, safe='')}" in query:
                    return _SentSecret(known, "", "query", value)
        return None

    def _find_in_headers(self, headers: httpx2.Headers) -> _SentSecret | None:
        fields = headers.raw  # which is made anew each time
        for known in self._secrets:
            ends = known.encode_values()
            for name, text in fields:
                for value, end in ends:
                    if text.endswith(end):
                        prefix = text.removesuffix(end).decode("latin-1")
                        return _SentSecret(known, name.decode("latin-1"), prefix, value)
        return None

    def _fetch_secret(self, known: _KnownSecret, within_s: float) -> None:
        fetched = known.secret.renew(within_s)
        self._redaction.conceal(fetched, known.secret.name)
        known.values.append(fetched)
        known.fetched_at = time.monotonic()


def _has_expired(token: str) -> bool:
    """Tell whether *token* is a JWT whose time is up by the clock here, or nearly so."""
    expires = (peek_claims(token) or {}).get("exp")
    return isinstance(expires, int | float) and expires < time.time() + _EARLY_S

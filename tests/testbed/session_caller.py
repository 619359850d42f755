"""Somebody with a session of his own: calls both APIs, and steers the session through the control plane."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any, Self

import httpx2

from tests.testbed.calls import CATEGORY, PREFERENCE, bearer

_numbers = itertools.count()

A_FAN = {"fanId": "12345", "category": "content", "preference": "dark_mode", "value": True}


class Caller:
    """A fresh session of the stub at *url*, with the credentials that lead to it."""

    def __init__(self, url: str, **options: Any) -> None:
        # No stub shows a certificate, and to load the authorities takes longer than most tests.
        self.http = httpx2.Client(base_url=url, timeout=10, verify=False, **options)
        made = self.http.post("/__admin/sessions", json={"id": f"test-{next(_numbers)}"})
        assert made.status_code == 201, made.text
        ready = made.json()
        self.id: str = ready["id"]
        self.base_url: str = ready["base_url"]
        self.token: str = ready["token"]
        self.key: str = ready["api_key"]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    @contextmanager
    def through(self, url: str) -> Iterator[Caller]:
        """The same session through another stub."""
        other = copy(self)
        with httpx2.Client(base_url=url, timeout=10, verify=False) as other.http:
            other.base_url = self.base_url.replace(str(self.http.base_url).rstrip("/"), url)
            yield other

    def write(self, body: Mapping[str, Any] = A_FAN, **headers: str) -> httpx2.Response:
        """Create or update a preference of OnlyAutomator; the session rides in the token."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.http.post(PREFERENCE, json=body, headers={**bearer(self.token), **named})

    def set(self, body: Mapping[str, Any], path: str = CATEGORY, **headers: str) -> httpx2.Response:
        """Set a preference of SuprSend; the session rides in the key."""
        return self.http.patch(path, json=body, headers={**bearer(self.key), **headers})

    def ask(self, method: str, path: str, body: Any = ..., **headers: str) -> httpx2.Response:
        """Call the control plane, whatever comes of it."""
        sent = {} if body is ... else {"json": body}
        return self.http.request(
            method, f"/__admin/{path}", params={"session": self.id}, headers=headers, **sent
        )

    def admin(self, method: str, path: str, body: Any = ...) -> Any:
        """Call the control plane, which agrees."""
        answer = self.ask(method, path, body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def faults(self, *rules: Mapping[str, Any]) -> None:
        self.admin("PUT", "faults", [{"match": {}, **rule} for rule in rules])

    def journal(self) -> list[dict[str, Any]]:
        return self.admin("GET", "requests")

    def freeze(self, instant: str = "2030-01-02T03:04:05Z") -> None:
        """Stop the clock, and show a token of that time from then on."""
        self.admin("PUT", "clock", {"action": "freeze", "instant": instant})
        self.token = self.admin("POST", "tokens")["token"]

    def advance(self, by_s: float) -> None:
        self.admin("PUT", "clock", {"action": "advance", "by_s": by_s})

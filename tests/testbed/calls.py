"""A good request of each API, the credentials the fixtures know, and what came back over a bare socket."""

from __future__ import annotations

import http.client
import json
import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2
import jwt

SECRET = "super-secret-jwt-token-with-at-least-32-characters-long"
KEY = "SS.local-development-key"

PREFERENCE = "/api/v2/update-preference"
PREFERENCES = "/api/v2/get-preferences"
OBJECT = "/v1/object/departments/engineering/preference"
CATEGORY = f"{OBJECT}/category/status-update-alert"


def token(*, secret: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """Sign a token as Supabase Auth does; a claim given as None is left out."""
    now = int(time.time())
    everything = {
        "aud": "authenticated",
        "role": "authenticated",
        "sub": "user-7",
        "iat": now,
        "exp": now + 600,
        **claims,
    }
    kept = {name: value for name, value in everything.items() if value is not None}
    return jwt.encode(kept, secret, algorithm=algorithm)


def bearer(credential: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {credential}"}


@contextmanager
def takes_at_least(seconds: float) -> Iterator[None]:
    """Fail if what is done takes less than that.

    An event loop counts from when it last looked at the clock, so a wait may end some milliseconds early.
    """
    began = time.monotonic()
    yield
    assert time.monotonic() - began >= seconds - 0.02


def fresh(**members: Any) -> dict[str, Any]:
    """A good body for a record that nobody wrote before."""
    name = f"preference_{uuid.uuid4().hex}"
    return {"fanId": "12345", "category": "content", "preference": name, "value": True, **members}


@dataclass(frozen=True)
class Caller:
    """Somebody with a valid credential for both APIs, on one connection to the stub."""

    http: httpx2.Client

    def write(self, body: Any, **options: Any) -> httpx2.Response:
        """Create or update a preference of OnlyAutomator."""
        headers = {**bearer(token()), **options.pop("headers", {})}
        return self.http.post(PREFERENCE, json=body, headers=headers, **options)

    def wrote(self, body: Any, **options: Any) -> dict[str, Any]:
        """Create or update a preference that is accepted."""
        answer = self.write(body, **options)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    def read(self, **query: Any) -> httpx2.Response:
        """List preferences of OnlyAutomator."""
        return self.http.get(PREFERENCES, params=query, headers=bearer(token()))

    def set(self, body: Any, path: str = CATEGORY, **options: Any) -> httpx2.Response:
        """Set an object's preference in a category of SuprSend."""
        headers = {**bearer(KEY), **options.pop("headers", {})}
        return self.http.patch(path, json=body, headers=headers, **options)

    def channels(self, body: Any, path: str = CATEGORY, **options: Any) -> dict[str, str]:
        """Set a preference that is accepted, and tell what each channel came to."""
        answer = self.set(body, path, **options)
        assert answer.status_code == 202, answer.text
        return {channel["channel"]: channel["preference"] for channel in answer.json()["channels"]}

    def ask(self, path: str = "", **query: Any) -> httpx2.Response:
        """Read something of SuprSend; *path* goes on from the object's preferences, unless it is absolute."""
        target = path if path.startswith("/v1") else OBJECT + path
        return self.http.get(target, params=query, headers=bearer(KEY))

    def restrict(
        self, path: str = "/channel_preference", at: str = OBJECT, **channels: bool
    ) -> httpx2.Response:
        """Restrict channels of an object, or free them."""
        listed = [{"channel": name, "is_restricted": value} for name, value in channels.items()]
        return self.set({"channel_preferences": listed}, at + path)


@dataclass(frozen=True)
class Answer:
    """An answer as it came over a socket; header names are lower case."""

    status: int
    headers: dict[str, str]
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


def request(
    method: str = "POST",
    target: str = PREFERENCE,
    headers: dict[str, str] | None = None,
    content: bytes = b"",
    *,
    length: bool = True,
) -> bytes:
    """Write a request byte by byte."""
    lines = {"Host": "stub", **(headers or {})}
    if length and content:
        lines["Content-Length"] = str(len(content))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("latin-1") + content


def connect(url: str, timeout_s: float = 5) -> socket.socket:
    address = urlsplit(url)
    return socket.create_connection((address.hostname, address.port), timeout_s)


def read(connection: socket.socket, method: str = "POST") -> Answer:
    """Read one answer."""
    answer = http.client.HTTPResponse(connection, method=method)
    try:
        answer.begin()
        headers = {name.lower(): value for name, value in answer.getheaders()}
        return Answer(answer.status, headers, answer.read())
    finally:
        answer.close()


def ask(url: str, sent: bytes, method: str = "POST") -> Answer:
    """Send bytes on a connection of their own and read one answer."""
    with connect(url) as connection:
        connection.sendall(sent)
        return read(connection, method)

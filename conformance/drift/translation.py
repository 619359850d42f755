"""The requests of a run as a stub is to get them: its address, its credentials and its fixtures in their place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

import httpx2
from pydantic import BaseModel

from conformance.http.connection import Request
from conformance.target.profile import AnyTarget

_DELIMITER = re.compile(r"([/?&=])")


class Translation:
    """Makes of a request to *target* the same one to *stub*, which has a profile of its own or the target's."""

    def __init__(self, target: AnyTarget, stub: AnyTarget) -> None:
        self._target = target
        self._stub = stub
        self._target_path = httpx2.URL(target.base_url).raw_path.decode("ascii").rstrip("/")
        given, wanted = (dict(_list_texts(one.fixtures)) for one in (target, stub))
        self._values = {text: wanted[at] for at, text in given.items() if wanted.get(at, text) != text}

    def translate(self, request: Request) -> Request:
        """Make the request to the stub."""
        path = request.url.raw_path.decode("ascii").removeprefix(self._target_path)
        url = httpx2.URL(f"{self._stub.base_url.rstrip('/')}{self._translate_path(path)}")
        content = self._translate_body(request.content)
        headers = [
            (name, self._translate_header(name.lower(), value, url, content))
            for name, value in request.headers.raw
        ]
        return Request(request.method, url, httpx2.Headers(headers), content)

    def _translate_path(self, path: str) -> str:
        if not self._values:
            return path
        steps = _DELIMITER.split(path)
        return "".join(
            quote(self._values[unquote(step)], safe="") if unquote(step) in self._values else step
            for step in steps
        )

    def _translate_header(self, name: bytes, value: bytes, url: httpx2.URL, content: bytes) -> bytes:
        if name == b"host":
            return url.netloc
        if name == b"content-length":
            return b"%d" % len(content)
        # Credentials are compared when they are needed: a run may have renewed them.
        others = {one.key: one for one in self._stub.secrets()}
        for secret in self._target.secrets():
            if secret.key in others:
                value = value.replace(secret.reveal().encode(), others[secret.key].reveal().encode())
        return value

    def _translate_body(self, content: bytes) -> bytes:
        if not self._values:
            return content
        try:
            given = json.loads(content)
            translated = self._translate_value(given)
        except (ValueError, RecursionError):
            return content  # which holds nothing that a server could read
        return content if translated == given else json.dumps(translated).encode()

    def _translate_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._values.get(value, value)
        if isinstance(value, list):
            return [self._translate_value(one) for one in value]
        if isinstance(value, dict):
            return {name: self._translate_value(inner) for name, inner in value.items()}
        return value


def _list_texts(fixtures: BaseModel | Mapping[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts of fixtures, each with the place where it stands."""
    given = fixtures.model_dump() if isinstance(fixtures, BaseModel) else fixtures
    for name, value in given.items():
        if isinstance(value, str):
            yield f"{at}.{name}", value
        elif isinstance(value, Mapping):
            yield from _list_texts(value, f"{at}.{name}")

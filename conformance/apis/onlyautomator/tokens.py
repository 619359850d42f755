"""Bad tokens made out of a good one."""

from __future__ import annotations

import base64
import json
from typing import Any

from conformance.assertions.outcome import NotTested

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Token:
    """A JWT in its three parts; NotTested is raised for a token that is none."""

    def __init__(self, text: str) -> None:
        parts = text.split(".")
        if len(parts) != 3 or not all(parts):
            raise NotTested("credentials.user is not a JWT in three parts, so no bad one can be made of it")
        self.text = text
        self._header, self._claims, self._signature = parts

    def tampered(self) -> str:
        """Change one character in the middle of the signature, where every bit counts."""
        middle = len(self._signature) // 2
        return self._signed(
            self._signature[:middle] + _other(self._signature[middle]) + self._signature[middle + 1 :]
        )

    def truncated(self) -> str:
        """Cut off the last quarter of the signature, and with it at least one byte."""
        return self._signed(self._signature[: len(self._signature) * 3 // 4])

    def unsigned(self) -> str:
        """Cut off the whole signature."""
        return self._signed("")

    def altered(self, **claims: Any) -> str:
        """Put other claims under the same signature."""
        return f"{self._header}.{_encoded({**_decoded(self._claims), **claims})}.{self._signature}"

    def without_algorithm(self, name: str = "none") -> str:
        """Say in the header that no signature is needed, and leave it out."""
        return f"{_encoded({**_decoded(self._header), 'alg': name})}.{self._claims}."

    def _signed(self, signature: str) -> str:
        return f"{self._header}.{self._claims}.{signature}"


def _other(character: str) -> str:
    return _ALPHABET[_ALPHABET.index(character) ^ 0b100000] if character in _ALPHABET else "A"


def _decoded(part: str) -> dict[str, Any]:
    try:
        content = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise NotTested("credentials.user is not a JWT that can be read, so no bad one can be made of it")
    return content


def _encoded(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

"""Bad tokens made out of a good one."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

from conformance.assertions.outcome import NotTested
from openapi.jwt import decode_part

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Token:
    """A JWT in its three parts; NotTested is raised for a token that is none."""

    def __init__(self, text: str) -> None:
        parts = text.split(".")
        if len(parts) != 3 or not all(parts):
            raise NotTested("credentials.user is not a JWT in three parts, so no bad one can be made of it")
        self.text = text
        self._header, self._claims, self._signature = parts

    @property
    def subject(self) -> Any:
        """The claim sub; None if there is none."""
        return _decode_part(self._claims).get("sub")

    def with_tampered_signature(self) -> str:
        """Change one character in the middle of the signature, where every bit counts."""
        # The last character of Base64 may hold bits that are not used; in the middle every bit counts.
        middle = len(self._signature) // 2
        return self._with_signature(
            self._signature[:middle] + _flip_one_bit(self._signature[middle]) + self._signature[middle + 1 :]
        )

    def with_truncated_signature(self) -> str:
        """Cut off the last quarter of the signature, and with it at least one byte."""
        return self._with_signature(self._signature[: len(self._signature) * 3 // 4])

    def without_signature(self) -> str:
        """Cut off the whole signature, but for the dot before it."""
        return self._with_signature("")

    def without_third_part(self) -> str:
        """Cut off the whole signature with its dot."""
        return f"{self._header}.{self._claims}"

    def with_claims(self, **claims: Any) -> str:
        """Put other claims under the same signature."""
        return f"{self._header}.{_encode_part({**_decode_part(self._claims), **claims})}.{self._signature}"

    def without_algorithm(self, name: str = "none") -> str:
        """Say in the header that no signature is needed, and leave it out."""
        return f"{_encode_part({**_decode_part(self._header), 'alg': name})}.{self._claims}."

    def with_signature_by(self, secret: str) -> str:
        """Sign the same claims with another secret."""
        head = f"{_encode_part({**_decode_part(self._header), 'alg': 'HS256'})}.{self._claims}"
        signature = hmac.digest(secret.encode(), head.encode(), "sha256")
        return f"{head}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"

    def _with_signature(self, signature: str) -> str:
        return f"{self._header}.{self._claims}.{signature}"


def _flip_one_bit(character: str) -> str:
    # One bit of the six that a character holds, so that the signature keeps its length and its alphabet.
    return _ALPHABET[_ALPHABET.index(character) ^ 0b100000] if character in _ALPHABET else "A"


def _decode_part(part: str) -> dict[str, Any]:
    content = decode_part(part)
    if content is None:
        raise NotTested("credentials.user is not a JWT that can be read, so no bad one can be made of it")
    return content


def _encode_part(content: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()

"""SuprSend servers that take a liberty with what stands under "Authorizations"."""

from __future__ import annotations

import base64
import itertools
import re

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Reference, Refused


class Forbids(Reference):
    """A bad credential is 403."""

    costs = frozenset({"missing-key-status", "wrong-key-status"})
    takes = frozenset(
        {
            "missing-credentials=refused-403",
            "bad-credentials=refused-403",
            "malformed-credentials=refused-403",
            "false-signature=refused-403",
        }
    )

    def _error_response(self, refused: Refused) -> Response:
        refused.status = 403 if refused.status == 401 else refused.status
        return super()._error_response(refused)


class HidesFromStrangers(Reference):
    """A bad credential finds nothing: 404."""

    costs = frozenset({"missing-key-status", "wrong-key-status"})
    takes = frozenset(
        {
            "missing-credentials=refused-404",
            "bad-credentials=refused-404",
            "malformed-credentials=refused-404",
            "false-signature=refused-404",
        }
    )

    def _error_response(self, refused: Refused) -> Response:
        refused.status = 404 if refused.status == 401 else refused.status
        return super()._error_response(refused)


class BadHeaderIsABadRequest(Reference):
    """A missing or malformed credential is a bad request."""

    costs = frozenset({"missing-key-status"})
    takes = frozenset(
        {
            "missing-credentials=refused-400",
            "malformed-credentials=refused-400",
            "lower-case-scheme=refused-400",
            "false-signature=refused-400",
        }
    )

    def _authenticate_caller(self, request: Request) -> None:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            raise Refused(400, "the header authorization is required")
        super()._authenticate_caller(request)


class TakesOtherSchemes(Reference):
    """The right key is also taken without a scheme, behind any word, and as a Basic credential."""

    costs = frozenset({"basic-scheme"})
    takes = frozenset({"malformed-credentials=accepted"})

    def _authenticate_caller(self, request: Request) -> None:
        credential = request.headers.get("authorization", "").rpartition(" ")[2]
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        if credential not in (self.key, basic):
            super()._authenticate_caller(request)


class TakesOtherPlaces(Reference):
    """The right key is also taken from a cookie, the query or another header."""

    def _authenticate_caller(self, request: Request) -> None:
        cookie = request.headers.get("cookie", "").partition("session=")[2]
        elsewhere = (cookie, request.query.get("api_key"), request.headers.get("x-api-key"))
        if self.key not in elsewhere:
            super()._authenticate_caller(request)


class UnknownParametersRefused(Reference):
    """A query parameter that the server does not know is a bad request, whoever asks."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        known = {"tenant_id", "show_opt_out_channels", "locale", "tags", "limit", "offset"}
        if request.query.keys() <= known:
            return super().answer(request)
        return self._error_response(Refused(400, "unknown parameter"))


class SchemeAsWritten(Reference):
    """The scheme is Bearer with a capital, nothing else."""

    takes = frozenset({"lower-case-scheme=refused-401"})

    def _authenticate_caller(self, request: Request) -> None:
        if not request.headers.get("authorization", "").startswith("Bearer "):
            raise Refused(401, "not authenticated")
        super()._authenticate_caller(request)


class LooksBeforeItAsks(Reference):
    """The object and the category are looked up before the key, and the body is read first of all."""

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        try:
            if request.segments[-2:-1] == ["category"]:
                self._read_body(request) if request.method != "GET" else None
                self._find_place(request)
        except Refused as refused:
            return self._error_response(refused)
        return super().answer(request)


class ReadsKeysAsBase64(Reference):
    """A key is bytes in Base64, of which what fills no byte or stands behind the padding is left out."""

    key = "fzdUa1E5dlhi"

    def _is_known_key(self, key: str) -> bool:
        return self._decode(key) == self._decode(self.key)

    def _decode(self, key: str) -> bytes:
        letters = re.sub(r"[^A-Za-z0-9+/]", "", key.partition("=")[0])
        whole = letters[: len(letters) - (len(letters) % 4 == 1)]
        return base64.b64decode(whole + "=" * (-len(whole) % 4))


class ReadsPaddedKeysAsBase64(ReadsKeysAsBase64):
    """A key is bytes in Base64 with padding, behind which nothing is looked at."""

    key = "fzdUa1E5dlhiVDI="


class ReadsKeysAsNumbers(Reference):
    """A key is a hexadecimal number behind a name, in either case, and ends with its last whole byte."""

    key = "SS.7f3a9c0b12de45f6"

    def _is_known_key(self, key: str) -> bool:
        return self._read_bytes(key) == self._read_bytes(self.key)

    def _read_bytes(self, key: str) -> list[str]:
        number = key.lower().removeprefix("ss.")
        return re.findall("..", "".join(itertools.takewhile("0123456789abcdef".__contains__, number)))

"""SuprSend servers that break a requirement of "Authorizations"."""

from __future__ import annotations

import base64
from typing import ClassVar

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import (
    Reference,
    Refused,
)


class AcceptsNoKey(Reference):
    """A request without any credential is granted."""

    breaks = frozenset({"missing-key"})

    def _authenticate_caller(self, request: Request) -> None:
        if "authorization" in request.headers:
            super()._authenticate_caller(request)


class AcceptsNoKeyWithSlash(Reference):
    """A path with a trailing slash passes by the door."""

    breaks = frozenset({"missing-key"})

    def _authenticate_caller(self, request: Request) -> None:
        if "authorization" in request.headers or not request.path.endswith("/"):
            super()._authenticate_caller(request)


class RedirectsNoKey(Reference):
    """A request without any credential is sent to a login page."""

    breaks = frozenset({"missing-key"})

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if "authorization" not in request.headers:
            return Response(302, headers={"location": "/login"})
        return super().answer(request)


class AcceptsEmptyKey(Reference):
    """The word Bearer alone is granted."""

    breaks = frozenset({"empty-key"})

    def _is_known_key(self, key: str) -> bool:
        return not key.strip() or super()._is_known_key(key)


class AcceptsAnyKey(Reference):
    """Any key is granted, as long as there is one."""

    breaks = frozenset({"wrong-key", "cut-key", "lengthened-key", "key-in-other-case"})

    def _is_known_key(self, key: str) -> bool:
        return bool(key.strip())


class AcceptsKeyShape(Reference):
    """A key of the right length and beginning is granted."""

    breaks = frozenset({"wrong-key"})

    def _is_known_key(self, key: str) -> bool:
        return len(key) == len(self.key) and key[:4] == self.key[:4]


class AcceptsKeyShapeForLockedCategories(AcceptsKeyShape):
    """In a locked category a key of the right length and beginning is granted."""

    def _authenticate_caller(self, request: Request) -> None:
        self._is_loose = request.method == "PATCH" and self.is_loose(request)
        super()._authenticate_caller(request)

    def _is_known_key(self, key: str) -> bool:
        return super()._is_known_key(key) if self._is_loose else key == self.key

    def is_loose(self, request: Request) -> bool:
        """Tell whether a request need not have the right key."""
        return request.segments[-1] == "security-alert"


class AcceptsKeyShapeForTenants(AcceptsKeyShapeForLockedCategories):
    """For a tenant a key of the right length and beginning is granted."""

    def is_loose(self, request: Request) -> bool:
        return "tenant_id" in request.query


class AcceptsKeyShapeForTeams(AcceptsKeyShapeForLockedCategories):
    """For objects of another type a key of the right length and beginning is granted."""

    def is_loose(self, request: Request) -> bool:
        return request.segments[2] == "teams"


class IgnoresTheCaseOfAKey(Reference):
    """A key is granted in any case, as a database compares."""

    breaks = frozenset({"key-in-other-case"})

    def _is_known_key(self, key: str) -> bool:
        return key.lower() == self.key.lower()


class AcceptsHalfAKey(Reference):
    """The beginning of a key is granted."""

    breaks = frozenset({"cut-key"})

    def _is_known_key(self, key: str) -> bool:
        return len(key) > 5 and self.key.startswith(key)


class AcceptsLongerKeys(Reference):
    """A key with something behind it is granted."""

    breaks = frozenset({"lengthened-key"})

    def _is_known_key(self, key: str) -> bool:
        return key.startswith(self.key)


class AcceptsAnyScheme(Reference):
    """The key is taken from behind whatever word stands before it."""

    breaks = frozenset({"basic-scheme"})

    def _authenticate_caller(self, request: Request) -> None:
        if request.headers.get("authorization", "").split(" ")[1:] != [self.key]:
            super()._authenticate_caller(request)


class AcceptsBasic(Reference):
    """The key as a Basic credential is granted."""

    breaks = frozenset({"basic-scheme"})

    def _authenticate_caller(self, request: Request) -> None:
        basic = base64.b64encode(f"{self.key}:".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            super()._authenticate_caller(request)


class NoKeyIsForbidden(Reference):
    """A missing key is answered 403."""

    breaks = frozenset({"missing-key-status"})

    def _authenticate_caller(self, request: Request) -> None:
        if "authorization" not in request.headers:
            raise Refused(403, "forbidden")
        super()._authenticate_caller(request)


class WrongKeyIsForbidden(Reference):
    """A wrong key is answered 403."""

    breaks = frozenset({"wrong-key-status"})

    def _is_known_key(self, key: str) -> bool:
        if key and not super()._is_known_key(key):
            raise Refused(403, "forbidden")
        return bool(key)


class OpenSomewhere(Reference):
    """A request without any credential is granted to some of what there is."""

    breaks = frozenset({"missing-key"})

    def _authenticate_caller(self, request: Request) -> None:
        if "authorization" in request.headers or not self.is_open(request):
            super()._authenticate_caller(request)

    def is_open(self, request: Request) -> bool:
        """Tell whether a request passes by the door."""
        return request.method == "PATCH" and "tenant_id" in request.query


class OpenToOtherObjects(OpenSomewhere):
    """Another object's preferences are anybody's."""

    def is_open(self, request: Request) -> bool:
        return request.method == "PATCH" and request.segments[3] == "sales"


class OpenToTeams(OpenSomewhere):
    """The objects of another type are anybody's."""

    def is_open(self, request: Request) -> bool:
        return request.method == "PATCH" and request.segments[2] == "teams"


class OpenToOtherTypes(OpenSomewhere):
    """Only the objects of known types are guarded, and those of others come into being."""

    objects: ClassVar = {*Reference.objects, ("conformance_unknown", "engineering")}

    def is_open(self, request: Request) -> bool:
        return request.method == "PATCH" and request.segments[2] not in ("departments", "teams")


class OpenToOtherCategories(OpenSomewhere):
    """Only one category is guarded."""

    def is_open(self, request: Request) -> bool:
        return request.method == "PATCH" and request.segments[-1] == "invoices"


class OpenToLockedCategories(OpenSomewhere):
    """Nobody guards what cannot be left anyway."""

    def is_open(self, request: Request) -> bool:
        return request.method == "PATCH" and request.segments[-1] == "security-alert"


class OpenToCookies(OpenSomewhere):
    """Whoever has a cookie has a session."""

    def is_open(self, request: Request) -> bool:
        return "cookie" in request.headers


class OpenToQueries(OpenSomewhere):
    """Whoever has a key in the query has a key."""

    def is_open(self, request: Request) -> bool:
        return "api_key" in request.query


class OpenToOtherHeaders(OpenSomewhere):
    """A key in another header is not looked at."""

    def is_open(self, request: Request) -> bool:
        return "x-api-key" in request.headers


class ReadsAreOpenToTenants(OpenSomewhere):
    """A tenant's preferences may be read by anybody."""

    breaks = frozenset({"read-without-key"})

    def is_open(self, request: Request) -> bool:
        return request.method == "GET" and "tenant_id" in request.query


class ReadsAreOpenToTeams(OpenSomewhere):
    """The preferences of objects of another type may be read by anybody."""

    breaks = frozenset({"read-without-key"})

    def is_open(self, request: Request) -> bool:
        return request.method == "GET" and request.segments[2] == "teams"


class ReadsOfLockedCategoriesAreOpen(OpenSomewhere):
    """What cannot be left may be read by anybody."""

    breaks = frozenset({"read-without-key"})

    def is_open(self, request: Request) -> bool:
        return request.method == "GET" and request.segments[-1] == "security-alert"


class AcceptsAnySignature(Reference):
    """Of a signature only the form is looked at."""

    breaks = frozenset({"missing-key"})

    def _authenticate_caller(self, request: Request) -> None:
        signature = request.headers.get("authorization", "").partition(":")[2]
        if len(signature) != 44:
            super()._authenticate_caller(request)


class AcceptsAnyKeyBehindAWord(Reference):
    """Behind bearer in lower case a key is not looked at."""

    breaks = frozenset({"wrong-key"})
    word = "bearer"

    def _authenticate_caller(self, request: Request) -> None:
        if request.headers.get("authorization", "").partition(" ")[0] != self.word:
            super()._authenticate_caller(request)


class AcceptsAnyKeyInCapitals(AcceptsAnyKeyBehindAWord):
    """Behind BEARER in capitals a key is not looked at."""

    word = "BEARER"


class AcceptsAnyToken(AcceptsAnyKeyBehindAWord):
    """Behind another word a key is not looked at."""

    word = "Token"


class AcceptsAnyBasic(AcceptsAnyKeyBehindAWord):
    """A Basic credential is not looked at."""

    breaks = frozenset({"wrong-key", "basic-scheme"})
    word = "Basic"


class AcceptsAWrongEnd(Reference):
    """The last letter of a key is not compared."""

    breaks = frozenset({"wrong-key"})

    def _is_known_key(self, key: str) -> bool:
        return len(key) == len(self.key) and key[:-1] == self.key[:-1]


class AcceptsAnyKeyBesideAnotherHeader(Reference):
    """Of two keys neither is looked at, if one is in another header."""

    breaks = frozenset({"wrong-key"})

    def _authenticate_caller(self, request: Request) -> None:
        if "authorization" not in request.headers or not self.has_another_key(request):
            super()._authenticate_caller(request)

    def has_another_key(self, request: Request) -> bool:
        """Tell whether a request has something like a key in another place, too."""
        return "x-api-key" in request.headers


class AcceptsAnyKeyBesideACookie(AcceptsAnyKeyBesideAnotherHeader):
    """Beside a cookie a key is not looked at."""

    def has_another_key(self, request: Request) -> bool:
        return "cookie" in request.headers


class AcceptsAnyKeyBesideAQuery(AcceptsAnyKeyBesideAnotherHeader):
    """Of two keys neither is looked at, if one is in the query."""

    def has_another_key(self, request: Request) -> bool:
        return "api_key" in request.query

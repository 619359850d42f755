"""SuprSend servers that take a liberty with what stands under "Object Preference Category - Opt Out Channel"."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

from conformance.proof.messages import Request, Response
from conformance.proof.reference.suprsend import Place, Reference, Refused


class KnowsOnlyPatch(Reference):
    """Any other method is not implemented, as the profile says, which promises no reads."""

    takes = frozenset({"read-with-get=other", "other-method=refused-501"})

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile without capabilities."""
        return {name: part for name, part in super().profile(base_url).items() if name != "capabilities"}

    def _handle_operation(self, request: Request) -> Response:
        if request.method != "PATCH":
            raise Refused(501, "not implemented")
        return self._write_preference(request)


class RedirectsToSlash(Reference):
    """The path without a trailing slash leads to the one with it."""

    takes = frozenset({"trailing-slash=redirect-308-to-slash"})

    status = 308

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        path, question, query = request.target.partition("?")
        if not path.endswith("/"):
            return Response(self.status, headers={"Location": f"{path}/{question}{query}"})
        return super().answer(request)


class RedirectsToSlashForNow(RedirectsToSlash):
    """The same with 307."""

    status = 307


class RedirectsFromSlash(Reference):
    """The path with a trailing slash leads to the one without."""

    takes = frozenset({"trailing-slash=redirect-308-from-slash"})

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        path, question, query = request.target.partition("?")
        if path.endswith("/"):
            here = f"http://{request.headers['host']}"
            return Response(308, headers={"location": f"{here}{path.rstrip('/')}{question}{query}"})
        return super().answer(request)


class RedirectsFromSlashInAnotherVoice(Reference):
    """Before a key is looked at, the path with a trailing slash leads inward, to itself, or where a GET may go."""

    costs = frozenset({"other-slash-form"})
    _redirects = itertools.cycle(
        [(308, "http://app.internal:8000{}"), (308, "{}/"), (301, "{}"), (302, "{}")]
    )

    def answer(self, request: Request) -> Response:
        """Answer one request."""
        if not request.path.endswith("/"):
            return super().answer(request)
        status, location = next(self._redirects)
        return Response(status, headers={"location": location.format(request.path.removesuffix("/"))})


class NoTrailingSlash(Reference):
    """Only the path as the document writes it is known."""

    costs = frozenset({"other-slash-form"})
    takes = frozenset({"trailing-slash=no-slash-only"})

    def _find_place(self, request: Request) -> Place:
        if request.path.endswith("/"):
            raise Refused(404, "nothing here")
        return super()._find_place(request)


class OnlyTrailingSlash(Reference):
    """Only the path with a trailing slash is known; the profile says so."""

    costs = frozenset({"other-slash-form"})
    takes = frozenset({"trailing-slash=slash-only"})

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile that leaves nothing untested."""
        return {**super().profile(base_url), "path_style": "trailing_slash"}

    def _find_place(self, request: Request) -> Place:
        if not request.path.endswith("/"):
            raise Refused(404, "nothing here")
        return super()._find_place(request)


class BehindAPrefix(Reference):
    """The API lies behind a path of its own."""

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile that leaves nothing untested."""
        return super().profile(f"{base_url}/hub/")

    def _handle_operation(self, request: Request) -> Response:
        return super()._handle_operation(replace(request, target=request.target.removeprefix("/hub")))

"""OnlyAutomator servers that take a liberty with what stands under "Endpoint"."""

from __future__ import annotations

from conformance.proof.messages import Request, Response
from conformance.proof.reference.onlyautomator import (
    METHODS,
    PATH,
    Reference,
)


class BothSlashForms(Reference):
    """A slash at the end of the path makes no difference."""

    def check_route(self, request: Request) -> None:
        path = request.target.removesuffix("/")
        super().check_route(Request(request.method, path, request.headers, request.body))


class OtherMethodsAreAccepted(Reference):
    """A GET is answered with a page."""

    def answer(self, request: Request) -> Response:
        if (request.method, request.path) == ("GET", PATH):
            return Response(200, b"<h1>Preferences</h1>", {"content-type": "text/html"})
        return super().answer(request)


class UnknownPathsInHtml(Reference):
    """Whatever is not the operation is answered with a page."""

    def answer(self, request: Request) -> Response:
        if METHODS.get(request.path) != request.method:
            return Response(404, b"<h1>Not Found</h1>", {"content-type": "text/html"})
        return super().answer(request)


class SlashIsAdded(Reference):
    """The path without a slash is redirected to the path with one."""

    status = 308

    def answer(self, request: Request) -> Response:
        if request.target == PATH:
            return Response(self.status, b"", {"location": f"{PATH}/"})
        bare = request.target.removesuffix("/")
        return super().answer(Request(request.method, bare, request.headers, request.body))


class SlashIsAddedForNow(SlashIsAdded):
    """The redirect is a temporary one."""

    status = 307

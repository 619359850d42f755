"""What the references have in common, and with them every mutant and every liberty."""

from __future__ import annotations

from typing import Any, ClassVar

from conformance.http.clock import Clock
from conformance.proof.messages import Request, Response


class ProfiledServer:
    """A server that brings the profile by which it is judged, and looks at no clock but its own.

    needs_connection: whether it changes how an answer travels, which a call would not show.
    costs: the SHOULDs that a liberty fails, by their ids without the API. takes: the alternatives that the judge has to
    see in a liberty, as choice=alternative; "other" is one that the contract does not name.
    """

    needs_connection: ClassVar = False
    costs: ClassVar[frozenset[str]] = frozenset()
    takes: ClassVar[frozenset[str]] = frozenset()

    def __init__(self) -> None:
        self.clock = Clock()

    def answer(self, request: Request) -> Response:  # noqa: ARG002 - for overrides
        """Answer one request."""
        return Response(501)

    def profile(self, base_url: str) -> dict[str, Any]:
        """Return a target profile in which nothing is missing."""
        return {"base_url": base_url}

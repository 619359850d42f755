"""The operations of a contract without a behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mockserver.contract.operation import Operation
from mockserver.contract.responses.accept import read_accepted
from mockserver.contract.responses.example_handler import ASKED, Asked
from mockserver.http.request import Request
from openapi.media_type import bare_media_type

if TYPE_CHECKING:
    from mockserver.session.session import Session


class ExampleOperation(Operation):
    """Makes up what the contract shows no example of, and answers what a caller accepts."""

    makes_up = True

    async def read_arguments(
        self, request: Request, path_values: tuple[str, ...], caller: Any, session: Session | None = None
    ) -> dict[str, Any]:
        """Read the arguments, and add what answer is asked for."""
        arguments = await super().read_arguments(request, path_values, caller, session)
        media_type = bare_media_type(request.header("content-type") or "")
        arguments[ASKED] = Asked(self.documented, read_accepted(request), media_type)
        return arguments

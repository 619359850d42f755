"""What answers the calls of a contract without a behaviour."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.contract.responses.accept import Accepted
from mockserver.contract.responses.documented import DocumentedResponses
from mockserver.http.reply import Reply

if TYPE_CHECKING:
    from mockserver.session.session import Session

# The argument with the answer that is asked for; no parameter that is read is called so, since it is a reserved header.
ASKED = "Accept"


class Asked(NamedTuple):
    """The answers that an operation documents, what its caller accepts, and the media type of what was sent."""

    responses: DocumentedResponses
    accepted: Accepted
    media_type: str


class ExampleHandler:
    """Answers every valid call of an operation with what the contract documents."""

    answers_by_contract = True

    async def handle(self, session: Session, arguments: dict[str, Any]) -> Reply:  # noqa: ARG002
        """Answer, whatever the arguments."""
        asked: Asked = arguments[ASKED]
        return asked.responses.usual_reply(asked.accepted)

    async def look_up(self, session: Session, body: Any) -> None:
        """Do nothing: examples are there whatever is named."""

    def argument_mismatch(self, given: Collection[str]) -> str | None:
        """Accept the arguments of every contract, since the reply depends on none."""

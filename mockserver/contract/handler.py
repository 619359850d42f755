"""What answers the valid calls of an operation."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Collection
from typing import TYPE_CHECKING, Any, Protocol

from mockserver.http.reply import Reply, Stream

if TYPE_CHECKING:
    from mockserver.session.session import Session


class Handler(Protocol):
    """Answers a valid call.

    answers_by_contract: whether it answers what the contract shows, as it has no other behaviour.
    """

    answers_by_contract: bool

    def handle(self, session: Session, arguments: dict[str, Any]) -> Awaitable[Reply | Stream]:
        """Answer with the *arguments* that the contract gives: the parameters, ``body`` and ``caller``."""
        ...

    async def look_up(self, session: Session, body: Any) -> None:
        """Raise the problem of what an invalid *body* names and is not there, where that comes before the rest."""
        ...

    def argument_mismatch(self, given: Collection[str]) -> str | None:
        """Say which arguments this takes instead of those *given* by the contract; None if they are the same."""
        ...


class MethodHandler:
    """A method of an API, which takes the arguments by name.

    instance: gives the object of a session that the method belongs to.
    """

    __slots__ = ("_function", "_instance")
    answers_by_contract = False

    def __init__(
        self, function: Callable[..., Awaitable[Reply | Stream]], instance: Callable[[Session], Any]
    ) -> None:
        self._function = function
        self._instance = instance

    # Not a coroutine itself: it hands out the method's own, and a call costs one less.
    def handle(self, session: Session, arguments: dict[str, Any]) -> Awaitable[Reply | Stream]:
        """Call the method."""
        return self._function(self._instance(session), **arguments)

    async def look_up(self, session: Session, body: Any) -> None:
        """Let the API look it up, whose contract says that it may have to."""
        await self._instance(session).look_up(body)

    def argument_mismatch(self, given: Collection[str]) -> str | None:
        """Compare the method's parameters with the arguments *given*."""
        taken = set(inspect.signature(self._function).parameters) - {"self"}
        return None if taken == set(given) else ", ".join(sorted(taken))

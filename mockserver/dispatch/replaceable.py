"""An application in whose place another one can be put while it serves."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from mockserver.http.connection import Application
from mockserver.http.headers import KnownHeads
from mockserver.http.problems import Problem


class ReplaceableApplication:
    """Gives each request to the application that is *current* when it comes, which answers it to its end."""

    def __init__(self, current: Application) -> None:
        self.current = current

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event of ASGI."""
        await self.current(scope, receive, send)

    @property
    def known_heads(self) -> KnownHeads:
        """What the connections have read."""
        return self.current.known_heads

    def is_soon_answered(self, target: bytes) -> bool:
        """Tell whether what is asked for is usually answered without waiting for anything."""
        return self.current.is_soon_answered(target)

    def refusal(self, target: bytes, headers: list[tuple[bytes, bytes]], problem: Problem) -> bytes:
        """Write the whole response to what cannot be read as HTTP."""
        return self.current.refusal(target, headers, problem)

    def stop(self) -> None:
        """End what waits for further requests."""
        self.current.stop()

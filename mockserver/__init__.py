"""A stub that keeps the contracts: stateful, in the APIs' own voice, for frontend teams and CI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.testing.client import AsyncMockServer, Mock, MockError, MockServer

__all__ = ["AsyncMockServer", "Mock", "MockError", "MockServer"]


def __getattr__(name: str) -> Any:
    """Load what tests use only where they use it, so that the commands start quickly."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mockserver.testing import client

    return getattr(client, name)

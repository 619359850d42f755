"""An agent that talks to an MCP server through the SDK's own client."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mcp import Client

_LONGEST_S = 60
ResultT = TypeVar("ResultT")


class Agent:
    """Calls tools; said: everything that the server has answered, as text."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.said = ""

    async def call(self, tool: str, /, progress: Any = None, **arguments: Any) -> dict[str, Any]:
        """Call a tool that succeeds, and return its structured answer."""
        answer = await self._send(tool, arguments, progress)
        assert not answer.is_error, self.said
        return answer.structured_content

    async def fail(self, tool: str, /, **arguments: Any) -> str:
        """Call a tool that fails, and return what it says."""
        answer = await self._send(tool, arguments)
        assert answer.is_error
        return answer.content[0].text

    async def _send(self, tool: str, arguments: dict[str, Any], progress: Any = None) -> Any:
        answer = await self.client.call_tool(tool, arguments, progress_callback=progress)
        self.said += "".join(part.text for part in answer.content)
        return answer


def converse(server: Any, talk: Callable[[Agent], Awaitable[ResultT]]) -> ResultT:
    """Let an agent talk to *server*: one in this process, or how one is started."""

    async def connect() -> ResultT:
        async with asyncio.timeout(_LONGEST_S), Client(server) as client:
            return await talk(Agent(client))

    return asyncio.run(connect())


def list_tools(server: Any) -> dict[str, Any]:
    """Map the names of the tools of *server* to what a client is told of them."""

    async def talk(agent: Agent) -> dict[str, Any]:
        return {tool.name: tool for tool in (await agent.client.list_tools()).tools}

    return converse(server, talk)

"""What the MCP servers of both packages share: errors in one line, and an end that leaves nothing behind."""

from __future__ import annotations

import inspect
import json
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from openapi.wording import reword_message

# What a client may tell its user before a tool is called. None of the stub's tools reaches beyond the stub.
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
ADDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
REPLACES = ToolAnnotations(
    read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False
)
_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class AgentServer(MCPServer[Any]):
    """An MCP server whose tools say in one line what is wrong, where, and what to do.

    name, version: of the program. instructions: what an agent is told at the start. close: called at the end.
    """

    def __init__(
        self,
        name: str,
        instructions: str,
        version: str,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        @asynccontextmanager
        async def close_at_end(_: object) -> AsyncIterator[None]:
            try:
                yield
            finally:
                if close is not None:
                    await close()

        # The library would log each call that fails, with whatever stands in it.
        super().__init__(
            name, instructions=instructions, version=version, log_level="CRITICAL", lifespan=close_at_end
        )

    def offer_tool(self, function: Callable[..., Any], hints: ToolAnnotations) -> None:
        """Offer *function* as a tool of its name, described by its docstring, with answers that have a schema."""
        self.add_tool(
            function, description=inspect.getdoc(function), annotations=hints, structured_output=True
        )

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call a tool; raises ToolError with a line for each thing that is wrong."""
        await self._refuse_unknown_names(name, arguments)
        try:
            return _write_compactly(await super().call_tool(name, arguments, context))
        except UnexpectedToolError as error:
            raise ToolError(f"{name} failed in itself: {_locate_crash(error.__cause__ or error)}") from None
        except ToolError as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                raise ToolError(_describe_arguments(name, cause)) from None
            raise ToolError(str(cause or error)) from None

    async def _refuse_unknown_names(self, name: str, arguments: dict[str, Any]) -> None:
        tools = {tool.name: tool.input_schema.get("properties", {}) for tool in await self.list_tools()}
        if name not in tools:
            raise ToolError(f"there is no tool {name}; there are {', '.join(tools)}")
        # The library drops them without a word.
        if unknown := [one for one in arguments if one not in tools[name]]:
            takes = f"it takes {', '.join(tools[name])}" if tools[name] else "it takes none"
            raise ToolError(f"{name} has no argument {unknown[0]}; {takes}")

    def serve(self, clean_up: Callable[[], Awaitable[None]]) -> None:
        """Serve on standard input and output until the input ends, or a signal comes.

        clean_up: called before a signal ends the process.
        """
        if sys.stdin is not None and sys.stdin.isatty():
            sys.stderr.write(f"{self.name}: speaks MCP, and waits for an agent; Ctrl-C ends it\n")
        anyio.run(self._serve_until_signal, clean_up)

    async def _serve_until_signal(self, clean_up: Callable[[], Awaitable[None]]) -> None:
        async with anyio.create_task_group() as tasks:
            if sys.platform != "win32":  # where the loop knows no signals
                tasks.start_soon(_exit_on_signal, clean_up)
            await self.run_stdio_async()
            tasks.cancel_scope.cancel()


def _write_compactly(
    result: CallToolResult | InputRequiredResult,
) -> CallToolResult | InputRequiredResult:
    """Write the text of a structured answer without white space: many agents are shown the text, and pay for it."""
    if isinstance(result, CallToolResult) and result.structured_content is not None:
        text = json.dumps(result.structured_content, ensure_ascii=False, separators=(",", ":"))
        result.content = [TextContent(type="text", text=text)]
    return result


async def _exit_on_signal(clean_up: Callable[[], Awaitable[None]]) -> None:
    with anyio.open_signal_receiver(*_SIGNALS) as signals:
        async for number in signals:
            await clean_up()
            # The thread that waits for a line of standard input would hold up any other end until one comes.
            os._exit(128 + number)


def _describe_arguments(tool: str, error: ValidationError) -> str:
    """Say what is wrong with the arguments of a call, one line for each."""
    return "\n".join(f"{tool}: {_name_place(one['loc'])} {_describe_argument(one)}" for one in error.errors())


def _name_place(steps: Sequence[int | str]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _describe_argument(error: ErrorDetails) -> str:
    # The words for people have YAML in mind.
    return "must be an object" if error["type"] == "dict_type" else reword_message(error["msg"])


def _locate_crash(error: BaseException) -> str:
    # Not what it says: that may hold a credential.
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = "".join(f" in {Path(frame.filename).name}, line {frame.lineno}" for frame in last)
    return f"{type(error).__name__}{where}; this is a fault of the program, not of the call"

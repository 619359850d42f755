"""The MCP server of the judge."""

from __future__ import annotations

from functools import partial

import anyio.to_thread
from mcp.types import ToolAnnotations

from conformance import suite_version
from conformance.command.mcp.tools import JudgeTools
from openapi.command_line.agent_server import READS, AgentServer

# What ends this process gives it a few seconds.
_END_WITHIN_S = 6
_INSTRUCTIONS = """\
A judge of servers that claim to implement an API, with evidence for every verdict. judge_target needs a target profile
(make_profile makes one to fill in, check_target tries it) and a mode, which is full only for a server of one's own.
list_findings and read_finding show what failed, and why; explain_requirement says what that rests on."""
_SENDS = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)


def make_server(tools: JudgeTools) -> AgentServer:
    """Make the server that offers *tools*."""
    server = AgentServer("conformance", _INSTRUCTIONS, suite_version())
    for method, hints in (
        (tools.list_requirements, READS),
        (tools.explain_requirement, READS),
        (tools.make_profile, READS),
        (tools.check_target, _SENDS),
        (tools.judge_target, _SENDS),
        (tools.list_findings, READS),
        (tools.read_finding, READS),
    ):
        server.offer_tool(method, hints)
    return server


def serve_over_stdio() -> None:
    """Serve an agent until its end of the line is closed, or a signal comes."""
    tools = JudgeTools()

    async def end_runs() -> None:
        await anyio.to_thread.run_sync(partial(tools.end_runs, _END_WITHIN_S))

    make_server(tools).serve(end_runs)

"""The MCP server of a stub."""

from __future__ import annotations

from importlib.metadata import version

from mockserver.command.mcp.control_plane import ControlPlane
from mockserver.command.mcp.tools import StubTools
from openapi.command_line.agent_server import ADDS, READS, REPLACES, AgentServer

_INSTRUCTIONS = """\
A stub stands in for real HTTP APIs: it validates calls, keeps what they write, and fails on request. It is at {url}.
Begin with list_operations. Give each program or test a session (start_session), so that they do not disturb each other,
and send calls to the session's base_url with its token or api_key; these are good for this stub only. force_answer and
set_faults make calls fail; wait_for_calls and read_journal show what came."""


def make_server(control: ControlPlane) -> AgentServer:
    """Make the server that offers the stub behind *control*."""
    instructions = _INSTRUCTIONS.format(url=control.url)
    server = AgentServer("mockserver", instructions, version("preference-api-testbench"), control.close)
    tools = StubTools(control)
    for method, hints in (
        (tools.describe_stub, READS),
        (tools.list_operations, READS),
        (tools.read_operation, READS),
        (tools.start_session, ADDS),
        (tools.list_sessions, READS),
        (tools.end_session, REPLACES),
        (tools.force_answer, ADDS),
        (tools.set_faults, REPLACES),
        (tools.read_faults, READS),
        (tools.clear_faults, REPLACES),
        (tools.read_journal, READS),
        (tools.wait_for_calls, READS),
        (tools.reset_session, REPLACES),
        (tools.read_state, READS),
        (tools.write_state, REPLACES),
        (tools.set_clock, ADDS),
        (tools.make_token, ADDS),
        (tools.make_key, ADDS),
    ):
        server.offer_tool(method, hints)
    return server

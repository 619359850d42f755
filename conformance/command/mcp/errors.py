"""What a tool says when something cannot be done: the words that the command line has for it, with a tool's names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mcp.server.mcpserver.exceptions import ToolError

# What the command line calls otherwise; the longer of two that begin alike comes first.
_TOOL_NAMES = {
    "`conformance init`": "make_profile",
    "`conformance list --spec FILE`": "list_requirements with spec",
    "`conformance list`": "list_requirements",
    "--except": "leave_out",
    "--exclude": "exclude",
    "--include": "include",
    "--only": "only",
    "--mode": "mode",
}


@contextmanager
def report_tool_errors() -> Iterator[None]:
    """Turn every complaint about what was asked for into a ToolError, for the length of a with block."""
    # Not at the top: these modules take a second, which the start of the server need not wait for.
    import openapi
    from conformance.judge.session import CannotRun
    from conformance.report.changes import BadReport
    from conformance.suite.requirement import BadRequirement, NoSuchRequirement
    from conformance.target.model import BadProfile

    try:
        yield
    except (
        openapi.UnknownApi,
        BadProfile,
        BadReport,
        BadRequirement,
        CannotRun,
        NoSuchRequirement,
    ) as error:
        raise ToolError(_name_tools(str(error))) from None


def _name_tools(message: str) -> str:
    for ours, name in _TOOL_NAMES.items():
        message = message.replace(ours, name)
    return message

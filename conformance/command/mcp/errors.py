"""What a tool says when something cannot be done: the words that the command line has for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mcp.server.mcpserver.exceptions import ToolError


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
        raise ToolError(str(error)) from None

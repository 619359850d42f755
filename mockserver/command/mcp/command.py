"""``mockserver mcp``: a stub for an agent, which speaks MCP on standard input and output."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import ExitStack
from urllib.parse import urlsplit

from mockserver.command.run import serve_beside
from mockserver.command.settings import Settings
from mockserver.http.problems import CannotStart

_MISSING = "mcp needs the official SDK of MCP; install it in the checkout: .venv/bin/pip install -e '.[mcp]'"
# What is for the client of a stub as well as for the stub.
_OF_ANY_STUB = {"admin_token", "quiet", "config"}


def serve_over_stdio(settings: Settings, url: str | None, given: Sequence[str]) -> None:
    """Serve an agent until its end of the line is closed, with a stub of its own unless *url* names one.

    given: the options on the command line.
    Raises CannotStart.
    """
    try:
        import anyio
        import mcp.server.mcpserver  # noqa: F401 - the slow part, of which the control plane needs nothing
    except ModuleNotFoundError:
        raise CannotStart(_MISSING) from None
    from mockserver.command.mcp.control_plane import ControlPlane
    from mockserver.command.mcp.server import make_server

    if url is not None:
        _check_url(url, given)
    with ExitStack() as stack:
        if url is None:
            variables = stack.enter_context(serve_beside(settings, "mcp"))
            url = variables["MOCKSERVER_URL"]
            if not settings.quiet:
                print(f"mockserver: the agent's stub is at {url}", file=sys.stderr)

        async def stop_stub() -> None:
            await anyio.to_thread.run_sync(stack.close)

        make_server(ControlPlane(url, settings.admin_token)).serve(stop_stub)


def _check_url(url: str, given: Sequence[str]) -> None:
    if set("@?#") & set(url):  # there may be a password, which the errors of the tools would tell
        raise CannotStart("--url: holds more than an address; write it like http://127.0.0.1:4010")
    if not _is_address(url):
        raise CannotStart(f"--url {url}: is not the address of a stub; write it like http://127.0.0.1:4010")
    if useless := [name for name in given if name not in _OF_ANY_STUB]:
        option = f"--{useless[0].replace('_', '-')}"
        raise CannotStart(
            f"{option} is for a stub that mcp starts, and --url (or MOCKSERVER_URL) names one that runs already; "
            "leave one of them out"
        )


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False

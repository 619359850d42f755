"""The control plane of a stub, called over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import anyio.to_thread
import httpx2
from mcp.server.mcpserver.exceptions import ToolError

# More than the longest that the control plane waits for a call.
_TIMEOUT_S = 70
_LONGEST_SHOWN = 200
_FOUND = "X-Mock-Journal-Found"
# What the control plane calls otherwise.
_TOOL_NAMES = {
    "GET /__admin/sessions": "list_sessions",
    "POST /__admin/sessions": "start_session",
    "POST /__admin/reset": "reset_session",
}


class ControlPlane:
    """The control plane of the stub at *url*.

    admin_token: the token that it asks for, if it does.
    """

    def __init__(self, url: str, admin_token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._headers = {"X-Mock-Admin-Token": admin_token} if admin_token else {}
        self._http: httpx2.AsyncClient | None = None

    async def read_json(
        self,
        method: str,
        path: str,
        body: Any = None,
        session: str | None = None,
        name_argument: Callable[[str], str] = str,
    ) -> Any:
        """Call an operation, and return the JSON of its answer; None if it has none.

        name_argument: makes of a place in *body* the argument of the tool that put it there.
        Raises ToolError with what the control plane says is wrong.
        """
        answer = await self._send_call(method, path, body, _name_session(session), name_argument)
        # In a thread, since a state may have many megabytes, and others wait for the loop.
        return await anyio.to_thread.run_sync(json.loads, answer.content) if answer.content else None

    async def read_calls(
        self, method: str, path: str, body: Any, session: str | None, limit: int
    ) -> tuple[list[dict[str, Any]], int]:
        """Read the newest *limit* of the calls that an operation finds, oldest first, and how many it finds.

        Raises ToolError likewise.
        """
        answer = await self._send_call(method, path, body, {**_name_session(session), "limit": limit})
        calls: list[dict[str, Any]] = await anyio.to_thread.run_sync(json.loads, answer.content)
        return calls, int(answer.headers.get(_FOUND, len(calls)))  # an older stub does not tell

    async def read_text(self, path: str) -> str:
        """Read what is no JSON; raises ToolError likewise."""
        return (await self._send_call("GET", path)).content.decode()

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _send_call(
        self,
        method: str,
        path: str,
        body: Any = None,
        query: Mapping[str, str | int] | None = None,
        name_argument: Callable[[str], str] = str,
    ) -> httpx2.Response:
        try:
            answer = await self._open_client().request(method, path, params=query or {}, json=body)
        except httpx2.HTTPError as error:
            raise ToolError(
                f"{self.url}: the stub cannot be reached ({type(error).__name__}); start one there with `mockserver`, "
                "or start `mockserver mcp` without --url"
            ) from None
        if not answer.is_success:
            raise ToolError(_describe_error(answer, name_argument))
        return answer

    def _open_client(self) -> httpx2.AsyncClient:
        # Not at the start: a client belongs to the loop that it is first used in.
        if self._http is None:
            self._http = httpx2.AsyncClient(
                base_url=f"{self.url}/__admin/",
                headers=self._headers,
                trust_env=False,  # a proxy that the environment names cannot reach a stub on this machine
                verify=not self.url.lower().startswith("http:"),
                timeout=_TIMEOUT_S,
            )
        return self._http


def _name_session(session: str | None) -> dict[str, str | int]:
    return {} if session is None else {"session": session}


def _describe_error(answer: httpx2.Response, name_argument: Callable[[str], str]) -> str:
    try:
        message = _name_arguments(answer.json()["error"], name_argument)
    except (ValueError, KeyError, TypeError):
        shown = answer.text[:_LONGEST_SHOWN]
        return f"{answer.request.url}: answered {answer.status_code}, as no stub does: {shown}; check --url"
    for theirs, tool in _TOOL_NAMES.items():
        message = message.replace(theirs, tool)
    if answer.status_code == httpx2.codes.UNAUTHORIZED:
        message += "; `mockserver mcp` takes it from MOCKSERVER_ADMIN_TOKEN or --admin-token"
    if answer.status_code == httpx2.codes.REQUEST_TIMEOUT:
        message += "; read_journal shows what came"
    # In one line: it may quote the name of a member that has others.
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in message)


def _name_arguments(error: Mapping[str, Any], name_argument: Callable[[str], str]) -> str:
    """Return what an error says, with the places in the body replaced by arguments."""
    said = "; ".join(f"{name_argument(where)}: {what}" for where, what in error.get("detail", {}).items())
    plain = "; ".join(f"{where}: {what}" for where, what in error.get("detail", {}).items())
    # What is wrong with a whole body has no place, and is in the message only.
    return said if plain == error["message"] else str(error["message"])

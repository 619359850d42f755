"""The control plane of a stub, called over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import anyio.to_thread
import httpx2
from mcp.server.mcpserver.exceptions import ToolError

# More than the longest that the control plane waits for a call.
_TIMEOUT_S = 70
_LONGEST_SHOWN = 200
_OF_SESSIONS = "GET /__admin/sessions lists them, POST /__admin/sessions starts one"


class ControlPlane:
    """The control plane of the stub at *url*.

    admin_token: the token that it asks for, if it does.
    """

    def __init__(self, url: str, admin_token: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._headers = {"X-Mock-Admin-Token": admin_token} if admin_token else {}
        self._http: httpx2.AsyncClient | None = None

    async def read_json(
        self, method: str, path: str, body: Any = None, session: str | None = None, **query: int
    ) -> Any:
        """Call an operation, and return the JSON of its answer; None if it has none.

        Raises ToolError with what the control plane says is wrong.
        """
        of_session: dict[str, str | int] = {} if session is None else {"session": session}
        content = await self._send_call(method, path, body, of_session | query)
        # In a thread, since a journal may have many megabytes, and others wait for the loop.
        return await anyio.to_thread.run_sync(json.loads, content) if content else None

    async def read_text(self, path: str) -> str:
        """Read what is no JSON; raises ToolError likewise."""
        return (await self._send_call("GET", path)).decode()

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def _send_call(
        self, method: str, path: str, body: Any = None, query: Mapping[str, str | int] | None = None
    ) -> bytes:
        try:
            answer = await self._open_client().request(method, path, params=query or {}, json=body)
        except httpx2.HTTPError as error:
            raise ToolError(
                f"{self.url}: the stub cannot be reached ({type(error).__name__}); start one there with `mockserver`, "
                "or start `mockserver mcp` without --url"
            ) from None
        if not answer.is_success:
            raise ToolError(_describe_error(answer))
        return answer.content

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


def _describe_error(answer: httpx2.Response) -> str:
    try:
        message = str(answer.json()["error"]["message"])
    except (ValueError, KeyError, TypeError):
        shown = answer.text[:_LONGEST_SHOWN]
        return f"{answer.request.url}: answered {answer.status_code}, as no stub does: {shown}; check --url"
    message = message.replace(_OF_SESSIONS, "list_sessions lists them, start_session starts one")
    if answer.status_code == httpx2.codes.UNAUTHORIZED:
        message += "; `mockserver mcp` takes it from MOCKSERVER_ADMIN_TOKEN or --admin-token"
    if answer.status_code == httpx2.codes.REQUEST_TIMEOUT:
        message += "; read_journal shows what came"
    return message

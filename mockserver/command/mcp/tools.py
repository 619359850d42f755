"""The tools that ``mockserver mcp`` offers: each is a call of the control plane, or two."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import anyio.to_thread
from mcp.server.mcpserver.exceptions import ToolError

from mockserver.command.mcp import answers as a
from mockserver.command.mcp import arguments as given
from mockserver.command.mcp.bounds import (
    MOST_CHARACTERS,
    count_characters,
    outline_members,
    shorten_calls,
)
from mockserver.command.mcp.control_plane import ControlPlane
from mockserver.command.mcp.operations import (
    DescribedOperation,
    ListedOperation,
    describe_operation,
    list_operations,
    parse_contract,
)
from mockserver.http.response import BODILESS
from openapi import Spec
from openapi.pointer import unescape_step

_MOST_OPERATIONS = 100
_MOST_CALLS = 100


class StubTools:
    """The tools, for the stub behind *control*."""

    def __init__(self, control: ControlPlane) -> None:
        self._control = control

    async def describe_stub(self) -> a.DescribedStub:
        """Tell where the stub is, which APIs it serves, and what is wrong with their contracts."""
        version = await self._control.read_json("GET", "version")
        problems = await self._control.read_json("GET", "problems")
        url = self._control.url
        return {
            "url": url,
            "control_page": f"{url}/__admin/",
            "version": version["version"],
            "apis": version["apis"],
            "seed": version["seed"],
            "problems": problems,
        }

    async def list_operations(
        self, api: given.ApiFilter = None, search: given.SearchWord = None, offset: given.Offset = 0
    ) -> a.Operations:
        """List the operations that the stub answers: id, method, path, credentials, and statuses to force.

        A hundred at once.
        """
        apis = [api] if api is not None else await self._list_apis()
        found: list[ListedOperation] = []
        for name in apis:
            found += list_operations(name, await self._read_contract(name))
        if search is not None:
            word = search.lower()
            found = [
                one
                for one in found
                if word in f"{one['operation']} {one['method']} {one['path']} {one['summary']}".lower()
            ]
        kept = found[offset : offset + _MOST_OPERATIONS]
        return {"operations": kept, "left_out": max(0, len(found) - offset - len(kept))}

    async def read_operation(self, api: given.ApiName, operation: given.OperationName) -> DescribedOperation:
        """Read what the contract says of an operation: parameters, body, answers, schemas and examples."""
        spec = await self._read_contract(api)
        found = describe_operation(api, spec, operation)
        if found is None:
            names = [one["operation"] for one in list_operations(api, spec)]
            near = difflib.get_close_matches(operation, names, n=1)
            hint = f"did you mean {near[0]}?" if near else "list_operations lists them"
            raise ToolError(f"{api} has no operation {operation}; {hint}")
        return found

    async def start_session(self, id: given.NewSessionId = None) -> a.StartedSession:
        """Start a session: a stub of its own, with state, journal, faults, forced answers and clock of its own.

        Point the program under test at base_url, or give it the token or the API key; each of them leads here.
        """
        if id is not None:
            sessions = await self._control.read_json("GET", "sessions")
            if any(one["id"] == id for one in sessions):
                # The control plane would begin it anew.
                raise ToolError(
                    f"session {id} is there already; reset_session or end_session it, or choose another id"
                )
        started: a.StartedSession = await self._control.read_json(
            "POST", "sessions", {"id": id} if id else {}
        )
        return started

    async def list_sessions(self) -> a.Sessions:
        """List the sessions besides the default one, the longest idle first."""
        return {"sessions": await self._control.read_json("GET", "sessions")}

    async def end_session(self, session: given.OneSessionId) -> a.Sessions:
        """End a session and delete everything in it; answers the sessions that are left."""
        await self._control.read_json("DELETE", f"sessions/{quote(session, safe='')}")
        return await self.list_sessions()

    async def force_answer(
        self,
        status: given.Status,
        match: given.Match = None,
        body: given.Body = None,
        headers: given.Headers = None,
        times: given.Times = 1,
        session: given.SessionId = None,
    ) -> a.SimulatedTrouble:
        """Force the answer to the next calls that match, whatever they ask; without a match, to the next call of all.

        Forced answers queue up, and the oldest that matches is sent first. Answers what is set in the session now.
        """
        if status in BODILESS and body is not None:
            raise ToolError(f"body: an answer of status {status} has no body; leave it out")
        response = {"status": status, "body": body, "headers": headers}
        order = {
            "match": match or {},
            "response": {name: value for name, value in response.items() if value is not None},
            "times": times,
        }
        await self._control.read_json("POST", "overrides", order, session, _name_part_of_answer)
        return await self.read_faults(session)

    async def set_faults(self, faults: given.Faults, session: given.SessionId = None) -> a.SimulatedTrouble:
        """Replace the faults of a session: statuses, delays, quotas and broken connections that calls meet.

        An empty list removes them. Answers what is set in the session now.
        """
        await self._control.read_json("PUT", "faults", faults, session, _name_fault)
        return await self.read_faults(session)

    async def read_faults(self, session: given.SessionId = None) -> a.SimulatedTrouble:
        """Read the faults of a session, the answers that are still to be forced, and its clock."""
        return {
            "forced_answers": await self._control.read_json("GET", "overrides", session=session),
            "faults": await self._control.read_json("GET", "faults", session=session),
            "clock": await self._control.read_json("GET", "clock", session=session),
        }

    async def clear_faults(self, session: given.SessionId = None) -> a.SimulatedTrouble:
        """Remove all faults and forced answers of a session; state, journal and clock stay."""
        await self._control.read_json("POST", "reset", {"scope": "faults"}, session)
        return await self.read_faults(session)

    async def read_journal(
        self,
        match: given.Match = None,
        unmatched: given.IsUnmatched = False,
        limit: given.Limit = 20,
        session: given.SessionId = None,
    ) -> a.Journal:
        """Read the calls that a session received, with their answers: the newest that match, oldest first.

        violations says what of a call breaks the contract, near_miss which operation a call without one came near to.
        """
        if unmatched and match:
            raise ToolError("read_journal takes match or unmatched, not both; leave one of them out")
        if unmatched:
            found = await self._control.read_calls("GET", "requests/unmatched", None, session, limit)
        else:
            wanted = {"match": match or {}}
            found = await self._control.read_calls("POST", "requests/find", wanted, session, limit)
        return await _make_journal(*found)

    async def wait_for_calls(
        self,
        match: given.Match = None,
        count: given.Count = 1,
        timeout_s: given.WaitTime = 5,
        session: given.SessionId = None,
    ) -> a.Journal:
        """Wait until so many calls match, calls that came before among them, and read the newest of them.

        An error tells how many came if too few did in time.
        """
        order = {"match": match or {}, "count": count, "timeout_s": timeout_s}
        found = await self._control.read_calls("POST", "requests/wait", order, session, _MOST_CALLS)
        return await _make_journal(*found)

    async def reset_session(
        self, scope: given.Scope = "all", session: given.SessionId = None
    ) -> a.SimulatedTrouble:
        """Reset a session, or one part of it, to how it was at the start."""
        await self._control.read_json("POST", "reset", {"scope": scope}, session)
        return await self.read_faults(session)

    async def read_state(self, pointer: given.Pointer = "", session: given.SessionId = None) -> a.StatePart:
        """Read what a session stores, or a part of it; a part that is too large is outlined."""
        if pointer and not pointer.startswith("/"):
            raise ToolError(f"pointer {pointer}: begins with no /; write /{pointer}")
        part = await self._control.read_json("GET", "state", session=session)
        for step in map(unescape_step, pointer.split("/")[1:]):
            part = _find_member(part, step, pointer)
        if await anyio.to_thread.run_sync(count_characters, part) > MOST_CHARACTERS:
            return {"state": None, "outline": await anyio.to_thread.run_sync(outline_members, part)}
        return {"state": part, "outline": None}

    async def write_state(self, state: given.State, session: given.SessionId = None) -> a.StatePart:
        """Replace the whole state of each API that *state* names, in read_state's format; answers the new state."""
        await self._control.read_json("PUT", "state", state, session, _name_part_of_state)
        return await self.read_state(session=session)

    async def set_clock(
        self,
        action: given.ClockAction,
        instant: given.Instant = None,
        by_s: given.Seconds = None,
        session: given.SessionId = None,
    ) -> a.Clock:
        """Freeze, advance or reset the clock of a session, by which tokens expire and faults end."""
        order = {"action": action, "instant": instant, "by_s": by_s}
        wanted = {name: value for name, value in order.items() if value is not None}
        clock: a.Clock = await self._control.read_json("PUT", "clock", wanted, session)
        return clock

    async def make_token(
        self,
        sub: given.Subject = None,
        role: given.Role = "authenticated",
        ttl_s: given.LifeTime = 3600,
        defect: given.Defect = None,
        session: given.SessionId = None,
    ) -> a.Token:
        """Make a token that leads to a session, for APIs that take tokens: a good one, or one with a defect."""
        order = {"sub": sub, "role": role, "ttl_s": ttl_s, "defect": defect}
        wanted = {name: value for name, value in order.items() if value is not None}
        token: a.Token = await self._control.read_json("POST", "tokens", wanted, session)
        return token

    async def make_key(self, access: given.Access = "write", session: given.SessionId = None) -> a.Key:
        """Make an API key that leads to a session, for APIs that take keys: one that may write, or not, or no more."""
        key: a.Key = await self._control.read_json("POST", "keys", {"access": access}, session)
        return key

    async def _list_apis(self) -> list[str]:
        names: list[str] = (await self._control.read_json("GET", "version"))["apis"]
        return names

    async def _read_contract(self, api: str) -> Spec:
        text = await self._control.read_text(f"openapi/{quote(api, safe='')}.yaml")
        spec: Spec = await anyio.to_thread.run_sync(parse_contract, text)
        return spec


def _name_part_of_answer(where: str) -> str:
    return where.removeprefix("response.")


def _name_fault(where: str) -> str:
    return f"faults{where}" if where.startswith("[") else where


def _name_part_of_state(where: str) -> str:
    return where if where == "session" else f"state.{where}"


async def _make_journal(calls: list[dict[str, Any]], matched: int) -> a.Journal:
    # In a thread, since bodies may be long.
    shown = await anyio.to_thread.run_sync(shorten_calls, calls)
    return {"calls": shown, "matched": matched, "left_out": matched - len(shown)}


def _find_member(part: Any, step: str, pointer: str) -> Any:
    if isinstance(part, dict) and step in part:
        return part[step]
    if isinstance(part, list) and step.isdecimal() and int(step) < len(part):
        return part[int(step)]
    known = ", ".join(_name_steps(part)) or "no members"
    raise ToolError(f"pointer {pointer}: leads nowhere at {step}; there are {known}")


def _name_steps(part: Any) -> Iterator[str]:
    steps = (
        list(part)
        if isinstance(part, dict)
        else [f"0 to {len(part) - 1}"]
        if isinstance(part, list) and part
        else []
    )
    yield from steps[:20]

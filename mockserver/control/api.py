"""The control plane under ``/__admin``: one method per operationId of admin.yaml."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, NamedTuple

from mockserver.auth.issuer import CredentialIssuer
from mockserver.control import records
from mockserver.control.assets import find_asset
from mockserver.control.clock_change import change_clock, clock_reply
from mockserver.control.contracts import Contracts, load_own_contract
from mockserver.control.docs.pages import DocsPages
from mockserver.control.events import EventWriter
from mockserver.control.match_check import check_matches, read_match
from mockserver.control.pages import ControlPage
from mockserver.control.replies import archive_reply, entries_reply, entry_reply
from mockserver.control.state import StateDocuments
from mockserver.http.problems import NotFound, TimeIsUp
from mockserver.http.reply import Reply, Stream
from mockserver.http.request import Request
from mockserver.http.session_name import PREFIX
from mockserver.session.disposal import let_go_in_pieces, list_collections
from mockserver.session.journal import Entry
from mockserver.session.session import DEFAULT, Session
from mockserver.session.sessions import Sessions
from mockserver.session.store import StoreUnavailable
from mockserver.simulation.match import Match

if TYPE_CHECKING:
    from mockserver.contract.routes import Routes
    from mockserver.telemetry.metrics import Metrics

# Proxies close a stream that is silent for long.
_PING_S = 15
_NO_CONTENT = Reply(204)


class Operator(NamedTuple):
    """Who uses the control plane: the request, which may name a session, and the session that dates the answer."""

    request: Request
    session: Session

    @property
    def url(self) -> str:
        """The server's address as the caller knows it."""
        return self.request.base_url


class Admin:
    """The control plane's operations; admin.yaml names them.

    contracts: those that are served here. docs: their pages. state: renders and replaces the state of a session.
    metrics: what is counted, or None if nothing is. list_flaws: lists what is wrong with the contracts.
    answer_operations: lists the operations.
    """

    def __init__(
        self,
        sessions: Sessions,
        issuer: CredentialIssuer,
        contracts: Contracts,
        docs: DocsPages,
        state: StateDocuments,
        routes: Routes,
        metrics: Metrics | None,
        list_flaws: Callable[[], list[dict[str, Any]]],
        control_page: ControlPage,
        answer_operations: Callable[[Request], Reply],
    ) -> None:
        self.state = state
        self.spec = load_own_contract()
        self._sessions = sessions
        self._issuer = issuer
        self._contracts = contracts
        self._docs = docs
        self._routes = routes
        self._metrics = metrics
        self._list_flaws = list_flaws
        self._control_page = control_page
        self._answer_operations = answer_operations
        self._events = EventWriter()

    def identify_operator(self, request: Request, session: Session) -> Operator:
        """Return who calls; the guard has let the call pass already."""
        return Operator(request, session)

    async def page(self, caller: Operator) -> Reply:
        """Answer the page that shows and controls a session."""
        # Also for a session that does not exist: the page says so, and offers the others.
        asked = caller.request.query_values().get("session") or await self._sessions.find_name(caller.request)
        return self._control_page.answer(asked, caller.url)

    async def list_operations(self, caller: Operator, session: str | None, operation: str | None) -> Reply:  # noqa: ARG002
        """List the operations of the served APIs, as a page where the caller prefers it."""
        return self._answer_operations(caller.request)

    async def read_asset(self, name: str, caller: Operator) -> Reply:
        """Answer a style sheet or a script of the pages."""
        return find_asset(name, caller.request)

    async def health(self, caller: Operator) -> Reply:
        """Answer 200: the server runs, and reaches what it keeps its sessions in."""
        if not caller.session.is_fresh:
            await self._sessions.check_store()
        return Reply(200, {"status": "ok"})

    async def version(self, caller: Operator) -> Reply:  # noqa: ARG002
        """Answer the version, the APIs and the seed."""
        apis, seed = list(self._contracts.list_served()), self._sessions.blueprint.seed
        found = {"version": version("preference-api-testbench"), "apis": apis, "seed": seed}
        return Reply(200, found)

    async def list_problems(self, caller: Operator) -> Reply:  # noqa: ARG002
        """List what is wrong with the contracts."""
        return Reply(200, self._list_flaws())

    async def read_metrics(self, caller: Operator) -> Reply:
        """Answer the metrics in the format of Prometheus."""
        if self._metrics is None:
            raise NotFound("no calls are counted; start the stub with --metrics")
        sessions = None
        with suppress(StoreUnavailable):  # the calls that it refuses are counted all the same
            sessions = len(await self._sessions.list_sessions())
        accept = caller.request.header("accept") or ""
        return await asyncio.to_thread(self._metrics.render, accept, sessions)  # others are served meanwhile

    async def reset(self, body: dict[str, Any] | None, caller: Operator, session: str | None) -> Reply:
        """Reset the session, or one part of it."""
        target = await self._find_session(session, caller)
        scope = (body or {}).get("scope", "all")
        former = list_collections(target.save())
        reset_scope = {
            "all": target.reset,
            "state": target.reset_state,
            "journal": target.journal.clear,
            "faults": target.reset_faults,
        }[scope]
        await target.change(reset_scope)
        await asyncio.to_thread(let_go_in_pieces, former)
        return _NO_CONTENT

    async def read_state(self, caller: Operator, session: str | None) -> Reply:
        """Answer the session's state as one document."""
        return await records.state_reply(self.state, (await self._find_session(session, caller)).save())

    async def write_state(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Replace the state of the APIs that the document names, all of them or none."""
        target = await self._find_session(session, caller)
        state = await asyncio.to_thread(self.state.consume_document, body, target.stores)
        await records.load_state(target, state)
        return _NO_CONTENT

    async def find_records(
        self,
        caller: Operator,
        session: str | None,
        api: str | None,
        kind: str | None,
        text: str | None,
        offset: int,
        limit: int,
    ) -> Reply:
        """List some records of the session's state."""
        state = (await self._find_session(session, caller)).save()
        wanted = records.Wanted(api, kind, text, offset, limit)
        return await asyncio.to_thread(records.find_records, self.state, state, wanted)

    async def change_record(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Replace, add or remove one record."""
        await records.change_record(await self._find_session(session, caller), self.state, body)
        return _NO_CONTENT

    async def list_snapshots(self, caller: Operator, session: str | None) -> Reply:
        """List the names of the session's snapshots."""
        return Reply(200, list((await self._find_session(session, caller)).snapshots))

    async def read_snapshot(self, name: str, caller: Operator, session: str | None) -> Reply:
        """Answer the state in a snapshot as one document."""
        saved = records.find_snapshot(await self._find_session(session, caller), name)
        return await records.state_reply(self.state, saved)

    async def save_snapshot(self, name: str, caller: Operator, session: str | None) -> Reply:
        """Save the session's state under a name."""
        target = await self._find_session(session, caller)
        former = list_collections(target.snapshots.get(name, {}))
        await target.change(lambda: target.save_snapshot(name))
        await asyncio.to_thread(let_go_in_pieces, former)
        return _NO_CONTENT

    async def delete_snapshot(self, name: str, caller: Operator, session: str | None) -> Reply:
        """Delete a snapshot."""
        target = await self._find_session(session, caller)
        former = list_collections(records.find_snapshot(target, name))
        await target.change(lambda: records.delete_snapshot(target, name))
        await asyncio.to_thread(let_go_in_pieces, former)
        return _NO_CONTENT

    async def restore_snapshot(self, name: str, caller: Operator, session: str | None) -> Reply:
        """Restore the state in a snapshot."""
        target = await self._find_session(session, caller)
        await records.load_state(target, records.find_snapshot(target, name))
        return _NO_CONTENT

    async def list_requests(
        self, caller: Operator, session: str | None, limit: int | None, brief: bool
    ) -> Reply:
        """List the journal, or the newest *limit* calls of it."""
        journal = (await self._find_session(session, caller)).journal
        entries, dropped = await journal.list_entries(), journal.dropped
        return await entries_reply(entries, limit, dropped, is_brief=brief)

    async def read_request(self, id: str, caller: Operator, session: str | None) -> Reply:
        """Answer one call of the journal."""
        return await entry_reply(await self._list_entries(session, caller), id)

    async def clear_requests(self, caller: Operator, session: str | None) -> Reply:
        """Empty the journal."""
        target = await self._find_session(session, caller)
        await target.change(target.journal.clear)
        return _NO_CONTENT

    async def find_requests(
        self, body: dict[str, Any], caller: Operator, session: str | None, limit: int | None
    ) -> Reply:
        """List the calls that match, or the newest *limit* of them."""
        match = read_match(body, self._routes.operations)
        return await entries_reply(await self._list_entries(session, caller, match), limit)

    async def count_requests(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Count the calls that match."""
        found = await self._list_entries(session, caller, read_match(body, self._routes.operations))
        return Reply(200, {"count": len(found)})

    async def wait_for_requests(
        self, body: dict[str, Any], caller: Operator, session: str | None, limit: int | None
    ) -> Reply:
        """Wait until enough calls match; raise TimeIsUp if too few do in time."""
        count, timeout_s = body.get("count", 1), body.get("timeout_s", 5)
        journal = (await self._find_session(session, caller)).journal
        found = await journal.wait_for_calls(read_match(body, self._routes.operations), count, timeout_s)
        if len(found) < count:
            raise TimeIsUp(f"{len(found)} of {count} matching calls in {timeout_s} s")
        return await entries_reply(found, limit)

    async def list_unmatched_requests(
        self, caller: Operator, session: str | None, limit: int | None
    ) -> Reply:
        """List the calls that matched no operation, or the newest *limit* of them."""
        entries = await self._list_entries(session, caller)
        return await entries_reply([entry for entry in entries if entry.near_miss is not None], limit)

    async def download_requests(self, caller: Operator, session: str | None) -> Reply:
        """Answer the journal as an HTTP archive."""
        return await archive_reply(await self._list_entries(session, caller), caller.url)

    async def stream_events(self, caller: Operator, session: str | None, brief: bool) -> Stream:
        """Send each call as it is answered."""
        # Here, and below: few runs need it, and the import would slow every start.
        from sse_starlette import EventSourceResponse

        journal = (await self._find_session(session, caller)).journal
        events = self._events.stream(journal, is_brief=brief)
        return Stream(EventSourceResponse(events, ping=_PING_S))

    async def list_faults(self, caller: Operator, session: str | None) -> Reply:
        """List the faults."""
        return Reply(200, (await self._find_session(session, caller)).faults.documents())

    async def set_faults(self, body: list[dict[str, Any]], caller: Operator, session: str | None) -> Reply:
        """Replace the faults."""
        matches = [(f"[{index}].match", rule.get("match", {})) for index, rule in enumerate(body)]
        check_matches(matches, self._routes.operations)
        target = await self._find_session(session, caller)
        await target.change(lambda: target.faults.replace(body))
        return _NO_CONTENT

    async def clear_faults(self, caller: Operator, session: str | None) -> Reply:
        """Remove the faults."""
        target = await self._find_session(session, caller)
        await target.change(lambda: target.faults.replace([]))
        return _NO_CONTENT

    async def list_overrides(self, caller: Operator, session: str | None) -> Reply:
        """List the forced answers that are still queued."""
        return Reply(200, (await self._find_session(session, caller)).overrides.documents())

    async def add_override(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Force the next matching answer."""
        check_matches([("match", body.get("match", {}))], self._routes.operations)
        target = await self._find_session(session, caller)
        await target.change(lambda: target.overrides.add(body))
        return _NO_CONTENT

    async def clear_overrides(self, caller: Operator, session: str | None) -> Reply:
        """Remove the forced answers that are still queued."""
        target = await self._find_session(session, caller)
        await target.change(lambda: target.overrides.clear())
        return _NO_CONTENT

    async def remove_override(self, id: str, caller: Operator, session: str | None) -> Reply:
        """Remove one of the forced answers that are still queued."""
        target = await self._find_session(session, caller)
        await target.change(lambda: target.overrides.remove(id))
        return _NO_CONTENT

    async def make_token(self, body: dict[str, Any] | None, caller: Operator, session: str | None) -> Reply:
        """Issue a token that carries the session."""
        token, claims = self._issuer.issue_token(await self._find_session(session, caller), body or {})
        return Reply(200, {"token": token, "claims": claims})

    async def make_key(self, body: dict[str, Any] | None, caller: Operator, session: str | None) -> Reply:
        """Issue an API key that carries the session."""
        target = await self._find_session(session, caller)
        key = await self._issuer.issue_key(target, (body or {}).get("access", "write"))
        return Reply(200, {"api_key": key})

    async def read_clock(self, caller: Operator, session: str | None) -> Reply:
        """Answer the session's time."""
        return clock_reply(await self._find_session(session, caller))

    async def set_clock(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Freeze, advance or reset the session's clock."""
        target = await self._find_session(session, caller)
        await target.change(lambda: change_clock(target.clock, body))
        return clock_reply(target)

    async def list_sessions(self, caller: Operator) -> Reply:  # noqa: ARG002
        """List the sessions, the longest idle first."""
        rows = [
            {"id": session.id, "requests": session.requests, "idle_s": round(session.idle_s, 3)}
            for session in await self._sessions.list_sessions()
        ]
        return Reply(200, rows)

    async def create_session(self, body: dict[str, Any] | None, caller: Operator) -> Reply:
        """Start a session, and answer the URL and the credentials that lead to it."""
        session = await self._sessions.create((body or {}).get("id"))
        ready = {
            "id": session.id,
            "base_url": f"{caller.url}{PREFIX}{session.id}",
            "token": self._issuer.issue_token(session, {})[0] if self._issuer.takes_tokens else None,
            "api_key": await self._issuer.issue_key(session, "write") if self._issuer.takes_keys else None,
        }
        return Reply(201, ready)

    async def end_session(self, id: str, caller: Operator) -> Reply:  # noqa: ARG002
        """End a session and delete everything in it."""
        await self._sessions.end(id)
        return _NO_CONTENT

    async def read_choices(self, caller: Operator, session: str | None) -> Reply:
        """Answer the alternatives in force in the session."""
        return Reply(200, dict((await self._find_session(session, caller)).choices))

    async def list_alternatives(self, caller: Operator) -> Reply:  # noqa: ARG002
        """List the choices of each contract, and what may be taken."""
        return Reply(200, self._contracts.list_alternatives())

    async def write_choices(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Take the alternatives that the document names, and else those that the stub was started with."""
        target = await self._find_session(session, caller)
        wanted = await self._contracts.read_choices(body)
        await target.change(lambda: target.choose(wanted))
        return Reply(200, wanted)

    async def read_contract(self, api: str, caller: Operator, session: str | None) -> Reply:
        """Answer the contract of an API, as the choices of the session make it."""
        # Not the file itself: a user's contract is completed with examples when it is loaded.
        found = await self._find_shown(caller, session)
        text = await self._contracts.write_text(api, found.choices)
        return Reply(200, text, {"Content-Type": "application/yaml; charset=utf-8"})

    async def read_docs(self, api: str, caller: Operator, session: str | None, plain: bool) -> Reply:
        """Answer the contract of an API as a page."""
        return self._docs.answer_page(api, await self._find_shown(caller, session), is_plain=plain)

    async def read_reference(self, api: str, caller: Operator, session: str | None) -> Reply:
        """Answer the contract of an API as its page takes it."""
        return await self._docs.answer_reference(api, await self._find_shown(caller, session))

    async def _find_shown(self, caller: Operator, session: str | None) -> Session:
        # Whoever names no session here, but one that has ended in a cookie, gets the usual contract.
        return caller.session if session is None else await self._find_session(session, caller)

    async def _find_session(self, name: str | None, caller: Operator) -> Session:
        if name is None:
            name = await self._sessions.find_name(caller.request) or DEFAULT
        if caller.session.is_fresh and caller.session.id == name:
            return caller.session
        return await self._sessions.find(name)

    async def _list_entries(
        self, name: str | None, caller: Operator, match: Match | None = None
    ) -> list[Entry]:
        return await (await self._find_session(name, caller)).journal.list_entries(match)

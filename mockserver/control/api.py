"""The control plane under ``/__admin``: an ordinary API, of the server instead of a session."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

import openapi
from mockserver import fixtures
from mockserver.auth.issuer import DEFECTS, Mint
from mockserver.control.pages import control_page, docs_page
from mockserver.dispatch.exchange import Exchange, Reply, Stream
from mockserver.http import exact_json
from mockserver.http.problems import Invalid, NotFound, Problem, Violation, nearest
from mockserver.http.session_name import PREFIX
from mockserver.session.journal import Entry, Journal
from mockserver.session.registry import Sessions
from mockserver.session.session import Session
from mockserver.simulation.match import Match

if TYPE_CHECKING:
    from mockserver.contract.routes import Routes
    from openapi import Spec

CONTRACT = Path(__file__).parent / "admin.yaml"
NAME = "admin"
_PING_S = 15
_LAST_S = 253370764799.0  # the end of 9998: a token minted then still ends in a year of four digits
_DONE = Reply(204)


class Operator(NamedTuple):
    """Who uses the control plane: the session the call came in, and the server's address as the caller knows it."""

    session: Session
    url: str


class TimeIsUp(Problem):
    """What was waited for has not come."""

    kind = HTTPStatus.REQUEST_TIMEOUT


class Admin:
    """The control plane's operations, named by admin.yaml.

    specs: every contract that is served here, by name.
    state_of: gives the fixtures model of an API, to read and write its state with.
    """

    def __init__(
        self,
        sessions: Sessions,
        mint: Mint,
        specs: dict[str, Spec],
        state_of: Callable[[str], type[fixtures.Fixtures]],
        routes: Routes,
    ) -> None:
        self.spec = openapi.read_contract(CONTRACT)
        self._sessions = sessions
        self._mint = mint
        self._specs = {**specs, NAME: self.spec}
        self._state_of = state_of
        self._routes = routes

    def operator(self, exchange: Exchange) -> Operator:
        """Say who calls; the guard at the door has decided that he may."""
        return Operator(exchange.session, exchange.url)

    async def page(self, caller: Operator) -> Reply:
        """Show a page for people."""
        return _html(control_page(self._routes.operations, caller.session, list(DEFECTS)))

    async def health(self, caller: Operator) -> Reply:  # noqa: ARG002
        """Say that the server answers."""
        return Reply(200, {"status": "ok"})

    async def version(self, caller: Operator) -> Reply:  # noqa: ARG002
        """Name the version and the APIs."""
        blueprint = self._sessions.blueprint
        names = [name for name in self._specs if name != NAME]
        found = {"version": version("preference-api-testbench"), "apis": names, "seed": blueprint.seed}
        return Reply(200, found)

    async def reset(self, body: dict[str, Any] | None, caller: Operator, session: str | None) -> Reply:
        """Start over, wholly or in part."""
        target = self._session(session, caller)
        scope = (body or {}).get("scope", "all")
        {
            "all": target.reset,
            "state": target.reset_state,
            "journal": target.journal.clear,
            "faults": target.reset_faults,
        }[scope]()
        return _DONE

    async def read_state(self, caller: Operator, session: str | None) -> Reply:
        """Give the session's state as one document."""
        return Reply(200, self.document(self._session(session, caller)))

    async def write_state(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Replace the session's state, or nothing of it."""
        self.load(body, self._session(session, caller))
        return _DONE

    async def list_snapshots(self, caller: Operator, session: str | None) -> Reply:
        """Name the session's snapshots."""
        return Reply(200, list(self._session(session, caller).snapshots))

    async def read_snapshot(self, name: str, caller: Operator, session: str | None) -> Reply:
        """Give a snapshot's state as one document."""
        target = self._session(session, caller)
        saved = self._snapshot(target, name)
        return Reply(
            200,
            {
                api: self._state_of(api).from_records(base | own).document()
                for api, (base, own) in saved.items()
            },
        )

    async def save_snapshot(self, name: str, caller: Operator, session: str | None) -> Reply:
        """Remember the session's state under a name."""
        target = self._session(session, caller)
        target.snapshots[name] = target.save()
        return _DONE

    async def delete_snapshot(self, name: str, caller: Operator, session: str | None) -> Reply:
        """Forget a snapshot."""
        target = self._session(session, caller)
        self._snapshot(target, name)
        del target.snapshots[name]
        return _DONE

    async def restore_snapshot(self, name: str, caller: Operator, session: str | None) -> Reply:
        """Go back to a snapshot."""
        target = self._session(session, caller)
        target.load(self._snapshot(target, name))
        return _DONE

    async def list_requests(self, caller: Operator, session: str | None, limit: int | None) -> Reply:
        """List the journal, or the newest *limit* calls of it."""
        entries = self._journal(session, caller).entries()
        return _entries(entries[-limit:] if limit else entries)

    async def clear_requests(self, caller: Operator, session: str | None) -> Reply:
        """Empty the journal."""
        self._journal(session, caller).clear()
        return _DONE

    async def find_requests(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """List the calls that match."""
        return _entries(self._journal(session, caller).entries(Match(**body.get("match", {}))))

    async def count_requests(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Count the calls that match."""
        found = self._journal(session, caller).entries(Match(**body.get("match", {})))
        return Reply(200, {"count": len(found)})

    async def wait_for_requests(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Wait until so many calls have matched; TimeIsUp if they have not."""
        count, timeout_s = body.get("count", 1), body.get("timeout_s", 5)
        found = await self._journal(session, caller).wait(Match(**body["match"]), count, timeout_s)
        if len(found) < count:
            raise TimeIsUp(f"{len(found)} of {count} matching calls in {timeout_s} s")
        return _entries(found)

    async def list_unmatched_requests(self, caller: Operator, session: str | None) -> Reply:
        """List the calls that met no operation."""
        entries = self._journal(session, caller).entries()
        return _entries([entry for entry in entries if entry.near_miss is not None])

    async def download_requests(self, caller: Operator, session: str | None) -> Reply:
        """Give the journal as an HTTP archive."""
        from mockserver.control.har import har

        archive = har(self._journal(session, caller).entries(), caller.url)
        return Reply(200, archive, {"Content-Disposition": 'attachment; filename="requests.har"'})

    async def stream_events(self, caller: Operator, session: str | None) -> Stream:
        """Send each call as it is answered."""
        from sse_starlette import EventSourceResponse

        return Stream(EventSourceResponse(_events(self._journal(session, caller)), ping=_PING_S))

    async def list_faults(self, caller: Operator, session: str | None) -> Reply:
        """List the faults."""
        return Reply(200, self._session(session, caller).faults.documents())

    async def set_faults(self, body: list[dict[str, Any]], caller: Operator, session: str | None) -> Reply:
        """Replace the faults."""
        self._check([(f"[{index}].match", rule.get("match", {})) for index, rule in enumerate(body)])
        self._session(session, caller).faults.set(body)
        return _DONE

    async def clear_faults(self, caller: Operator, session: str | None) -> Reply:
        """Remove the faults."""
        self._session(session, caller).faults.set([])
        return _DONE

    async def list_overrides(self, caller: Operator, session: str | None) -> Reply:
        """List the forced answers still waiting."""
        return Reply(200, self._session(session, caller).overrides.documents())

    async def add_override(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Force the next matching answer."""
        self._check([("match", body.get("match", {}))])
        self._session(session, caller).overrides.add(body)
        return _DONE

    async def clear_overrides(self, caller: Operator, session: str | None) -> Reply:
        """Remove the forced answers still waiting."""
        self._session(session, caller).overrides.clear()
        return _DONE

    async def make_token(self, body: dict[str, Any] | None, caller: Operator, session: str | None) -> Reply:
        """Mint a token that carries the session."""
        token, claims = self._mint.token(self._session(session, caller), body or {})
        return Reply(200, {"token": token, "claims": claims})

    async def make_key(self, body: dict[str, Any] | None, caller: Operator, session: str | None) -> Reply:
        """Mint an API key that carries the session."""
        access = (body or {}).get("access", "write")
        return Reply(200, {"api_key": self._mint.key(self._session(session, caller), access)})

    async def read_clock(self, caller: Operator, session: str | None) -> Reply:
        """Tell the session's time."""
        return _clock(self._session(session, caller))

    async def set_clock(self, body: dict[str, Any], caller: Operator, session: str | None) -> Reply:
        """Freeze, advance or reset the session's clock."""
        target = self._session(session, caller)
        if body["action"] == "advance":
            if "by_s" not in body:
                raise Invalid([Violation("by_s", "is required to advance the clock")])
            if target.clock.now_s() + body["by_s"] > _LAST_S:
                raise Invalid([Violation("by_s", "leads beyond the year 9998")])
            target.clock.advance(body["by_s"])
        elif body["action"] == "freeze":
            target.clock.freeze(_seconds(body["instant"]) if "instant" in body else None)
        else:
            target.clock.reset()
        return _clock(target)

    async def list_sessions(self, caller: Operator) -> Reply:  # noqa: ARG002
        """List the sessions, the longest idle first."""
        rows = [
            {"id": session.id, "requests": session.journal.count, "idle_s": round(idle_s, 3)}
            for session, idle_s in self._sessions.all()
        ]
        return Reply(200, rows)

    async def create_session(self, body: dict[str, Any] | None, caller: Operator) -> Reply:
        """Begin a session, with everything a test needs to use it."""
        session = self._sessions.create((body or {}).get("id"))
        ready = {
            "id": session.id,
            "base_url": f"{caller.url}{PREFIX}{session.id}",
            "token": self._mint.token(session, {})[0] if self._mint.takes_tokens else None,
            "api_key": self._mint.key(session, "write") if self._mint.takes_keys else None,
        }
        return Reply(201, ready)

    async def end_session(self, id: str, caller: Operator) -> Reply:  # noqa: ARG002
        """End a session and forget all of it."""
        self._sessions.end(id)
        return _DONE

    async def read_contract(self, api: str, caller: Operator) -> Reply:  # noqa: ARG002
        """Give the contract of an API."""
        text = yaml.safe_dump(self._spec(api), sort_keys=False, allow_unicode=True)
        return Reply(200, text.encode(), {"Content-Type": "application/yaml; charset=utf-8"})

    async def read_docs(self, api: str, caller: Operator) -> Reply:  # noqa: ARG002
        """Show the contract of an API as a page."""
        return _html(docs_page(api, self._spec(api), list(self._specs)))

    def document(self, session: Session) -> dict[str, Any]:
        """Give the state of every API in *session*."""
        return {
            name: self._state_of(name).from_records(store.all()).document()
            for name, store in session.stores.items()
        }

    def load(self, document: dict[str, Any], session: Session) -> None:
        """Replace the state of the APIs that *document* names.

        Raises Invalid naming every error, and then changes nothing.
        """
        errors: list[Violation] = []
        loaded = {}
        for name, content in document.items():
            if name not in session.stores:
                known = nearest(name, list(session.stores))
                errors.append(Violation(name, f"is not an API served here; {known}"))
                continue
            try:
                loaded[name] = dict(fixtures.validate_fixtures(content, self._state_of(name)).records())
            except fixtures.ValidationFailed as failed:
                errors += [
                    Violation(f"{name}.{where}" if where else name, what) for where, what in failed.errors
                ]
        if errors:
            raise Invalid(errors)
        session.load({name: (records, {}) for name, records in loaded.items()})

    def _session(self, name: str | None, caller: Operator) -> Session:
        return caller.session if name is None else self._sessions.named(name)

    def _check(self, matches: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """Raise Invalid for matches that no call on its way can fit; each comes with its place."""
        known = {
            "api": sorted({operation.api for operation in self._routes.operations}),
            "operation": sorted({operation.name for operation in self._routes.operations}),
            "method": [method.upper() for method in openapi.METHODS],
        }
        wrong = []
        for where, match in matches:
            for key, names in known.items():
                word = match.get(key, names[0])
                if (word.upper() if key == "method" else word) not in names:
                    wrong.append(Violation(f"{where}.{key}", f"{word!r}: {nearest(word, names)}"))
            if "status" in match:
                wrong.append(Violation(f"{where}.status", "is not known before the answer; leave it out"))
            path = match.get("path", "/")
            if not path.startswith(("/", "*", "?", "[")) or path.startswith(PREFIX):
                wrong.append(
                    Violation(f"{where}.path", "must begin with / or *, without the session's prefix")
                )
        if wrong:
            raise Invalid(wrong)

    def _journal(self, name: str | None, caller: Operator) -> Journal:
        return self._session(name, caller).journal

    def _spec(self, api: str) -> Spec:
        if api not in self._specs:
            raise NotFound(f"contract {api!r} not found; {nearest(api, list(self._specs))}")
        return self._specs[api]

    @staticmethod
    def _snapshot(session: Session, name: str) -> Any:
        if name not in session.snapshots:
            raise NotFound(f"snapshot {name!r} not found")
        return session.snapshots[name]


async def _events(journal: Journal) -> AsyncIterator[dict[str, str]]:
    async for entry in journal.listen():
        yield {"event": "call", "id": str(entry.id), "data": exact_json.dumps(entry.document()).decode()}


def _entries(entries: Sequence[Entry]) -> Reply:
    return Reply(200, [entry.document() for entry in entries])


def _clock(session: Session) -> Reply:
    return Reply(200, {"now": session.clock.timestamp(), "frozen": session.clock.is_frozen})


def _html(page: str) -> Reply:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "frame-ancestors 'none'",
    }
    return Reply(200, page.encode(), headers)


def _seconds(instant: str) -> float:
    try:
        when = datetime.fromisoformat(instant.upper())
        seconds = (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        seconds = -1
    if not 0 <= seconds <= _LAST_S:
        raise Invalid([Violation("instant", "must be a moment between the years 1970 and 9998")])
    return seconds

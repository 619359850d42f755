"""The sessions there are, kept in memory, and which one a request belongs to."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from itertools import islice

from mockserver.http import session_name
from mockserver.http.problems import Invalid, NotFound, Unavailable, Violation
from mockserver.http.request import Request
from mockserver.session.disposal import let_go_soon
from mockserver.session.ids import Ids
from mockserver.session.session import DEFAULT, Blueprint, Session
from mockserver.session.sessions import (
    ListedSession,
    check_name,
    check_new_name,
    describe_unknown,
    find_carried_session,
    has_ended,
    names_no_session,
)

# Names of ended sessions; a credential of one must not bring it back as a fresh session.
_REMEMBERED_ENDED = 10_000
_MOST_COMPARED = 200


class SessionRegistry:
    """The sessions, made by create() or the first call of an API, and forgotten when idle or when there are too many.

    is_strict: refuse a request that names none, or one that create() did not make.
    ttl_s: forget after so many idle seconds of real time; never while a call is being answered.
    limit: keep so many besides the default one, which is never forgotten; the longest idle goes first.
    seconds: a steady clock.
    What the methods do is said in Sessions.
    """

    is_shared = False

    def __init__(
        self,
        blueprint: Blueprint,
        *,
        is_strict: bool = False,
        ttl_s: float = 3600,
        limit: int = 10_000,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self.blueprint = blueprint
        self.is_strict = is_strict
        self._default = Session(DEFAULT, blueprint)
        self._ttl_s = ttl_s
        self._limit = limit
        self._seconds = seconds
        # In the order of use, so that the longest idle is always the first.
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._names = Ids(blueprint.seed)
        self._begun = 0

    @property
    def default(self) -> Session:
        """The session of those who name none."""
        return self._default

    async def check_start(self) -> None:
        """Do nothing: memory is always in reach."""

    async def check_store(self) -> None:
        """Do nothing: memory is always in reach."""

    async def session_of_request(self, request: Request) -> Session:
        """Return the session of a call of an API, made if it is new."""
        name = self._find_name(request)
        if name is not None:
            return self._find_or_make(name)
        if self.is_strict:
            raise names_no_session(request)
        return self._default

    async def find_name(self, request: Request) -> str | None:
        """Find the name of the session that a request means; None if it names none."""
        return self._find_name(request)

    def _find_name(self, request: Request) -> str | None:
        # The lines of find_plain_name and of the usual case of find_carried_session, since every call comes along here.
        headers = request.headers
        name = request.session_prefix if request.session_prefix is not None else headers.named_session
        if name is not None:
            return name
        if headers.credential_session is None and not request.query:
            return None
        carried = find_carried_session(request)
        if carried is None:
            return None
        self._expire(self._seconds())
        name, start = carried
        known = self._default if name == DEFAULT else self._sessions.get(name)
        # A session that has begun since under the same name is another one.
        if name in self._ended or (start is not None and (known is None or known.start != start)):
            raise has_ended(name)
        return name

    async def find(self, name: str) -> Session:
        """Find the session *name*, and make none."""
        session = self._find_known(name, self._seconds())
        if session is not None:
            return session
        raise NotFound(self._describe_unknown(name))

    async def peek(self, name: str | None) -> Session:
        """Return the session *name* without using it, or the default one where there is none."""
        return self._default if name is None else self._sessions.get(name, self._default)

    def _describe_unknown(self, name: str) -> str:
        check_name(name, "session")
        self._expire(self._seconds())
        # Of the sessions used last, since there may be ten thousand.
        recent = list(islice(reversed(self._sessions), _MOST_COMPARED))
        return describe_unknown(name, recent, is_ended=name in self._ended)

    def _find_or_make(self, name: str) -> Session:
        now_s = self._seconds()
        session = self._find_known(name, now_s)
        if session is not None:
            return session
        if self.is_strict:
            raise Invalid([Violation("", self._describe_unknown(name))])
        check_name(name, "session")
        return self._make(name, now_s)

    def _find_known(self, name: str, now_s: float) -> Session | None:
        if name == DEFAULT:
            return self._default
        known = self._sessions.get(name)
        if known is None or (now_s - known.used_s > self._ttl_s and not known.is_in_use):
            return None
        known.used_s = now_s
        self._sessions.move_to_end(name)
        return known

    async def create(self, name: str | None = None) -> Session:
        """Begin a session; an existing one of that name starts over."""
        name = name or self._draw_name()
        check_new_name(name)
        return self._make(name, self._seconds())

    async def end(self, name: str) -> None:
        """Forget the session *name*."""
        if name not in self._sessions:
            raise NotFound(self._describe_unknown(name))
        self._forget(name)

    async def issue_key(self, access: str, session: Session) -> str:
        """Make an API key of *access* (write, read or revoked) that stands for *session*."""
        key = session_name.format_api_key(session.id, self._names.uuid())
        session.keys[key] = access
        return key

    async def list_sessions(self) -> list[ListedSession]:
        """List the sessions but for the default one, the longest idle first."""
        now_s = self._seconds()
        self._expire(now_s)
        return [
            ListedSession(session.id, session.journal.count, now_s - session.used_s)
            for session in self._sessions.values()
        ]

    def stop(self) -> None:
        """End what waits for further calls."""
        for session in (self._default, *self._sessions.values()):
            session.journal.stop()

    async def close(self) -> None:
        """Do nothing: memory is let go of by itself."""

    def _draw_name(self) -> str:
        while (name := f"session-{self._names.uuid()[:8]}") in self._sessions:
            pass
        return name

    def _make(self, name: str, now_s: float) -> Session:
        self._expire(now_s)
        if name not in self._sessions and len(self._sessions) >= self._limit:
            self._forget(self._find_longest_idle())
        self._forget(name)
        self._begun += 1
        session = self._sessions[name] = Session(name, self.blueprint, self._begun)
        session.used_s = now_s
        self._ended.pop(name, None)
        return session

    def _find_longest_idle(self) -> str:
        """Find the session that has been idle longest; raise Unavailable if all are in use."""
        for session in self._sessions.values():
            if not session.is_in_use:
                return session.id
        raise Unavailable(
            f"All {self._limit} sessions are in use; end one with DELETE /__admin/sessions/NAME, "
            "or start the stub with a larger --max-sessions"
        )

    def _expire(self, now_s: float) -> None:
        while self._sessions:
            oldest = next(iter(self._sessions.values()))
            if now_s - oldest.used_s <= self._ttl_s:
                return
            if oldest.is_in_use:
                oldest.used_s = now_s
                self._sessions.move_to_end(oldest.id)
            else:
                self._forget(oldest.id)

    def _forget(self, name: str) -> None:
        session = self._sessions.pop(name, None)
        if session is not None:
            session.journal.stop()
            session.journal.clear()  # whoever still holds the session, its calls count no more
            let_go_soon([session.save(), *session.snapshots.values()], self.blueprint.fixtures)
            self._ended[name] = None
            if len(self._ended) > _REMEMBERED_ENDED:
                self._ended.popitem(last=False)

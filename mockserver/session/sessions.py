"""The interface of what keeps the sessions, and what every keeper of them says alike."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from mockserver.http import session_name
from mockserver.http.problems import Invalid, Unauthenticated, Violation
from mockserver.http.request import Request
from mockserver.http.session_name import NAME, NAMING, PREFIX, CredentialSession
from mockserver.session.session import DEFAULT, Blueprint, Session


class ListedSession(NamedTuple):
    """A session as a list of them shows it, with the number of its calls and the seconds that it has been idle."""

    id: str
    requests: int
    idle_s: float


class Sessions(Protocol):
    """The sessions there are, and which one a request belongs to.

    default: the session of those who name none. is_strict: whether a request has to name one that create() made.
    is_shared: whether other processes have the same sessions, so that every call waits for where they are kept.
    Everything that is awaited raises StoreUnavailable where the sessions are kept elsewhere and that is out of reach.
    """

    blueprint: Blueprint
    is_strict: bool
    is_shared: bool

    @property
    def default(self) -> Session: ...  # noqa: D102

    async def check_start(self) -> None:
        """Raise CannotStart if the sessions are out of reach."""
        ...

    async def check_store(self) -> None:
        """Raise StoreUnavailable if the sessions are out of reach."""
        ...

    async def session_of_request(self, request: Request) -> Session:
        """Return the session of a call of an API, made if it is new.

        Raises what find_name() raises, and Invalid for a name that cannot be one; under strict sessions also for a name
        that is new, and for none.
        """
        ...

    async def find_name(self, request: Request) -> str | None:
        """Find the name of the session that a request means; None if it names none.

        Raises Unauthenticated for a credential whose session has ended.
        """
        ...

    async def find(self, name: str) -> Session:
        """Find the session *name*, and make none: a mistyped name must not look like an empty session.

        Raises Invalid for a name that cannot be one, NotFound with the nearest name if there is no such session.
        """
        ...

    async def peek(self, name: str | None) -> Session:
        """Return the session *name* without using it, or the default one where there is none."""
        ...

    async def create(self, name: str | None = None) -> Session:
        """Begin a session; an existing one of that name starts over."""
        ...

    async def end(self, name: str) -> None:
        """Forget the session *name*.

        Raises NotFound with the nearest name if there is none.
        """
        ...

    async def issue_key(self, access: str, session: Session) -> str:
        """Make an API key of *access* (write, read or revoked) that stands for *session*."""
        ...

    async def list_sessions(self) -> list[ListedSession]:
        """List the sessions but for the default one, the longest idle first."""
        ...

    def stop(self) -> None:
        """End what waits for further calls."""
        ...

    async def close(self) -> None:
        """Let go of what the sessions are kept in."""
        ...


def find_plain_name(request: Request) -> str | None:
    """Find the name of the session that a request's path, a header or a cookie names; None if none does."""
    prefix = request.session_prefix
    return prefix if prefix is not None else request.headers.named_session


def find_carried_session(request: Request) -> CredentialSession | None:
    """Find the session that a credential of the request carries, valid or not; None if none does."""
    carried = request.headers.credential_session
    if carried is None and request.query:
        carried = session_name.from_credentials(request.query_credentials())
    return carried


def has_ended(name: str) -> Unauthenticated:
    """Make the problem of a credential whose session is not there any more."""
    return Unauthenticated(f"The session {name!r} of this credential has ended")


def names_no_session(request: Request) -> Invalid:
    """Make the problem of a request that has to name a session, and does not."""
    return Invalid(
        [Violation("", f"name a session: call {PREFIX}NAME{request.path} or send X-Mock-Session: NAME")]
    )


def check_name(name: str, where: str) -> None:
    """Raise Invalid for a name that cannot be one; *where* it was given."""
    if not NAME.fullmatch(name):
        raise Invalid([Violation(where, NAMING)])


def check_new_name(name: str) -> None:
    """Raise Invalid for a name that a new session cannot have."""
    if name == DEFAULT:
        raise Invalid([Violation("id", "the default session is always there; choose another name")])
    check_name(name, "id")


def describe_unknown(name: str, recent: Sequence[str], *, is_ended: bool) -> str:
    """Say that there is no session *name*, with the nearest of those that were used last."""
    if name == DEFAULT:  # asked for by who wants to end it
        return "the default session cannot be ended; POST /__admin/reset resets it"
    near = difflib.get_close_matches(name, [DEFAULT, *recent], n=1)
    hint = f"did you mean {near[0]!r}?" if near else "GET /__admin/sessions lists them,"
    state = "has ended" if is_ended else "not found"
    return f"session {name!r} {state}; {hint} POST /__admin/sessions starts one"

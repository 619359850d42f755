"""The problems that steps and handlers raise; dispatch renders them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple


def reason_phrase(status: int) -> str:
    """Give the reason phrase of a status, or a made-up one for a status that has none."""
    return HTTPStatus(status).phrase if status in _NAMED else f"Status {status}"


# What there is to know of an answer beside its body.
PROBLEM_HEADER = "X-Mock-Problem"
_MOST_LISTED = 30
_MOST_COMPARED = 500
_NAMED = frozenset(status.value for status in HTTPStatus)


class Violation(NamedTuple):
    """One thing wrong with a request: where it is, as ``opt_out_channels[0]``, and what is wrong there.

    choice: the choice of the contract that it belongs to, if any.
    """

    where: str
    message: str
    choice: str | None = None

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class Problem(Exception):
    """A request that cannot be answered as asked.

    kind: the HTTP status, from which the API's own error code follows.
    message: one sentence for a person.
    detail: what is wrong per field, where that is known.
    headers: what the answer carries besides its body.
    choice: the choice of the contract that says with which status this is answered; general_choice says it where the
    contract has no such choice.
    """

    kind: int = HTTPStatus.INTERNAL_SERVER_ERROR
    general_choice: str | None = None

    def __init__(
        self,
        message: str,
        detail: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        choice: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.headers = headers or {}
        self.choice = choice


class Invalid(Problem):
    """The request breaks the contract; every violation is named at once.

    Unless a choice is given, it is that of the violations, if all of them belong to the same.
    """

    kind = HTTPStatus.BAD_REQUEST
    general_choice = "invalid-request"

    def __init__(self, violations: Iterable[Violation], *, choice: str | None = None) -> None:
        found = list(violations)
        self.violations = found
        detail = {one.where: one.message for one in found if one.where}
        first = found[0].choice if found else None
        if choice is None and first is not None and all(one.choice == first for one in found):
            choice = first
        super().__init__("; ".join(map(str, found)), detail or None, choice=choice)


class Unauthenticated(Problem):
    """No valid credential came with the request.

    hint: what to set so that the one that came is valid.
    """

    kind = HTTPStatus.UNAUTHORIZED
    general_choice = "bad-credentials"

    def __init__(self, message: str, hint: str | None = None, *, choice: str | None = None) -> None:
        super().__init__(message, headers={PROBLEM_HEADER: hint} if hint else None, choice=choice)


class Forbidden(Problem):
    """The credential is valid, but not for this operation."""

    kind = HTTPStatus.FORBIDDEN
    general_choice = "missing-permission"


class NotFound(Problem):
    """What the request names does not exist."""

    kind = HTTPStatus.NOT_FOUND
    general_choice = "unknown-path"


class NotInFixtures(NotFound):
    """The request names a record that no operation creates; only the fixtures can hold it."""

    general_choice = "not-in-fixtures"

    def __init__(self, message: str, *, choice: str | None = None) -> None:
        hint = "only what the fixtures name is there; --fixtures FILE and PUT /__admin/state name more"
        super().__init__(message, headers={PROBLEM_HEADER: hint}, choice=choice)


class MethodNotAllowed(Problem):
    """The path exists, the method does not."""

    kind = HTTPStatus.METHOD_NOT_ALLOWED
    general_choice = "other-method"

    def __init__(self, method: str, allowed: Iterable[str], headers: Mapping[str, str]) -> None:
        names = ", ".join(allowed)
        super().__init__(f"{method} is not allowed here; use {names}", headers={"Allow": names, **headers})


class NotAcceptable(Problem):
    """There is no answer in a media type that the caller accepts, and nothing else will do."""

    kind = HTTPStatus.NOT_ACCEPTABLE


class TooLarge(Problem):
    """The body is larger than the stub reads."""

    kind = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    general_choice = "too-large-body"

    def add_hint(self, hint: str | None) -> TooLarge:
        """Say what to set so that the stub reads more, if anything; return the problem itself."""
        if hint is not None:
            self.headers = {**self.headers, PROBLEM_HEADER: hint}
        return self


class TargetTooLong(Problem):
    """The URL is longer than the stub reads."""

    kind = HTTPStatus.REQUEST_URI_TOO_LONG


class UnsupportedMediaType(Problem):
    """The operation does not accept the media type of the body, or its content coding."""

    kind = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    general_choice = "other-media-type"


class InternalError(Problem):
    """The stub failed; *contract_error* describes how its own answer broke the contract, if it did."""

    def __init__(self, message: str, contract_error: str | None = None) -> None:
        super().__init__(
            message, headers={"X-Mock-Contract-Error": contract_error} if contract_error else None
        )


class CannotServe(Problem):
    """A flaw of the contract leaves the operation without a meaning; the message says which."""

    kind = HTTPStatus.NOT_IMPLEMENTED


class Unavailable(Problem):
    """The service is temporarily unavailable."""

    kind = HTTPStatus.SERVICE_UNAVAILABLE
    general_choice = "service-unavailable"


class TimeIsUp(Problem):
    """Too few matching calls came in time."""

    kind = HTTPStatus.REQUEST_TIMEOUT


class InvalidContract(Exception):
    """A contract cannot be compiled; the message says why."""


class CannotStart(Exception):
    """The stub cannot start; the message says what, where and what to do."""


def suggest_nearest(word: str, known: Sequence[str]) -> str:
    """Suggest the *known* word that is nearest to *word*, or list them, as many as a person reads."""
    near = find_nearest(word, known)
    if near is not None:
        return f"did you mean {near!r}?"
    rest = len(known) - _MOST_LISTED
    return f"known are {', '.join(known[:_MOST_LISTED]) or 'none'}{f' and {rest} more' if rest > 0 else ''}"


# Words that are meant by others without being like them.
_SYNONYMS = {"code": "status"}


def find_nearest(word: str, known: Sequence[str]) -> str | None:
    """Find the *known* word that was probably meant by *word*; None if none is like it.

    Of many known words, only the first are compared.
    """
    synonym = _SYNONYMS.get(word)
    if synonym in known:
        return synonym
    return next(iter(difflib.get_close_matches(word, known[:_MOST_COMPARED], n=1)), None)

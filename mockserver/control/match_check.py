"""Whether a ``match`` can fit any call: a typing error in one would otherwise never be noticed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import openapi
from mockserver.http.problems import Invalid, Violation, suggest_nearest
from mockserver.http.session_name import PREFIX
from mockserver.simulation.match import Match

if TYPE_CHECKING:
    from mockserver.contract.operation import Operation


def check_matches(
    matches: Sequence[tuple[str, Mapping[str, Any]]], operations: Collection[Operation]
) -> None:
    """Raise Invalid for each of *matches* that no call can fit before it is answered.

    matches: each with its place in the request body. operations: those that are served.
    """
    known = _list_names(operations)
    # The contract of an operation may have methods that only OpenAPI 3.2 knows, or nobody.
    methods = dict.fromkeys([*map(str.upper, openapi.METHODS), *(one.method for one in operations)])
    violations = []
    for where, match in matches:
        violations += _find_unknown_names(where, match, known, operations)
        method = match.get("method")
        if method is not None and method.upper() not in methods:
            violations.append(
                Violation(f"{where}.method", f"{method!r}: {suggest_nearest(method, list(methods))}")
            )
        if "status" in match:
            violations.append(Violation(f"{where}.status", "is not known before the answer; leave it out"))
        path = match.get("path", "/")
        if not path.startswith(("/", "*", "?", "[")) or path.startswith(PREFIX):
            violations.append(
                Violation(f"{where}.path", "must begin with / or *, without the session's prefix")
            )
    if violations:
        raise Invalid(violations)


def read_match(body: Mapping[str, Any], operations: Collection[Operation]) -> Match:
    """Read which calls of a journal *body* asks for.

    operations: those that are served. Raises Invalid for the name of an API or an operation that is none of theirs: no
    call would ever have it.
    """
    match = body.get("match", {})
    violations = _find_unknown_names("match", match, _list_names(operations), operations)
    if violations:
        raise Invalid(violations)
    return Match(**match)


def _list_names(operations: Collection[Operation]) -> Mapping[str, Sequence[str]]:
    return {
        "api": sorted({operation.api for operation in operations}),
        "operation": sorted({operation.name for operation in operations}),
    }


def _find_unknown_names(
    where: str,
    match: Mapping[str, Any],
    known: Mapping[str, Sequence[str]],
    operations: Collection[Operation],
) -> list[Violation]:
    violations = [
        Violation(f"{where}.{key}", f"{word!r}: {suggest_nearest(word, names)}")
        for key, names in known.items()
        if (word := match.get(key)) is not None and word not in names
    ]
    return violations or _find_foreign_operation(where, match, operations)


def _find_foreign_operation(
    where: str, match: Mapping[str, Any], operations: Collection[Operation]
) -> list[Violation]:
    """Find an operation that is there, but in another API than the one that is named beside it."""
    api, name = match.get("api"), match.get("operation")
    apis = sorted({operation.api for operation in operations if operation.name == name})
    if api is None or not apis or api in apis:
        return []
    return [Violation(f"{where}.operation", f"{name!r} is of {' and '.join(apis)}, not of {api}")]

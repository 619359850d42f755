"""Whether a ``match`` can fit any call: a typing error in one would otherwise never be noticed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import openapi
from mockserver.http.problems import Invalid, Violation, suggest_nearest
from mockserver.http.session_name import PREFIX

if TYPE_CHECKING:
    from mockserver.contract.operation import Operation


def check_matches(
    matches: Sequence[tuple[str, Mapping[str, Any]]], operations: Collection[Operation]
) -> None:
    """Raise Invalid for each of *matches* that no call can fit before it is answered.

    matches: each with its place in the request body. operations: those that are served.
    """
    known = {
        "api": sorted({operation.api for operation in operations}),
        "operation": sorted({operation.name for operation in operations}),
        # The contract of an operation may have methods that only OpenAPI 3.2 knows, or nobody.
        "method": list(
            dict.fromkeys([*map(str.upper, openapi.METHODS), *(operation.method for operation in operations)])
        ),
    }
    violations = []
    for where, match in matches:
        for key, names in known.items():
            word = match.get(key)
            if word is not None and (word.upper() if key == "method" else word) not in names:
                violations.append(Violation(f"{where}.{key}", f"{word!r}: {suggest_nearest(word, names)}"))
        violations += _find_foreign_operation(where, match, operations, known)
        if "status" in match:
            violations.append(Violation(f"{where}.status", "is not known before the answer; leave it out"))
        path = match.get("path", "/")
        if not path.startswith(("/", "*", "?", "[")) or path.startswith(PREFIX):
            violations.append(
                Violation(f"{where}.path", "must begin with / or *, without the session's prefix")
            )
    if violations:
        raise Invalid(violations)


def _find_foreign_operation(
    where: str,
    match: Mapping[str, Any],
    operations: Collection[Operation],
    known: Mapping[str, Sequence[str]],
) -> list[Violation]:
    """Find an operation that is there, but in another API than the one that is named beside it."""
    api, name = match.get("api"), match.get("operation")
    apis = sorted({operation.api for operation in operations if operation.name == name})
    if api not in known["api"] or not apis or api in apis:
        return []
    return [Violation(f"{where}.operation", f"{name!r} is of {' and '.join(apis)}, not of {api}")]

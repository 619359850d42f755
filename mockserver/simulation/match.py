"""The ``match`` of faults, overrides and the journal: which calls it means."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, NamedTuple, Protocol


class NamedOperation(Protocol):
    """An operation of an API, as far as a match can name it."""

    @property
    def api(self) -> str: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102


class Call(Protocol):
    """A request, or the record of one."""

    @property
    def method(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> str: ...  # noqa: D102
    def header(self, name: str) -> str | None: ...  # noqa: D102
    def json_body(self) -> Any: ...  # noqa: D102


class Match(NamedTuple):
    """Everything given must hold; an empty match means every call.

    path and header values are globs; body is JSON that the call's body contains.
    """

    api: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    header: Mapping[str, str] | None = None
    body: Any = ...

    def fits(self, call: Call, operation: NamedOperation | None, status: int | None = None) -> bool:
        """Tell whether this means *call*.

        operation: the one that the call matched, or None. status: the answer's, or None before there is one.
        """
        return (
            self.api in (None, operation and operation.api)
            and self.operation in (None, operation and operation.name)
            and (self.method is None or self.method.upper() == call.method)
            and (self.path is None or fnmatchcase(call.path, self.path))
            and self.status in (None, status)
            and all(_has_header(call, name, glob) for name, glob in (self.header or {}).items())
            and (self.body is ... or contains_json(call.json_body(), self.body))
        )


def contains_json(whole: Any, part: Any) -> bool:
    """Tell whether the JSON *whole* contains *part*: objects by member, everything else as equal."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and contains_json(whole[name], value) for name, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(contains_json, whole, part))
    # To Python true equals 1, to JSON it does not.
    return bool(whole == part) and isinstance(whole, bool) == isinstance(part, bool)


def _has_header(call: Call, name: str, glob: str) -> bool:
    value = call.header(name.lower())
    return value is not None and fnmatchcase(value, glob)

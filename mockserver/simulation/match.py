"""Whether a call is meant: the ``match`` of faults, forced answers and the journal."""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from mockserver.contract.operation import Operation


class Call(Protocol):
    """What can be matched: a request on its way, or one that was answered."""

    @property
    def operation(self) -> Operation | None: ...  # noqa: D102
    @property
    def near_miss(self) -> str | None: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102
    @property
    def path(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> int | None: ...  # noqa: D102
    def header(self, name: str) -> str | None: ...  # noqa: D102
    def json_body(self) -> Any: ...  # noqa: D102


class Match(NamedTuple):
    """Everything given must hold; nothing given matches every call.

    path and header values are globs; body is JSON that the call's body contains.
    """

    api: str | None = None
    operation: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    header: Mapping[str, str] | None = None
    body: Any = ...

    def fits(self, call: Call) -> bool:
        """Tell whether *call* is meant."""
        operation = met(call)
        return (
            self.api in (None, operation and operation.api)
            and self.operation in (None, operation and operation.name)
            and (self.method is None or self.method.upper() == call.method)
            and (self.path is None or fnmatchcase(call.path, self.path))
            and self.status in (None, call.status)
            and all(_has(call, name, glob) for name, glob in (self.header or {}).items())
            and (self.body is ... or contains(call.json_body(), self.body))
        )


def met(call: Call) -> Operation | None:
    """Give the operation of *call*; None if it only came near one."""
    return call.operation if call.near_miss is None else None


def contains(whole: Any, part: Any) -> bool:
    """Tell whether the JSON *whole* contains *part*: objects by member, everything else as equal."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            name in whole and contains(whole[name], value) for name, value in part.items()
        )
    if isinstance(part, list):
        return isinstance(whole, list) and len(whole) == len(part) and all(map(contains, whole, part))
    return bool(whole == part) and isinstance(whole, bool) == isinstance(part, bool)


def _has(call: Call, name: str, glob: str) -> bool:
    value = call.header(name.lower())
    return value is not None and fnmatchcase(value, glob)

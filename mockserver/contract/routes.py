"""The table of paths: which operation a request matches, and which it comes nearest to."""

from __future__ import annotations

from bisect import insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import NamedTuple
from urllib.parse import unquote

from mockserver.contract.near_miss import LONGEST_COMPARED, NearMiss, find_near_miss
from mockserver.contract.operation import Operation
from mockserver.contract.parameters.path_template import (
    Condition,
    decode_segment,
    list_conditions,
    match_segment,
    split_path,
    split_segment,
)
from mockserver.http.problems import CannotStart
from mockserver.http.request import Request
from openapi.document.operations import VARIABLE, strip_query

_Operations = dict[str, Operation]
_Match = tuple[_Operations, tuple[str, ...]]


@dataclass(frozen=True)
class Path:
    """A path template and the operations under it, by method; ``{}`` stands for a variable in its segments."""

    segments: tuple[str, ...]
    operations: _Operations = field(default_factory=dict)

    def match_segments(self, raw: list[str]) -> tuple[str, ...] | None:
        """Give the values of the variables in the segments *raw*, or None if they are another path's."""
        found: list[str] = []
        for segment, part in zip(self.segments, raw, strict=True):
            if segment == "{}":
                found.append(decode_segment(part))
            elif "{}" in segment:
                values = match_segment(split_segment(segment), part)
                if values is None:
                    return None
                found += values
            elif segment != part and segment != decode_segment(part):
                return None
        return tuple(found)


class _Narrowed(NamedTuple):
    """The operations under a path whose template has a query or a fragment behind it."""

    conditions: Sequence[Condition]
    operations: _Operations

    def rank(self, request: Request) -> tuple[int, int] | None:
        """Rank it among those under the path, the best highest; None if the request means another."""
        met = [one for one in self.conditions if one.is_met(request)]
        unmet = [one for one in self.conditions if one not in met]
        return None if any(one.is_needed for one in unmet) else (-len(unmet), len(met))


class Routes:
    """One table over all APIs; paths match with and without a trailing slash, segments are decoded after splitting."""

    def __init__(self) -> None:
        self._paths: dict[int, list[Path]] = {}
        # By the operations under the path alone, those of the same path with a query behind it.
        self._narrowed: dict[int, list[_Narrowed]] = {}
        self.operations: list[Operation] = []
        # What misses once usually misses again, and to compare it with every operation takes ten times as long as to
        # answer a call.
        self._find_nearest = lru_cache(64)(partial(find_near_miss, self.operations))
        # Most calls go to a few paths.
        self._find_known = lru_cache(256)(self._match_path)

    def add(self, operation: Operation) -> None:
        """Add one operation.

        Raises CannotStart if another one has the same method and path.
        """
        segments = tuple(
            unquote(VARIABLE.sub("{}", part)) for part in split_path(strip_query(operation.template))
        )
        paths = self._paths.setdefault(len(segments), [])
        path = next((path for path in paths if path.segments == segments), None)
        if path is None:
            path = Path(segments)
            # A literal segment wins over a variable one at the same place, whichever file came first.
            insort(paths, path, key=lambda one: [_rank_segment(segment) for segment in one.segments])
        operations = self._find_narrowed(path, list_conditions(operation.template, operation.parameters))
        other = operations.get(operation.method, operation)
        if other is operation or other.method != operation.method:
            operations[operation.method] = operation
            # It answers HEAD as well, unless the contract has an answer of its own.
            if operation.method == "GET":
                operations.setdefault("HEAD", operation)
        elif other.error_format.file != operation.error_format.file or operation.template == other.template:
            raise CannotStart(
                f"{operation.method} {operation.template} is in both {other.error_format.file} and "
                f"{operation.error_format.file}; serve one of them (--api NAME) or give one a prefix in its servers"
            )
        self.operations.append(operation)
        self._find_known.cache_clear()

    def find(self, request: Request) -> _Match | None:
        """Find the operations under the path of *request* and the values of its variable segments.

        Where none has its method they are those of all paths that it matches.
        """
        path = request.path
        # A longer path is not worth the memory.
        matches = self._find_known(path) if len(path) <= LONGEST_COMPARED else self._match_path(path)
        if self._narrowed:
            narrowed = ((self._narrow_operations(one[0], request), one[1]) for one in matches)
            matches = [one for one in narrowed if one[0]]
        if not matches:
            return None
        # As in most servers, a path that lacks the method leaves the call to a more general one that has it.
        for one in matches:
            if request.method in one[0]:
                return one
        return _merge_operations(matches), matches[0][1]

    def _find_narrowed(self, path: Path, conditions: Sequence[Condition]) -> _Operations:
        """Find where the operations under *path* that have *conditions* are kept."""
        if not conditions:
            return path.operations
        narrowed = self._narrowed.setdefault(id(path.operations), [])
        known = next((one for one in narrowed if one.conditions == conditions), None)
        if known is None:
            known = _Narrowed(conditions, {})
            narrowed.append(known)
        return known.operations

    def _narrow_operations(self, operations: _Operations, request: Request) -> _Operations:
        """Add those whose conditions *request* meets; the more it meets, the more they count."""
        known = [_Narrowed((), operations), *self._narrowed.get(id(operations), ())]
        ranked = [(rank, one) for one in known if (rank := one.rank(request)) is not None]
        found: _Operations = {}
        for _, one in sorted(ranked, key=lambda pair: pair[0]):
            found.update(one.operations)
        return found

    def _match_path(self, raw_path: str) -> Sequence[_Match]:
        """List the paths that *raw_path* matches, the most concrete first."""
        parts = split_path(raw_path)
        matched = ((path, path.match_segments(parts)) for path in self._paths.get(len(parts), []))
        return [(path.operations, values) for path, values in matched if values is not None]

    def find_nearest(self, method: str, raw_path: str) -> NearMiss | None:
        """Find the operation that a request comes nearest to, and why it did not match; None if there are none."""
        return self._find_nearest(method, raw_path[:LONGEST_COMPARED]) if self.operations else None


def _merge_operations(matches: Sequence[_Match]) -> _Operations:
    """Join the operations of several paths, those of the first before the others."""
    found: _Operations = {}
    for operations, _ in matches:
        found = {**found, **{method: one for method, one in operations.items() if method not in found}}
    return found


def _rank_segment(segment: str) -> tuple[int, int]:
    """Rank a literal before one that is partly variable, of which the longer goes first, and a variable last."""
    return 2 if segment == "{}" else int("{}" in segment), -len(segment) if "{}" in segment else 0

"""The table of paths: which operation a request matches, and which it comes nearest to."""

from __future__ import annotations

import re
from bisect import insort
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from urllib.parse import unquote_to_bytes

from mockserver.contract.near_miss import LONGEST_COMPARED, NearMiss, find_near_miss, split_path
from mockserver.contract.operation import Operation
from mockserver.contract.parameters.path_template import VARIABLE
from mockserver.http.problems import CannotStart


@dataclass(frozen=True)
class Path:
    """A path template and the operations under it, by method; ``{}`` stands for a variable in its segments."""

    segments: tuple[str, ...]
    operations: dict[str, Operation] = field(default_factory=dict)

    def match_segments(self, raw: list[str]) -> tuple[str, ...] | None:
        """Give the values of the variables in the segments *raw*, or None if they are another path's."""
        found: list[str] = []
        for segment, part in zip(self.segments, raw, strict=True):
            if segment == "{}":
                found.append(_decode_segment(part))
            elif "{}" in segment:
                match = _segment_pattern(segment).fullmatch(part)
                if match is None:
                    return None
                found += map(_decode_segment, match.groups())
            elif segment != part and segment != _decode_segment(part):
                return None
        return tuple(found)


class Routes:
    """One table over all APIs; paths match with and without a trailing slash, segments are decoded after splitting."""

    def __init__(self) -> None:
        self._paths: dict[int, list[Path]] = {}
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
        segments = tuple(VARIABLE.sub("{}", part) for part in split_path(operation.template))
        paths = self._paths.setdefault(len(segments), [])
        path = next((path for path in paths if path.segments == segments), None)
        if path is None:
            path = Path(segments)
            # A literal segment wins over a variable one at the same place, whichever file came first.
            insort(paths, path, key=lambda one: [_variable_rank(segment) for segment in one.segments])
        other = path.operations.get(operation.method, operation)
        if other is operation or other.method != operation.method:
            path.operations[operation.method] = operation
            if (
                operation.method == "GET"
            ):  # it answers HEAD as well, unless the contract has an answer of its own
                path.operations.setdefault("HEAD", operation)
        else:
            raise CannotStart(
                f"{operation.method} {operation.template} is in both {other.error_format.file} and "
                f"{operation.error_format.file}; serve one of them (--api NAME) or give one a prefix in its servers"
            )
        self.operations.append(operation)
        self._find_known.cache_clear()

    def find(self, raw_path: str) -> tuple[dict[str, Operation], tuple[str, ...]] | None:
        """Find the operations under *raw_path* and the values of its variable segments."""
        # A longer path is not worth the memory.
        return self._find_known(raw_path) if len(raw_path) <= LONGEST_COMPARED else self._match_path(raw_path)

    def _match_path(self, raw_path: str) -> tuple[dict[str, Operation], tuple[str, ...]] | None:
        parts = split_path(raw_path)
        for path in self._paths.get(len(parts), []):
            values = path.match_segments(parts)
            if values is not None:
                return path.operations, values
        return None

    def find_nearest(self, method: str, raw_path: str) -> NearMiss:
        """Find the operation that a request comes nearest to, and why it did not match."""
        return self._find_nearest(method, raw_path[:LONGEST_COMPARED])


@cache
def _segment_pattern(segment: str) -> re.Pattern[str]:
    return re.compile("(.*)".join(map(re.escape, segment.split("{}"))))


def _variable_rank(segment: str) -> int:
    return 2 if segment == "{}" else int("{}" in segment)


def _decode_segment(segment: str) -> str:
    return (
        unquote_to_bytes(segment.encode("latin-1")).decode(errors="replace")
        if _needs_decoding(segment)
        else segment
    )


def _needs_decoding(segment: str) -> bool:
    return "%" in segment or not segment.isascii()

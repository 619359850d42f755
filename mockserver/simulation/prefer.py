"""The Prefer header (RFC 7240) and magic identifiers, which use the same words."""

from __future__ import annotations

import re
from typing import NamedTuple

from mockserver.simulation.faults import ConnectionFault

MAXIMUM_DELAY_MS = 60_000
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PREFERENCE = re.compile(rf'([^\s=;,"]+)(?:\s*=\s*({_QUOTED}|[^\s;,"]+))?|{_QUOTED}')
# The expression above backtracks, so its input is bounded.
_LONGEST_PREFER = 1000


class PreferHeader(NamedTuple):
    """The answer that a caller prefers, as a Prefer header or a magic identifier says it.

    code: the status, as it was written. example: the name of an example in the contract. delay_ms: milliseconds to
    wait first. connection_fault: how to break the connection. is_lenient: answer an invalid request as if it were
    valid. is_strict: refuse a code or example that the contract does not have.
    """

    code: str | None = None
    example: str | None = None
    delay_ms: float = 0
    connection_fault: ConnectionFault | None = None
    is_lenient: bool = False
    is_strict: bool = False

    @property
    def chooses_answer(self) -> bool:
        """Whether it names a certain answer."""
        return self.code is not None or self.example is not None


def parse_prefer(text: str) -> PreferHeader:
    """Parse preferences such as ``code=503, delay=1500``; unknown names and malformed values are ignored."""
    found: dict[str, str] = {}
    for match in _PREFERENCE.finditer(text, 0, _LONGEST_PREFER):
        name, value = match.groups(default="")
        found.setdefault(name.lower(), value.strip('"'))
    delay = found.get("delay", "")
    return PreferHeader(
        code=found.get("code") or None,
        example=found.get("example") or None,
        delay_ms=min(float(delay), MAXIMUM_DELAY_MS) if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", delay) else 0,
        connection_fault=(
            ConnectionFault(found["fault"]) if found.get("fault") in ConnectionFault.__members__ else None
        ),
        is_lenient=found.get("handling") == "lenient",
        is_strict=found.get("handling") == "strict",
    )

"""The Prefer header (RFC 7240) and magic identifiers, which use the same words."""

from __future__ import annotations

import re
from typing import NamedTuple

from mockserver.http.problems import suggest_nearest
from mockserver.simulation.faults import ConnectionFault

MAXIMUM_DELAY_MS = 60_000
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PREFERENCE = re.compile(rf'([^\s=;,"]+)(?:\s*=\s*({_QUOTED}|[^\s;,"]+))?|{_QUOTED}')
# The expression above backtracks, so its input is bounded.
_LONGEST_PREFER = 1000
_STATUS = re.compile(r"[2-5]\d\d", re.ASCII)
_DELAY = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_HANDLING = ("lenient", "strict")
_OURS = ("code", "delay", "example", "fault", "handling")
# Those of RFC 7240, which every server may pass over: clients send them without a thought of this one.
_PASSED_OVER = ("respond-async", "return", "wait")
_MOST_PROBLEMS = 5


class PreferHeader(NamedTuple):
    """The answer that a caller prefers, as a Prefer header or a magic identifier says it.

    code: the status. example: the name of an example in the contract. delay_ms: milliseconds to
    wait first. connection_fault: how to break the connection. is_lenient: answer an invalid request as if it were
    valid. is_strict: refuse what cannot be followed. problems: what was not understood, a sentence each.
    """

    code: int | None = None
    example: str | None = None
    delay_ms: float = 0
    connection_fault: ConnectionFault | None = None
    is_lenient: bool = False
    is_strict: bool = False
    problems: tuple[str, ...] = ()


def parse_prefer(text: str) -> PreferHeader:
    """Parse preferences such as ``code=503, delay=1500``; the first of each name counts."""
    found: dict[str, str] = {}
    for match in _PREFERENCE.finditer(text, 0, _LONGEST_PREFER):
        name, value = match.group(1) or match.group(0), match.group(2) or ""
        found.setdefault(name.lower(), value.strip('"'))
    problems = [problem for name, value in found.items() if (problem := _find_problem(name, value))]
    if len(text) > _LONGEST_PREFER:
        problems.append(f"only the first {_LONGEST_PREFER} characters are read")
    code, delay, fault, handling = (found.get(name, "") for name in ("code", "delay", "fault", "handling"))
    return PreferHeader(
        code=int(code) if _STATUS.fullmatch(code) else None,
        example=found.get("example") or None,
        delay_ms=min(float(delay), MAXIMUM_DELAY_MS) if _DELAY.fullmatch(delay) else 0,
        connection_fault=ConnectionFault.__members__.get(fault.upper()),
        is_lenient=handling.lower() == "lenient",
        is_strict=handling.lower() == "strict",
        problems=tuple(problems[:_MOST_PROBLEMS]),
    )


def _find_problem(name: str, value: str) -> str | None:
    """Say why a preference is not understood, with the nearest that would be; None if it is."""
    shown = f"{name}={value[:40]}"
    if name in _PASSED_OVER:
        return None
    if name not in _OURS:
        return f"{name[:40]} is not known; {suggest_nearest(name, (*_OURS, *_PASSED_OVER))}"
    if not value:
        return f"{name} has no value"
    if name == "code" and not _STATUS.fullmatch(value):
        return f"{shown} is not a status from 200 to 599"
    if name == "delay" and not _DELAY.fullmatch(value):
        return f"{shown} is not a number of milliseconds"
    if name == "fault" and value.upper() not in ConnectionFault.__members__:
        return f"{shown} is not known; {suggest_nearest(value.upper(), list(ConnectionFault.__members__))}"
    if name == "handling" and value.lower() not in _HANDLING:
        return f"{shown} is not known; {suggest_nearest(value.lower(), _HANDLING)}"
    return None

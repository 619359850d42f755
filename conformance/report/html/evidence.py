"""Which exchanges report.html shows, and where: each whole once, and no more of them than a browser opens at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from conformance.http.foreign_text import escape_controls

MOST_OF_FINDINGS = 4 * 1024 * 1024  # characters of what is shown with findings, as report.json has it
MOST_OF_THE_REST = 1024 * 1024
_FINDINGS = ("failed", "waived", "inconclusive")
_BREAK = Markup("/<wbr>")  # where a path may go on in the next line
_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class ShownExchange:
    """One exchange where a requirement rests on it.

    line: the request and its answer in short. is_whole: whether it is shown whole here. anchor: where else it is, or
    None if the page has no room for it; its own where *is_home*. is_at_fault: whether it is the one that broke the
    requirement.
    """

    evidence: dict[str, Any]
    line: Markup
    anchor: str | None
    is_whole: bool
    is_home: bool
    is_at_fault: bool = False

    def list_variables(self, known: Mapping[str, str]) -> list[tuple[str, str]]:
        """List those variables of the environment, of all *known*, that its curl line reads, and what each is."""
        names = dict.fromkeys(_VARIABLE.findall(self.evidence["curl"]))
        return [(name, known[name]) for name in names if name in known]


class ExchangePlan:
    """What the page shows of the exchanges of *requirements*, which are those of a report's document.

    A finding shows its own. others: those that no finding shows, each once, in the order in which they were sent.
    left_out: how many there is no room for; report.json has them.
    """

    def __init__(self, requirements: Sequence[dict[str, Any]], base_url: str = "") -> None:
        self._base_url = base_url
        self._lines: dict[Any, Markup] = {}
        self._homes: dict[Any, str] = {}  # by exchange the requirement that shows it; empty for the others
        self._with_fault: set[str] = set()
        findings = [one for one in requirements if one["status"] in _FINDINGS]
        room = _Room(MOST_OF_FINDINGS)
        # What is at fault comes first, and is shown by each finding, which marks something else in it.
        for finding in findings:
            fault = find_fault(finding)
            if fault and room.take(fault):
                self._with_fault.add(finding["id"])
                self._homes.setdefault(_identify_exchange(fault), finding["id"])
        for finding in findings:
            self._settle(finding["evidence"], finding["id"], room)
        every = [one for asked in requirements for one in asked["evidence"]]
        others = self._settle(every, "", _Room(MOST_OF_THE_REST))
        self.others = [
            ShownExchange(one, self._find_line(one), _name_anchor(one), is_whole=True, is_home=True)
            for one in _sort_sent(others)
        ]
        self.left_out = len({_identify_exchange(one) for one in every} - self._homes.keys())

    def list_exchanges(self, requirement: dict[str, Any]) -> list[ShownExchange]:
        """List what *requirement* rests on, in the order in which it was sent."""
        return [self._show(one, requirement) for one in _sort_sent(requirement["evidence"])]

    def _settle(self, exchanges: Iterable[dict[str, Any]], home: str, room: _Room) -> list[dict[str, Any]]:
        """Give a home to those of *exchanges* that have none, as far as there is room; return them."""
        settled = []
        for one in exchanges:
            if _identify_exchange(one) not in self._homes and room.take(one):
                self._homes[_identify_exchange(one)] = home
                settled.append(one)
        return settled

    def _show(self, one: dict[str, Any], requirement: dict[str, Any]) -> ShownExchange:
        home = self._homes.get(_identify_exchange(one))
        is_at_fault = one is find_fault(requirement)
        return ShownExchange(
            one,
            self._find_line(one),
            anchor=None if home is None else _name_anchor(one),
            is_whole=home == requirement["id"] or (is_at_fault and requirement["id"] in self._with_fault),
            is_home=home == requirement["id"],
            is_at_fault=is_at_fault,
        )

    def _find_line(self, one: dict[str, Any]) -> Markup:
        """Return the line of an exchange, which is made once: many requirements rest on the same."""
        name = _identify_exchange(one)
        if name not in self._lines:
            self._lines[name] = _render_line(one, self._base_url)
        return self._lines[name]


class _Room:
    """So many characters of exchanges fit into a place."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, one: dict[str, Any]) -> bool:
        """Take the room that an exchange needs, if there is as much left."""
        needed = len(json.dumps(one))
        if needed > self._left:
            return False
        self._left -= needed
        return True


def find_fault(requirement: dict[str, Any]) -> dict[str, Any] | None:
    """Return the exchange that broke a requirement, None if none did."""
    return next((one for one in reversed(requirement["evidence"]) if one["expected"]), None)


def _render_line(one: dict[str, Any], base_url: str) -> Markup:
    method, answer = one["request"]["method"], one["response"]
    path = escape(escape_controls(one["request"]["url"].removeprefix(base_url)))
    return Markup('{}<b class="{}">{}</b> <code>{}</code> → {}').format(
        "" if one["number"] is None else f"{one['number']} ",
        method.lower(),
        method,
        path.replace("/", _BREAK),
        answer["status"] if answer else "no answer",
    )


def _identify_exchange(one: dict[str, Any]) -> Any:
    return id(one) if one["number"] is None else one["number"]


def _name_anchor(one: dict[str, Any]) -> str:
    return f"request-{_identify_exchange(one)}"


def _sort_sent(exchanges: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort by the order of the run; what is none of its requests comes last."""
    return sorted(exchanges, key=lambda one: (one["number"] is None, one["number"] or 0))

"""What there is to know about a requirement, gathered from where it is written already and from trying it out.

Nothing here is a list to maintain: the document comes from the contract, the reading from the docstring, the proof
from the mutants, what else is permitted from the liberties, and what it needs and writes from judging the reference.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from conformance import proof
from conformance.judge.suites import read_profile
from conformance.judge.verdict import Verdict
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.trial import judge_in_process
from conformance.suite.choice import find_choice
from conformance.suite.mode import Mode
from conformance.suite.requirement import Requirement
from conformance.suite.sentences import Sentence, find_source, quote_sentences
from conformance.target.model import BadProfile

LEVELS = {
    "MUST": "the document states it, or it follows from what the document states",
    "SHOULD": "the document recommends it, or only another page of the vendor states it",
    "OBSERVED": "nobody states it: what comes is recorded and never judged",
}
# Every server overrides these as a whole, which says nothing about the step that it changes.
_METHODS_OF_THE_WHOLE_SERVER = {"answer", "profile"}
_READS = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Explanation:
    """A requirement, and what is known about it.

    source: the document or page, and its heading. url: where it is read. sentences: those of the vendor that it rests
    on. needs: the optional keys of a profile without which it is not tested. always: the keys that every run needs.
    modes: those of a run that ask it. waits: whether it reads again until a write is shown. writes: whether a correct
    server accepts any write that it sends. mutants: those that fail it alone, then those that fail others with it.
    permitted: liberties in what the mutants lie about. forgoing: liberties that fail it and conform.
    """

    requirement: Requirement
    source: str
    url: str
    needs: Sequence[str]
    always: Sequence[str]
    writes: bool
    waits: bool
    modes: Sequence[Mode]
    sentences: Sequence[Sentence] = field(default=())
    mutants: Sequence[type[Any]] = field(default=())
    permitted: Sequence[type[Any]] = field(default=())
    forgoing: Sequence[type[Any]] = field(default=())

    def facts(self) -> Iterator[tuple[str, str | list[str]]]:
        """Yield what there is to say, each under its name; a list where there are several."""
        if self.requirement.reading:
            yield "how we read it", self.requirement.reading
        if choice := find_choice(self.requirement):
            yield "sees the choice", f"{choice.id}: {', '.join(choice.alternatives)}"
        looks_back = "yes; it judges what the run was answered before, also one that was stopped"
        yield "looks back on the run", looks_back if self.requirement.looks_back else "no"
        if self.needs:
            yield "needs", f"{' and '.join(self.needs)}; without it not tested"
        yield "writes", "yes" if self.writes else "only where a server accepts what the reference refuses"
        if self.waits:
            yield "waits", "patience.read_lag_s (3 s) at the most, until what was written is read"
        yield "modes", ", ".join(self.modes)
        for name, servers in (
            ("proved by", self.mutants),
            ("also permitted", self.permitted),
            ("failed by conformant servers", self.forgoing),
        ):
            if servers:
                yield name, [f"{one.__name__}: {describe_server(one)}" for one in servers]


def explain_requirements(asked: Sequence[Requirement]) -> list[Explanation]:
    """Explain requirements, which may be of several APIs, in the order in which they come.

    They are tried on the reference, all together: once in each mode, and once without each optional key of the profile.
    """
    known = {
        api: _ApiFacts(api, [one for one in asked if one.api == api]) for api in {one.api for one in asked}
    }
    return [known[one.api].explain(one) for one in asked]


def render_statement(asked: Requirement, source: str) -> list[str]:
    """Return the lines that a requirement says of itself, for a terminal."""
    return [
        asked.id,
        f"  {asked.level} {asked.text}",
        f"  {asked.level} means: {LEVELS[asked.level]}",
        f"  source: {source}",
    ]


def render_explanation(one: Explanation) -> str:
    """Return an explanation as text for a terminal."""
    lines = [
        *render_statement(one.requirement, f"{one.source}, {one.url}"),
        f"  needs, as every run does: {' and '.join(one.always)}",
    ]
    lines += [f"  {_name_page(quoted)} says: “{quoted.text}”" for quoted in one.sentences]
    for name, said in one.facts():
        if isinstance(said, str):
            lines.append(f"  {name}: {said}")
        else:
            lines += [f"  {name}:", *(f"    {item}" for item in said)]
    return "\n".join(lines)


def _name_page(sentence: Sentence) -> str:
    return f"the page {sentence.page}, {sentence.url}," if sentence.page else "the document"


def describe_server(server: type[Any]) -> str:
    """Return what a server of the proof says that it does."""
    return " ".join((server.__doc__ or "").split())


class _ApiFacts:
    """What the requirements *asked* of one API have in common, found out once."""

    def __init__(self, api: str, asked: Sequence[Requirement]) -> None:
        self._reference = proof.reference_of(api)
        self._mutants = proof.mutants_of(api)
        self._liberties = proof.liberties_of(api)
        self._replaced = {
            server: self._find_replaced_methods(server) for server in (*self._mutants, *self._liberties)
        }
        self._always, optional = _sort_profile_keys(self._reference)
        ids = [one.id for one in asked]
        verdicts = {mode: _judge_reference(self._reference, ids, mode=mode) for mode in Mode}
        self._writing = set(_ids_with_an_accepted_write(verdicts[Mode.FULL]))
        self._waiting = {result.requirement.id for result in verdicts[Mode.FULL].results if result.has_polled}
        # What the reference leaves untested in a mode, or without a key, no other server can be tested for.
        self._left_out = {mode: set(verdict.ids("not_tested")) for mode, verdict in verdicts.items()}
        # What is tested without any of the keys needs none of them.
        needy = _judge_reference(self._reference, ids, optional).ids("not_tested")
        self._untested = {
            f"{part}.{key}": set(_judge_reference(self._reference, needy, [(part, key)]).ids("not_tested"))
            for part, key in optional
            if needy
        }

    def explain(self, one: Requirement) -> Explanation:
        """Explain a requirement among those that were asked."""
        mutants = sorted(
            (mutant for mutant in self._mutants if one.name in mutant.breaks), key=lambda it: len(it.breaks)
        )
        source, url = find_source(one)
        return Explanation(
            requirement=one,
            source=source,
            url=url,
            needs=[key for key, ids in self._untested.items() if one.id in ids],
            always=self._always,
            modes=[mode for mode, ids in self._left_out.items() if one.id not in ids],
            writes=one.id in self._writing,
            waits=one.id in self._waiting,
            sentences=quote_sentences(one),
            mutants=mutants,
            permitted=self._find_permitted(one, mutants),
            forgoing=[liberty for liberty in self._liberties if one.name in _requirements_failed_by(liberty)],
        )

    def _find_permitted(self, one: Requirement, mutants: Sequence[type[Any]]) -> list[type[Any]]:
        changed = [self._replaced[mutant] for mutant in mutants if len(mutant.breaks) == 1]
        methods = frozenset[str]().union(*changed)
        return [
            liberty
            for liberty in self._liberties
            if self._replaced[liberty] & methods and one.name not in _requirements_failed_by(liberty)
        ]

    def _find_replaced_methods(self, server: type[Any]) -> set[str]:
        """Name the methods of the reference that *server* or what it is derived from replaces."""
        between = server.__mro__[: server.__mro__.index(self._reference)]
        replaced = {name for one in between for name, it in vars(one).items() if inspect.isfunction(it)}
        return (replaced & set(dir(self._reference))) - _METHODS_OF_THE_WHOLE_SERVER


def _requirements_failed_by(liberty: type[Any]) -> frozenset[str]:
    costs: frozenset[str] = liberty.costs
    return costs


def _sort_profile_keys(reference: type[Any]) -> tuple[list[str], list[tuple[str, str]]]:
    """Sort the keys of a profile that leaves nothing untested into what it needs and what it may leave out."""
    always, optional = [], []
    profile = reference().profile("http://127.0.0.1")
    for part, keys in profile.items():
        for key in keys if isinstance(keys, Mapping | list) else ():
            try:
                read_profile(_remove_key(profile, part, key))
            except BadProfile:
                always.append(f"{part}.{key}")
            else:
                optional.append((part, key))
    return always, optional


def _remove_key(profile: Mapping[str, Any], part: str, key: str) -> dict[str, Any]:
    keys = profile[part]
    if isinstance(keys, list):
        return {**profile, part: [one for one in keys if one != key]}
    return {**profile, part: {name: value for name, value in keys.items() if name != key}}


def _judge_reference(
    reference: type[Any],
    ids: Sequence[str],
    left_out: Sequence[tuple[str, str]] = (),
    mode: Mode = Mode.FULL,
) -> Verdict:
    server = reference()
    profile = server.profile(IN_PROCESS_URL)
    for part, key in left_out:
        profile = _remove_key(profile, part, key)
    return judge_in_process(server, profile, only=ids, mode=mode)


def _ids_with_an_accepted_write(verdict: Verdict) -> Iterator[str]:
    # What one requirement sent and another makes use of is evidence of both.
    for result in verdict.results:
        if any(one.method not in _READS and 200 <= (one.status or 0) < 300 for one in result.evidence):
            yield result.requirement.id

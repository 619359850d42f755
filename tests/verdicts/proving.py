"""The proof that every API's requirements go through: right, lying and liberal servers, judged in process.

A test file per API says which API it is and calls these::

    API = "onlyautomator"

    def test_reference_conforms():
        proving.reference_conforms(API)

    @pytest.mark.parametrize("mutant", proving.mutants(API))
    def test_mutant_breaks_what_it_says(mutant):
        proving.mutant_breaks_what_it_says(API, mutant)

    @pytest.mark.parametrize("liberty", proving.liberties(API))
    def test_liberty_is_not_condemned(liberty):
        proving.liberty_is_not_condemned(API, liberty)

    def test_every_requirement_is_proved():
        proving.every_requirement_is_proved(API)

    def test_ids_are_pinned():
        proving.ids_are_pinned(API)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance import proof, requirement
from conformance.proof.serving import serve
from conformance.verdict import CONFORMANT, Verdict, judge

_IDS = Path(__file__).parent / "ids"


def mutants(api: str) -> list[Any]:
    return [pytest.param(mutant, id=mutant.__name__) for mutant in proof.mutants_of(api)]


def liberties(api: str) -> list[Any]:
    return [pytest.param(liberty, id=liberty.__name__) for liberty in proof.liberties_of(api)]


def judged(server: Any, **options: Any) -> Verdict:
    """Judge a server that brings its own profile."""
    with serve(server) as url:
        return judge(server.profile(url), **options)


def reference_conforms(api: str) -> None:
    verdict = judged(proof.reference_of(api)())
    _say(verdict, "the reference", _open(verdict, "failed", "inconclusive", "not_tested"))
    if verdict.verdict != CONFORMANT:
        pytest.fail(f"the reference is {verdict.verdict}: {verdict.reason}")


def mutant_breaks_what_it_says(api: str, mutant: Any) -> None:
    verdict = judged(mutant())
    failed = {id_.partition("/")[2] for id_ in verdict.ids("failed")}
    spared, struck = set(mutant.breaks) - failed, failed - set(mutant.breaks)
    if not spared and not struck:
        return
    lines = [f"{mutant.__name__}: {' '.join((mutant.__doc__ or '').split())}"]
    lines += [
        f"  {id_} was to turn red and came out {_status(verdict, f'{api}/{id_}')}" for id_ in sorted(spared)
    ]
    lines += [f"  {id_} turned red too: {_status(verdict, f'{api}/{id_}')}" for id_ in sorted(struck)]
    pytest.fail("\n".join(lines), pytrace=False)


def liberty_is_not_condemned(_api: str, liberty: Any) -> None:
    verdict = judged(liberty())
    _say(
        verdict, f"{liberty.__name__} ({' '.join((liberty.__doc__ or '').split())})", _open(verdict, "failed")
    )
    if verdict.verdict != CONFORMANT:
        _say(verdict, liberty.__name__, _open(verdict, "inconclusive"))
        pytest.fail(f"{liberty.__name__} is {verdict.verdict}: {verdict.reason}", pytrace=False)


def every_requirement_is_proved(api: str) -> None:
    """Every MUST and SHOULD has a mutant that breaks it and nothing else."""
    broken_alone = {next(iter(mutant.breaks)) for mutant in proof.mutants_of(api) if len(mutant.breaks) == 1}
    judged_ids = {one.id.partition("/")[2] for one in requirement.collect(api) if one.level != "OBSERVED"}
    unproved, unknown = judged_ids - broken_alone, broken_alone - judged_ids
    if unproved or unknown:
        pytest.fail(
            f"no mutant breaks only {sorted(unproved)}; mutants name unknown {sorted(unknown)}", pytrace=False
        )


def ids_are_pinned(api: str) -> None:
    """Ids are never renamed nor reused; a new one is added to the file by hand."""
    file = _IDS / f"{api}.txt"
    pinned = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    written = sorted(f"{one.id} {one.level}" for one in requirement.collect(api))
    if pinned != written:
        gone, new = sorted(set(pinned) - set(written)), sorted(set(written) - set(pinned))
        pytest.fail(f"{file.name}: gone {gone}, new {new}, or out of order", pytrace=False)


def _open(verdict: Verdict, *statuses: str) -> list[str]:
    return [one.requirement.id for one in verdict.results if one.status in statuses]


def _status(verdict: Verdict, id_: str) -> str:
    found = [one for one in verdict.results if one.requirement.id == id_]
    return f"{found[0].status}: {found[0].reason}" if found else "unknown to the judge"


def _say(verdict: Verdict, who: str, ids: list[str]) -> None:
    if ids:
        lines = [f"{who}:", *(f"  {id_}: {_status(verdict, id_)}" for id_ in ids)]
        pytest.fail("\n".join(lines), pytrace=False)

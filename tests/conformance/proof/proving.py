"""The proof that every API's requirements go through: right, lying and liberal servers, judged in process.

A test file per API says which API it is and calls these::

    API = "onlyautomator"

    def test_reference_conforms():
        proving.reference_conforms(API)

    @pytest.mark.parametrize("mutant", proving.mutants(API))
    def test_mutant_breaks_what_it_says(mutant):
        proving.comes_out_as_it_has_to(mutant)

    @pytest.mark.parametrize("liberty", proving.liberties(API))
    def test_liberty_is_not_condemned(liberty):
        proving.comes_out_as_it_has_to(liberty)

    def test_every_requirement_is_proved():
        proving.every_requirement_is_proved(API)

    def test_ids_are_pinned():
        proving.ids_are_pinned(API)
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.judge.suites import collect_requirements
from conformance.proof import trial
from conformance.proof.trial import Trial, judged

__all__ = ["judged"]

_IDS = Path(__file__).parent / "ids"


def mutants(api: str) -> list[Any]:
    return _named(api, trial.MUTANT)


def liberties(api: str) -> list[Any]:
    return _named(api, trial.LIBERTY)


def reference_conforms(api: str) -> None:
    (reference,) = (one for one in trial.trials(api) if one.kind == trial.REFERENCE)
    comes_out_as_it_has_to(reference)


def comes_out_as_it_has_to(one: Trial) -> None:
    """The rules of the kind, as `conformance selftest` applies them: see conformance.proof.trial."""
    finding = trial.hold(one)
    if finding.deviations:
        lines = [f"{one.kind} {one.name}: {one.sentence}", *(f"  {line}" for line in finding.deviations)]
        pytest.fail("\n".join(lines), pytrace=False)


def every_requirement_is_proved(api: str) -> None:
    """Every MUST and SHOULD has a mutant that breaks it and nothing else."""
    assert trial.unproved(api) == []


def ids_are_pinned(api: str) -> None:
    """Ids are never renamed nor reused; a new one is added to the file by hand."""
    file = _IDS / f"{api}.txt"
    pinned = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    written = sorted(f"{one.id} {one.level}" for one in collect_requirements(api))
    if pinned != written:
        gone, new = sorted(set(pinned) - set(written)), sorted(set(written) - set(pinned))
        pytest.fail(f"{file.name}: gone {gone}, new {new}, or out of order", pytrace=False)


def _named(api: str, kind: str) -> list[Any]:
    return [pytest.param(one, id=one.name) for one in trial.trials(api) if one.kind == kind]

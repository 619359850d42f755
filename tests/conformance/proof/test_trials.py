"""Every server of the proof before the judge, once in the whole test suite: what `conformance selftest` does as well.

What has to come of each kind of server is written in conformance.proof.trial.
"""

import ast
import gc
from pathlib import Path

import pytest

import openapi
from conformance.http.evidence import Exchange
from conformance.judge.suites import collect_requirements
from conformance.proof import mutants, trial

from .findings import find_nameless

APIS = openapi.api_names()
IDS = Path(__file__).parent / "ids"
LONGEST_OVERRIDE = 10


@pytest.fixture(scope="module", autouse=True)
def _garbage_stays_a_while():
    """A trial leaves little behind, and looking for it among all that the tests have loaded takes long."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 20, 20)
    yield
    gc.set_threshold(*before)


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(one, id=f"{one.api}-{one.kind}-{one.name}")
        for api in APIS
        for one in trial.list_trials(api)
    ],
)
def test_server_comes_out_as_it_has_to(one):
    """And each finding about a member of an answer names a member that is there, or has a place there."""
    verdicts = []
    trial_result = trial.run_trial(one, verdicts.append)

    if trial_result.deviations:
        lines = [f"{one.kind} {one.name}: {one.sentence}", *(f"  {line}" for line in trial_result.deviations)]
        pytest.fail("\n".join(lines), pytrace=False)
    assert one.kind != trial.MUTANT or find_nameless(*verdicts) == []


@pytest.mark.parametrize("api", APIS)
def test_every_requirement_is_proved(api):
    """Every MUST and SHOULD has a mutant that breaks it and nothing else."""
    assert trial.find_unproved(api) == []


@pytest.mark.parametrize("api", APIS)
def test_no_two_servers_have_one_name(api):
    """The self-test hands trials on by their names."""
    names = [(one.kind, one.name) for one in trial.list_trials(api)]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("api", APIS)
def test_ids_are_pinned(api):
    """Ids are never renamed nor reused; a new one is added to the file by hand."""
    written = sorted(f"{one.id} {one.level}" for one in collect_requirements(api))

    assert written == (IDS / f"{api}.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("api", APIS)
def test_override_is_short(api):
    """A lie of more lines is too big, or is several."""
    lengths = {
        f"{lie.name}.{override.name}": (override.end_lineno or 0) - override.lineno + 1
        for file in sorted(Path(mutants.__path__[0], api).rglob("*.py"))
        for lie in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(lie, ast.ClassDef)
        for override in lie.body
        if isinstance(override, ast.FunctionDef)
    }

    assert lengths
    assert {name: length for name, length in lengths.items() if length > LONGEST_OVERRIDE} == {}


@pytest.mark.parametrize("api", APIS)
def test_run_leaves_nothing_to_the_garbage_collector(api):
    reference = next(one for one in trial.list_trials(api) if one.kind == trial.REFERENCE)
    gc.collect()
    gc.disable()
    try:
        trial.run_trial(reference)
        left = sum(isinstance(one, Exchange) for one in gc.get_objects())
    finally:
        gc.enable()

    assert left == 0

"""The self-test: the rules that the proof goes by are noticed when they are broken, on either side."""

import pytest
from typer.testing import CliRunner

import openapi
from conformance import proof
from conformance.command.cli import app
from conformance.judge.suites import collect_requirements
from conformance.proof import trial
from conformance.proof.messages import Response
from conformance.proof.nonsense import AnsweredNonsense
from conformance.proof.server import serve
from conformance.proof.trial import LIBERTY, MUTANT, NONSENSE, REFERENCE, Trial

APIS = openapi.api_names()


def selftest(*arguments):
    return CliRunner().invoke(app, ["selftest", *map(str, arguments)], prog_name="conformance")


# Mutants that break a single MUST and keep no other requirement from being judged.
PLAIN_LIES = {"onlyautomator": "FanMayBeLeftOut", "suprsend": "AcceptsNoKeyWithSlash"}


def a_lie(api):
    return next(mutant for mutant in proof.mutants_of(api) if mutant.__name__ == PLAIN_LIES[api])


def another_id(api, *but):
    return next(one.name for one in collect_requirements(api) if one.level == "MUST" and one.name not in but)


def deviations(api, kind, server):
    return trial.run_trial(Trial(api, kind, "Server", server)).deviations


# --- the command -----------------------------------------------------------------------------------------


def test_a_few_servers_in_two_processes():
    names = ["Reference", "always 500", *(a_lie(api).__name__ for api in APIS)]
    done = selftest("--jobs", 2, "--verbose", *(f"--only={name}" for name in names))

    assert (done.exit_code, done.stderr) == (0, ""), done.stdout
    for line in ("reference         conformant", "mutants caught    1 of 1", "nonsense refused  1 of 1"):
        assert done.stdout.count(line) == len(APIS)
    assert "liberties spared" not in done.stdout
    assert "every result is as expected" in done.stdout.splitlines()[-1]
    for api in APIS:
        assert trial.Trial(api, MUTANT, "", a_lie(api)).sentence in done.stdout


@pytest.mark.parametrize("api", APIS)
def test_mutant_that_breaks_something_else_is_noticed(api, monkeypatch):
    lie = a_lie(api)
    (broken,) = lie.breaks
    monkeypatch.setattr(lie, "breaks", frozenset({another_id(api, broken)}))

    done = selftest(api, "--jobs", 1, "--only", lie.__name__)

    assert done.exit_code == 1
    assert "mutants caught    0 of 1" in done.stdout
    assert f"mutant {lie.__name__} ({trial.Trial(api, MUTANT, '', lie).sentence})" in done.stdout
    assert f"{another_id(api, broken)} was to fail and is passed" in done.stdout
    assert f"{broken} failed: expected" in done.stdout
    assert "NOT every result is as expected" in done.stdout


@pytest.mark.parametrize("api", APIS)
def test_blind_judge_is_noticed(api, monkeypatch):
    """A requirement that no longer looks spares its mutants."""
    lie = a_lie(api)
    (broken,) = lie.breaks
    blind = next(one for one in collect_requirements(api) if one.name == broken).function
    monkeypatch.setattr(blind, "__code__", (lambda _: None).__code__)

    done = selftest(api, "--jobs", 1, "--only", lie.__name__)

    assert done.exit_code == 1
    assert f"{broken} was to fail and is " in done.stdout


@pytest.mark.parametrize("api", APIS)
def test_unproved_requirement_is_noticed(api, monkeypatch):
    mutants = proof.mutants_of(api)
    (broken,) = a_lie(api).breaks
    monkeypatch.setattr(proof, "mutants_of", lambda _: [one for one in mutants if one.breaks != {broken}])

    done = selftest(api, "--jobs", 1, "--only", "always 404")

    assert done.exit_code == 1
    assert f"no mutant breaks only {broken}" in done.stdout


@pytest.mark.parametrize("api", APIS)
def test_mutant_of_no_requirement_is_noticed(api, monkeypatch):
    monkeypatch.setattr(a_lie(api), "breaks", frozenset({"nothing"}))

    assert "a mutant breaks nothing, which is no MUST or SHOULD" in trial.find_unproved(api)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nothing"], "no API 'nothing'"),
        (["--only", "Referense"], "did you mean Reference"),
        (["--jobs", "0"], "must be at least 1"),
    ],
)
def test_what_cannot_be_asked_is_refused(arguments, complaint):
    done = selftest(*arguments)

    assert done.exit_code == 2
    assert complaint in done.stderr


def test_server_that_cannot_be_served_is_no_result(monkeypatch):
    """Neither well nor not: the self-test could not run."""
    reference = proof.reference_of(APIS[0])
    monkeypatch.setattr(reference, "profile", lambda *_: {"api": APIS[0]})

    done = selftest(APIS[0], "--jobs", 1, "--only", "Reference")

    assert done.exit_code == 3
    assert "reference Reference could not be judged: BadProfile" in done.stderr


# --- the rules, which know no API ------------------------------------------------------------------------


@pytest.fixture(params=APIS[-1:])
def api(request):
    return request.param


def test_reference_that_lies_deviates(api):
    lie = a_lie(api)

    first, last = deviations(api, REFERENCE, lie)

    assert first.startswith(f"{next(iter(lie.breaks))} failed: expected")
    assert last == "is not_conformant: 1 MUST failed"


def test_reference_that_leaves_something_untested_deviates(api):
    class Curt(proof.reference_of(api)):
        def profile(self, base_url):
            full = super().profile(base_url)
            optional = next(key for key in full["fixtures"] if key.startswith("other_"))
            return {
                **full,
                "fixtures": {key: it for key, it in full["fixtures"].items() if key != optional},
            }

    (untested, *others) = deviations(api, REFERENCE, Curt)

    assert " not_tested: " in untested
    assert not [line for line in others if " not_tested: " not in line]


def test_mutant_that_tells_the_truth_deviates(api):
    class Honest(proof.reference_of(api)):
        breaks = frozenset({another_id(api)})

    assert deviations(api, MUTANT, Honest) == (f"{another_id(api)} was to fail and is passed",)


def test_mutant_that_fails_more_deviates(api):
    class Modest(a_lie(api)):
        breaks = frozenset()

    (line,) = deviations(api, MUTANT, Modest)

    assert line.startswith(f"{next(iter(a_lie(api).breaks))} failed: ")


def test_liberty_that_is_condemned_deviates(api):
    first, last = deviations(api, LIBERTY, a_lie(api))

    assert first.startswith(f"{next(iter(a_lie(api).breaks))} failed: ")
    assert last.startswith("is not_conformant: ")


def test_liberty_that_costs_less_than_it_says_deviates(api):
    class Cheap(proof.reference_of(api)):
        costs = frozenset({another_id(api)})

    assert deviations(api, LIBERTY, Cheap) == (f"{another_id(api)} was to fail and is passed",)


def test_liberty_that_cannot_be_judged_deviates(api):
    class Broken(proof.reference_of(api)):
        def answer(self, _):
            return Response(401, {})

    (line,) = deviations(api, LIBERTY, Broken)

    assert line.startswith("is no_verdict: ")


def test_nonsense_that_makes_sense_deviates(api, monkeypatch):
    # It answers sensibly, and on a busy machine not always within the fifth of a second that nonsense has.
    monkeypatch.setattr(trial, "SHORT_PATIENCE", {})
    reference = proof.reference_of(api)()

    assert deviations(api, NONSENSE, lambda: serve(reference)) == (
        "is conformant: every MUST was tested and passed",
    )


def test_nonsense_that_keeps_the_judge_waiting_deviates(api, monkeypatch):
    monkeypatch.setattr(trial, "NONSENSE_WITHIN_S", 0)
    (nonsense,) = (one for one in trial.list_trials(api) if one.name == "always 404")

    assert trial.run_trial(nonsense).deviations == ("kept the judge waiting for 0 s",)


@pytest.mark.parametrize("api", APIS)
def test_every_kind_is_tried(api):
    kinds = [one.kind for one in trial.list_trials(api)]

    assert list(dict.fromkeys(kinds)) == list(trial.KINDS)
    assert kinds.count(MUTANT) == len(proof.mutants_of(api))
    assert kinds.count(LIBERTY) == len(proof.liberties_of(api))


def test_waiting_that_the_clock_skips_counts(api):
    def answer_late(_):
        nonsense.clock.sleep(30)
        return Response(404, {})

    nonsense = AnsweredNonsense(answer_late, needs_connection=False)

    assert deviations(api, NONSENSE, nonsense) == ("kept the judge waiting for 30 s",)

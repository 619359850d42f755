"""What a run asks of SuprSend, and what it leaves unasked or unjudged."""

from __future__ import annotations

import pytest

from conformance import proof
from conformance.apis.suprsend import generated_cases
from conformance.generation.cases import draw_cases
from conformance.judge.suites import read_profile
from conformance.judge.verdict import CONFORMANT, NO_VERDICT
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.reference.suprsend import Choice
from conformance.proof.trial import judge_in_process
from conformance.target.model import BadProfile
from tests.conformance.command.commands import conformance, served

API = "suprsend"
MOST_REQUESTS = 400

Reference = proof.reference_of(API)


@pytest.fixture(scope="module")
def run():
    server = Reference()
    return server, judge_in_process(server)


def test_run_is_small_and_leaves_everything_in(run):
    server, verdict = run

    assert verdict.requests <= MOST_REQUESTS
    assert len(server._choices) >= 5  # the object, the other ones, the locked category, the tenant
    assert set(server._choices.values()) == {Choice("opt_in")}


def test_merging_server_is_left_in_too():
    server = next(one for one in proof.liberties_of(API) if one.__name__ == "Merges")()

    judge_in_process(server)

    assert set(server._choices.values()) == {Choice("opt_in")}


@pytest.mark.parametrize(
    ("missing", "untested"),
    [
        (
            "other_object",
            {
                "objects-are-apart",
                "write-to-another-object-is-not-read",
                "restriction-stays-with-the-object",
            },
        ),
        ("other_type_object", {"object-of-another-type"}),
        ("other_category", {"categories-are-apart", "write-to-another-category-is-not-read"}),
        (
            "locked_category",
            {
                "locked-category-is-not-editable",
                "locked-category-in-full-preference",
                "locked-category-stays-in",
                "opt-in-to-a-locked-category",
                "opt-out-of-a-locked-category",
            },
        ),
        (
            "tenant_id",
            {
                "tenant",
                "tenant-channels-go-out",
                "tenant-scope",
                "written-for-a-tenant-is-read",
                "write-to-a-tenant-when-read",
                "list-for-a-tenant",
            },
        ),
    ],
)
def test_missing_fixture_leaves_untested_what_needs_it(missing, untested):
    server = Reference()
    profile = server.profile(IN_PROCESS_URL)
    del profile["fixtures"][missing]
    verdict = judge_in_process(server, profile)

    assert {id_.partition("/")[2] for id_ in verdict.ids("not_tested")} == untested
    assert verdict.verdict == CONFORMANT


@pytest.mark.parametrize(
    ("has_fixture", "mode", "lines"), [(True, "full", 0), (False, "full", 1), (False, "safe", 0)]
)
def test_doctor_says_that_one_type_is_all_that_is_judged(tmp_path, has_fixture, mode, lines):
    server = Reference()
    fixtures = server.profile("")["fixtures"]
    if not has_fixture:
        del fixtures["other_type_object"]
    with served(tmp_path, server, fixtures=fixtures) as profile:
        done = conformance("doctor", profile, "--mode", mode)

    gaps = [line for line in done.output.splitlines() if line.startswith("fixtures.other_type_object is not")]
    assert done.exit_code == 0
    assert len(gaps) == lines
    assert all(line.endswith("for an object of another type than departments") for line in gaps)


def test_another_type_is_no_type_of_the_object():
    profile = Reference().profile(IN_PROCESS_URL)
    profile["fixtures"]["other_type_object"] = profile["fixtures"]["other_object"]

    with pytest.raises(BadProfile) as refusal:
        read_profile(profile)

    assert str(refusal.value) == (
        "profile: fixtures: other_type_object has the same type as object; "
        "name an object of another type, or remove it"
    )


def test_category_that_cannot_be_left_condemns_nobody():
    server = Reference()
    profile = server.profile(IN_PROCESS_URL)
    profile["fixtures"]["category"] = profile["fixtures"].pop("locked_category")
    verdict = judge_in_process(server, profile)

    assert verdict.ids("failed") == []
    assert verdict.verdict == NO_VERDICT
    assert "name one in fixtures.category that can" in verdict.reason


@pytest.mark.parametrize(
    ("fixture", "value", "sentence"),
    [
        ("category", "nothing", "fixtures.category"),
        ("object", {"type": "departments", "id": "nobody"}, "fixtures.object"),
    ],
)
def test_unknown_fixture_stops_before_anything_is_judged(fixture, value, sentence):
    server = Reference()
    profile = server.profile(IN_PROCESS_URL)
    profile["fixtures"][fixture] = value
    verdict = judge_in_process(server, profile)

    assert verdict.verdict == NO_VERDICT
    assert sentence in str(verdict.stopped)
    assert verdict.ids("failed") == []


@pytest.mark.parametrize("status", [401, 403])
def test_refused_key_stops_before_anything_is_judged(status):
    class Refuses(Reference):
        def answer(self, _):
            return Response(status)

    verdict = judge_in_process(Refuses())

    assert verdict.verdict == NO_VERDICT
    assert "credentials.api_key" in str(verdict.stopped)


def test_object_without_channels_is_no_verdict():
    class Bare(Reference):
        def _render_channels(self, *_):
            return []

    verdict = judge_in_process(Bare())

    assert verdict.verdict == NO_VERDICT
    assert "suprsend/channels-go-out" in verdict.ids("inconclusive")


@pytest.mark.parametrize(
    ("mutant", "requirement", "first", "later"),
    [
        ("OtherObjectsHaveAnotherDefault", "original-preference-stays", "engineering", "sales"),
        ("TenthNameIsAnothers", "name-stays", "engineering", "engineering"),
        ("TenantsCannotEditWhatIsOut", "is-editable-stays", "engineering", "engineering"),
    ],
)
def test_finding_of_what_changes_has_both_answers(mutant, requirement, first, later):
    server = next(one for one in proof.mutants_of(API) if one.__name__ == mutant)
    (result,) = (one for one in judge_in_process(server()).results if one.requirement.name == requirement)

    assert (
        f"as first answered for object departments/{first}, category status-update-alert" in result.expected
    )
    assert [one.path.split("/")[4] for one in result.evidence[-2:]] == [first, later]


@pytest.mark.parametrize(
    ("mutant", "requirement", "there"),
    [
        ("OneSetForAllOfAType", "objects-are-apart", "departments/sales in status-update-alert"),
        ("OneSetForAllCategories", "categories-are-apart", "departments/engineering in invoices"),
    ],
)
def test_finding_of_what_is_not_apart_names_the_other_place(mutant, requirement, there):
    server = next(one for one in proof.mutants_of(API) if one.__name__ == mutant)
    (result,) = judge_in_process(server(), only=[requirement]).results

    assert result.expected.endswith(f" opt_in, as before a channel went out for {there}")


def test_every_observation_says_something(run):
    observed = [result for result in run[1].results if result.requirement.level == "OBSERVED"]

    assert {result.status for result in observed} == {"observed"}
    assert all(result.reason for result in observed)


def test_no_key_is_in_the_evidence(run):
    server, verdict = run
    shown = repr([result.evidence for result in verdict.results])

    assert server.key not in shown
    assert server.key[len(server.key) // 2 :] not in shown


def test_reference_conforms_in_another_exam():
    verdict = judge_in_process(Reference(), seed=1)

    assert verdict.requests <= MOST_REQUESTS
    assert verdict.verdict == CONFORMANT
    assert verdict.ids("not_tested") == []


@pytest.mark.parametrize("seed", [3, 5])
def test_run_is_small_whatever_else_a_seed_draws(monkeypatch, seed):
    cases = draw_cases(API, 0)  # as many as of any seed, and drawn already
    monkeypatch.setattr("conformance.generation.cases.draw_cases", lambda *_: cases)

    assert judge_in_process(Reference(), seed=seed).requests <= MOST_REQUESTS - 2


@pytest.mark.parametrize("seed", [0, 1])
def test_exam_asks_what_there_is_to_judge(seed):
    cases = draw_cases(API, seed).cases
    bodies = [generated_cases.prepare_body(case) for case in cases if case.has_json]
    members = [body for body in bodies if isinstance(body, dict)]

    assert sum(body.get("preference") == "opt_out" and len(body) > 1 for body in members) >= 4
    assert sum(generated_cases.is_surely_invalid_preference(body.get("preference")) for body in members) >= 4
    assert sum(generated_cases.is_sent_as_generated(case) for case in cases if case.mode == "positive") >= 4


def test_exam_is_put_the_same_way_every_time():
    cases = draw_cases(API, 0).cases

    assert [generated_cases.prepare_body(case) for case in cases if case.has_json] == [
        generated_cases.prepare_body(case) for case in cases if case.has_json
    ]

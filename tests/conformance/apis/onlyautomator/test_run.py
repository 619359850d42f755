"""What a run asks of OnlyAutomator, and what it leaves unasked or unjudged."""

from __future__ import annotations

import re

import pytest
import yaml

from conformance.apis.onlyautomator import TEMPLATE
from conformance.judge.suites import collect_requirements, read_profile
from conformance.judge.verdict import CONFORMANT, NO_VERDICT, NOT_CONFORMANT
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from tests.conformance.apis.onlyautomator.judging import API, Reference, judged_with, untested

MOST_REQUESTS = 400
OURS = re.compile("conformance_[0-9a-f]{8}")


# --- a run -----------------------------------------------------------------------------------------------


class Weighs(Reference):
    """Notes how large its lists are."""

    def __init__(self):
        super().__init__()
        self.sizes = []

    def handle_request(self, request):
        answer = super().handle_request(request)
        if request.method == "GET":
            self.sizes.append(len(answer.encode()[1]))
        return answer


@pytest.fixture(scope="module")
def run():
    server = Weighs()
    return server, judge_in_process(server)


def test_run_is_small(run):
    assert run[1].requests <= MOST_REQUESTS


def test_everything_written_bears_the_name_of_the_run(run):
    server, _ = run

    assert {fan for fan, _, _ in server.records} <= Reference.fans
    assert [key for key in server.records if not OURS.search(" ".join(key[1:]))] == []
    assert len({OURS.search(" ".join(key[1:]))[0] for key in server.records}) == 1


def test_heavy_values_are_in_one_list_and_stay_nowhere(run):
    server, _ = run

    assert sum(size > 500_000 for size in server.sizes) == 1
    assert max(len(str(record)) for record in server.records.values()) < 200_000


def test_every_observation_says_something(run):
    observed = [result for result in run[1].results if result.requirement.level == "OBSERVED"]

    assert {result.status for result in observed} == {"observed"}
    assert all(result.reason for result in observed)


def test_no_token_is_in_the_evidence(run):
    shown = repr([result.evidence for result in run[1].results])

    assert "eyJ" not in shown  # how a JWT begins


def test_every_requirement_stands_alone():
    server = Reference()
    profile = server.profile(IN_PROCESS_URL)
    for one in collect_requirements(API):
        (result,) = judge_in_process(server, profile, only=[one.id]).results
        assert result.status in ("passed", "observed"), f"{one.id}: {result.reason}"


def test_reference_conforms_in_another_exam():
    verdict = judge_in_process(Reference(), seed=1)

    assert verdict.verdict == CONFORMANT, verdict.ids("failed", "MUST", "SHOULD")


# --- a profile -------------------------------------------------------------------------------------------


def test_template_is_a_profile(monkeypatch):
    monkeypatch.setenv("OA_USER_TOKEN", "a.b.c")
    template = TEMPLATE.replace("your-server.example.com", "127.0.0.1:9")
    uncommented = re.sub(r"^( *)# ?(?=[\w ]+: )", r"\1", template.partition("\n\n")[2], flags=re.MULTILINE)
    uncommented = re.sub(r"^tls: .*$", "", uncommented, flags=re.MULTILINE)  # its files have to be there
    for name in ("OA_OTHER_TOKEN", "OA_READONLY_TOKEN", "OA_EXPIRED_TOKEN"):
        monkeypatch.setenv(name, f"d.e.{name}")
    monkeypatch.setenv("GIT_COMMIT", "3f2a9c1")

    plain = read_profile(yaml.safe_load(template))
    full = read_profile(yaml.safe_load(uncommented))

    assert plain.credentials.other_user is None
    assert (plain.capabilities, full.capabilities) == ([], ["read_back"])
    assert None not in (
        full.credentials.expired,
        full.fixtures.unknown_fan_id,
        full.triggers.service_unavailable,
    )


NEEDS = {
    "credentials.other_user": {
        "user-follows-token",
        "other-user-keeps-created-at",
        "list-for-other-user",
        "list-shows-what-others-wrote",
        "parallel-writes-keep-users",
    },
    "credentials.forbidden": {
        "insufficient-permission",
        "forbidden-write-stores-nothing",
        "forbidden-write-is-not-listed",
    },
    "credentials.expired": {"expired-token", "list-expired-token"},
    "fixtures.other_fan_id": {"fan-id-tells-fans-apart", "key-includes-fan", "list-keeps-fans-apart"},
    "triggers.service_unavailable": {"service-unavailable"},
}


def test_what_is_missing_leaves_untested_what_needs_it():
    def leave_out(profile):
        for needed in NEEDS:
            part, _, name = needed.partition(".")
            del profile[part][name]

    verdict = judged_with(Reference(), leave_out)
    reasons = {one.requirement.name: one.reason for one in verdict.results if one.status == "not_tested"}

    assert untested(verdict) == set().union(*NEEDS.values())
    for needed, names in NEEDS.items():
        assert {reasons[name] for name in names} == {f"the profile has no {needed}"}
    assert verdict.verdict == CONFORMANT


def test_opaque_token_leaves_untested_what_is_made_of_it():
    class Opaque(Reference):
        def verify_token(self, token):
            return (
                {"sub": "ada", "role": "authenticated"}
                if token == "opaque-1"
                else super().verify_token(token)
            )

    verdict = judged_with(Opaque(), lambda profile: profile["credentials"].update(user="opaque-1"))

    made = {"tampered-token", "truncated-token", "unsigned-token", "altered-claims", "algorithm-none"}
    made |= {"list-tampered-token", "foreign-signature"}
    assert untested(verdict) == made
    assert verdict.verdict == CONFORMANT


@pytest.mark.parametrize(
    ("part", "value", "sentence"),
    [
        ("fixtures", {"fan_id": "nobody"}, "fixtures.fan_id"),
        ("credentials", {"user": "nobody"}, "credentials.user"),
    ],
)
def test_profile_that_does_not_fit_stops_before_anything_is_judged(part, value, sentence):
    verdict = judged_with(Reference(), lambda profile: profile.update({part: value}))

    assert verdict.verdict == NO_VERDICT
    assert sentence in str(verdict.stopped)
    assert verdict.ids("failed") == []


def test_token_that_may_only_read_stops_before_anything_is_judged():
    server = Reference()
    reader = server.make_token("user-mal", role="reader")

    verdict = judged_with(server, lambda profile: profile["credentials"].update(user=reader))

    assert verdict.verdict == NO_VERDICT
    assert "403 permission_denied" in str(verdict.stopped)


def test_trigger_that_triggers_nothing_is_no_verdict():
    idle = {"service_unavailable": {"headers": {"X-Nothing": "yes"}}}

    verdict = judged_with(Reference(), lambda profile: profile.update(triggers=idle))

    assert verdict.verdict == NO_VERDICT
    assert verdict.ids("inconclusive", "MUST") == ["onlyautomator/service-unavailable"]


def test_known_fan_for_an_unknown_one_is_found_out():
    verdict = judged_with(
        Reference(),
        lambda profile: profile["fixtures"].update(unknown_fan_id="fan-1002"),
        only=["unknown-fan"],
    )

    assert verdict.ids("failed") == ["onlyautomator/unknown-fan"]


# --- hard cases ------------------------------------------------------------------------------------------


def test_outage_in_the_middle_is_no_verdict():
    class Dies(Reference):
        def check_availability(self, request):
            super().check_availability(request)
            if len(self.records) > 20:
                super().check_availability(type(request)("POST", "", {"x-out-of-service": ""}, b""))

    verdict = judged_with(Dies(), lambda profile: profile.update(patience={"retry_s": 0.05}))

    assert verdict.verdict == NO_VERDICT
    assert verdict.ids("failed", "MUST") == []


def test_unavailable_for_one_request_only_is_a_server_error():
    class Refuses(Reference):
        def check_availability(self, request):
            super().check_availability(request)
            if b"likes long videos" in request.body:
                super().check_availability(type(request)("POST", "", {"x-out-of-service": ""}, b""))

    verdict = judged_with(Refuses(), lambda profile: profile.update(patience={"retry_s": 0.05}))

    assert verdict.verdict == NOT_CONFORMANT
    assert verdict.ids("failed") == ["onlyautomator/no-server-error"]


@pytest.mark.parametrize("status", [200, 201, 204, 400, 418, 422, 500])
def test_same_empty_answer_to_everything_is_not_conformant(status):
    class Same(Reference):
        def answer(self, _):
            return Response(status, {} if status != 204 else b"")

    # A redirect of everything is an address that does not fit, which the preflight stops at.
    assert judge_in_process(Same()).verdict == (NO_VERDICT if status == 302 else NOT_CONFORMANT)


# --- what findings say -----------------------------------------------------------------------------------


def result_of(server, name, *writing):
    """Ask what looks back on the writes of others after these."""
    results = judge_in_process(server, only=[name, *writing]).results
    (result,) = (one for one in results if one.requirement.name == name)
    return result


def test_id_that_changes_is_reported_with_both_writes():
    class NewIdForSeven(Reference):
        def update_record(self, old, body, caller):
            record = super().update_record(old, body, caller)
            return {**record, "id": "another"} if body["value"] == 7 else record

    result = result_of(NewIdForSeven(), "update-keeps-id", "update-changes-type")

    assert re.fullmatch(
        r'id "[0-9a-f-]{36}", as first answered to fanId "fan-1001", category "\S+", preference "\S+", value "007"',
        result.expected,
    )
    assert re.fullmatch(
        r'id "another" to fanId "fan-1001", category "\S+", preference "\S+", value 7', result.got
    )


def test_fan_that_changes_is_reported_with_both_records():
    class OtherFanForMessages(Reference):
        def success_response(self, record):
            fan = "fan-0" if record["category"] == "messaging" else record["fanId"]
            return super().success_response({**record, "fanId": fan})

    result = result_of(OtherFanForMessages(), "fan-id-is-stable", "value-true", "common-categories")

    assert (
        'fanId "fan-1001", as first answered to fanId "fan-1001", category "conformance_' in result.expected
    )
    assert 'fanId "fan-0" to fanId "fan-1001", category "messaging", preference "' in result.got

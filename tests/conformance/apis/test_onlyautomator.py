"""OnlyAutomator's requirements judged: the reference, the servers that lie, the servers that take liberties."""

from __future__ import annotations

import ast
import re
import time
from pathlib import Path

import pytest
import yaml

from conformance import proof
from conformance.apis.onlyautomator import TEMPLATE
from conformance.apis.onlyautomator import unknown_fan as fans
from conformance.apis.onlyautomator.tokens import Token
from conformance.assertions.outcome import NotTested
from conformance.judge.verdict import CONFORMANT, NO_VERDICT, NOT_CONFORMANT, judge
from conformance.proof.mutants import onlyautomator as mutants
from conformance.proof.serving import Response, serve
from conformance.suite import requirement
from conformance.target import profile as target
from tests.conformance.proof import proving

API = "onlyautomator"
LONGEST_OVERRIDE = 10
MOST_REQUESTS = 250
OURS = re.compile("conformance_[0-9a-f]{8}")

Reference = proof.reference_of(API)


def untested(verdict):
    return {id_.partition("/")[2] for id_ in verdict.ids("not_tested", "MUST", "SHOULD")}


def judged_with(server, change, **options):
    with serve(server) as url:
        profile = server.profile(url)
        change(profile)
        return judge(profile, **options)


# --- the proof -------------------------------------------------------------------------------------------


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


def test_override_is_short():
    lengths = {
        f"{lie.name}.{override.name}": (override.end_lineno or 0) - override.lineno + 1
        for file in sorted(Path(mutants.__path__[0]).glob("*.py"))
        for lie in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(lie, ast.ClassDef)
        for override in lie.body
        if isinstance(override, ast.FunctionDef)
    }

    assert {name: length for name, length in lengths.items() if length > LONGEST_OVERRIDE} == {}


# --- a run -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run():
    server = Reference()
    return server, proving.judged(server)


def test_run_is_small(run):
    assert run[1].requests <= MOST_REQUESTS


def test_everything_written_bears_the_name_of_the_run(run):
    server, _ = run

    assert {fan for fan, _, _ in server.records} <= Reference.fans
    assert [key for key in server.records if not OURS.search(" ".join(key[1:]))] == []
    assert len({OURS.search(" ".join(key[1:]))[0] for key in server.records}) == 1


def test_every_observation_says_something(run):
    observed = [result for result in run[1].results if result.requirement.level == "OBSERVED"]

    assert {result.status for result in observed} == {"observed"}
    assert all(result.reason for result in observed)


def test_no_token_is_in_the_evidence(run):
    shown = repr([result.evidence for result in run[1].results])

    assert "eyJ" not in shown  # how a JWT begins


def test_every_requirement_stands_alone():
    server = Reference()
    with serve(server) as url:
        profile = server.profile(url)
        for one in requirement.collect(API):
            (result,) = judge(profile, only=[one.id]).results
            assert result.status in ("passed", "observed"), f"{one.id}: {result.reason}"


def test_reference_conforms_in_another_exam():
    verdict = proving.judged(Reference(), seed=1)

    assert verdict.verdict == CONFORMANT, verdict.ids("failed", "MUST", "SHOULD")


# --- a profile -------------------------------------------------------------------------------------------


def test_template_is_a_profile(monkeypatch):
    monkeypatch.setenv("OA_USER_TOKEN", "a.b.c")
    uncommented = re.sub(r"^( *)# ?(?=[\w ]+: )", r"\1", TEMPLATE.partition("\n\n")[2], flags=re.MULTILINE)
    uncommented = re.sub(r"^tls: .*$", "", uncommented, flags=re.MULTILINE)  # its files have to be there
    for name in ("OA_OTHER_TOKEN", "OA_READONLY_TOKEN", "OA_EXPIRED_TOKEN"):
        monkeypatch.setenv(name, f"d.e.{name}")

    plain = target.read(yaml.safe_load(TEMPLATE))
    full = target.read(yaml.safe_load(uncommented))

    assert plain.credentials.other_user is None
    assert (plain.capabilities, full.capabilities) == ([], ["read_back"])
    assert None not in (
        full.credentials.expired,
        full.fixtures.unknown_fan_id,
        full.triggers.service_unavailable,
    )


@pytest.mark.parametrize(
    ("part", "missing", "expected"),
    [
        (
            "credentials",
            "other_user",
            {"user-follows-token", "other-user-keeps-created-at", "list-shows-what-others-wrote"},
        ),
        (
            "credentials",
            "forbidden",
            {"insufficient-permission", "forbidden-write-stores-nothing", "forbidden-write-is-not-listed"},
        ),
        ("credentials", "expired", {"expired-token", "list-expired-token"}),
        (
            "fixtures",
            "other_fan_id",
            {"fan-id-tells-fans-apart", "key-includes-fan", "list-keeps-fans-apart"},
        ),
        ("triggers", "service_unavailable", {"service-unavailable"}),
    ],
)
def test_what_is_missing_leaves_untested_what_needs_it(part, missing, expected):
    verdict = judged_with(Reference(), lambda profile: profile[part].pop(missing))

    assert untested(verdict) == expected
    assert verdict.verdict == CONFORMANT


def test_lists_are_not_asked_for_unless_the_profile_names_them():
    server = Counts()
    verdict = judged_with(server, lambda profile: profile.pop("capabilities"))
    of_page = {
        one.name
        for one in requirement.collect(API)
        if one.heading == "Get Preferences" and one.level == "SHOULD"
    }

    assert untested(verdict) == of_page
    assert verdict.verdict == CONFORMANT
    assert "/api/v2/get-preferences" not in server.paths
    assert {one.reason for one in verdict.results if one.status == "not_tested"} == {
        "the profile's capabilities do not name read_back"
    }


class Counts(Reference):
    """Counts what it is asked for."""

    def __init__(self):
        super().__init__()
        self.paths = []

    def answer(self, request):
        self.paths.append(request.path)
        return super().answer(request)


def test_opaque_token_leaves_untested_what_is_made_of_it():
    class Opaque(Reference):
        def verify(self, token):
            return {"sub": "ada", "role": "authenticated"} if token == "opaque-1" else super().verify(token)

    verdict = judged_with(Opaque(), lambda profile: profile["credentials"].update(user="opaque-1"))

    made = {"tampered-token", "truncated-token", "unsigned-token", "altered-claims", "algorithm-none"}
    made |= {"list-tampered-token"}
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
    reader = server.token("user-mal", role="reader")

    verdict = judged_with(server, lambda profile: profile["credentials"].update(user=reader))

    assert verdict.verdict == NO_VERDICT
    assert "403 permission_denied" in str(verdict.stopped)


def test_trigger_that_triggers_nothing_is_no_verdict():
    idle = {"service_unavailable": {"headers": {"X-Nothing": "yes"}}}

    verdict = judged_with(Reference(), lambda profile: profile.update(triggers=idle))

    assert verdict.verdict == NO_VERDICT
    assert verdict.ids("inconclusive", "MUST") == ["onlyautomator/service-unavailable"]


def test_known_fan_for_an_unknown_one_is_found_out():
    verdict = judged_with(Reference(), lambda profile: profile["fixtures"].update(unknown_fan_id="fan-1002"))

    assert "onlyautomator/unknown-fan" in verdict.ids("failed")


# --- what only a list shows ------------------------------------------------------------------------------


INVISIBLE = [
    "NothingIsStored",
    "OnlyTheLastIsStored",
    "NestedIsNotStored",
    "UpdatesAreNotStored",
    "OthersUpdatesAreNotStored",
    "EveryWriteIsListed",
    "UnauthenticatedIsListed",
    "ForbiddenIsListed",
    "InvalidIsListed",
    "BadTokenIsKept",
    "ExpiredIsKept",
    "OtherSchemeIsKept",
    "UnknownFanIsKept",
    "UnknownFanIsOurs",
    "BadTokenUpdates",
    "GuestUpdates",
    "ReaderUpdates",
    "BrokenUpdates",
    "WordsAreNotStored",
    "OneIsLostOfAPage",
    "WholeListIsOld",
    "WholeListIsDoubled",
    "WholeListIsWithoutUpdates",
    "ListIsOfOneDay",
    "ListTellsCreationTwice",
]


@pytest.mark.parametrize("name", INVISIBLE)
def test_lie_that_answers_do_not_tell_is_seen_in_a_list_only(name):
    (server,) = (mutant for mutant in proof.mutants_of(API) if mutant.__name__ == name)
    blind = judged_with(server(), lambda profile: profile.pop("capabilities"), seed=0)

    assert blind.ids("failed") == []
    assert proving.judged(server()).ids("failed") == [f"{API}/{id_}" for id_ in server.breaks]


@pytest.mark.parametrize(
    ("mutant", "asked"),
    [
        ("GuestUpdates", ["*missing-token", "*refused-update*"]),
        ("BrokenUpdates", ["*array-body", "*string-body", "*refused-update*"]),
        ("BadTokenUpdates", ["*truncated-token", "*altered*", "*refused-update*"]),
    ],
)
def test_refused_update_is_one_whatever_else_is_asked(mutant, asked):
    server = next(one for one in proof.mutants_of(API) if one.__name__ == mutant)()
    with serve(server) as url:
        verdict = judge(server.profile(url), only=asked)

    assert f"{API}/refused-update-is-not-listed" in verdict.ids("failed")


def test_list_is_not_waited_for_when_it_is_there():
    class Lists(Reference):
        asked_for = 0

        def list_records(self, records):
            Lists.asked_for += 1
            return super().list_records(records)

    proving.judged(Lists())

    assert Lists.asked_for <= 6


@pytest.mark.parametrize("status", [404, 405, 500])
def test_capability_that_is_not_there_fails_what_asks_for_it_and_nothing_else(status):
    class Without(Reference):
        def answer(self, request):
            if "get-preferences" in request.path:
                return Response(status, b"<h1>No</h1>", {"content-type": "text/html"})
            return super().answer(request)

    verdict = proving.judged(Without())

    assert verdict.ids("failed") == [f"{API}/list-answers-200"]
    assert verdict.ids("inconclusive", "MUST") == []


@pytest.mark.parametrize("whose", ["fanId=fan-1001&category", "fanId=fan-1001 ", "fanId", ""])
def test_lists_that_take_too_long_keep_nothing_else_from_being_judged(whose):
    class Slow(Reference):
        def answer(self, request):
            if "get-preferences" in request.path and whose in f"{request.target} ":
                time.sleep(1.3)
            return super().answer(request)

    verdict = judged_with(Slow(), lambda profile: profile.update(patience={"timeout_s": 1}))

    assert verdict.verdict == CONFORMANT
    assert verdict.ids("failed") == []
    assert verdict.ids("inconclusive", "SHOULD") != []


# --- hard cases ------------------------------------------------------------------------------------------


def test_outage_in_the_middle_is_no_verdict():
    class Dies(Reference):
        def be_available(self, request):
            super().be_available(request)
            if len(self.records) > 20:
                super().be_available(type(request)("POST", "", {"x-out-of-service": ""}, b""))

    verdict = judged_with(Dies(), lambda profile: profile.update(patience={"retry_s": 0.05}))

    assert verdict.verdict == NO_VERDICT
    assert verdict.ids("failed", "MUST") == []


def test_unavailable_for_one_request_only_is_a_server_error():
    class Refuses(Reference):
        def be_available(self, request):
            super().be_available(request)
            if b"likes long videos" in request.body:
                super().be_available(type(request)("POST", "", {"x-out-of-service": ""}, b""))

    verdict = judged_with(Refuses(), lambda profile: profile.update(patience={"retry_s": 0.05}))

    assert verdict.verdict == NOT_CONFORMANT
    assert verdict.ids("failed") == ["onlyautomator/no-server-error"]


@pytest.mark.parametrize("status", [200, 201, 204, 302, 400, 418, 422, 500])
def test_same_empty_answer_to_everything_is_not_conformant(status):
    class Same(Reference):
        def answer(self, _):
            return Response(status, {} if status != 204 else b"")

    assert proving.judged(Same()).verdict == NOT_CONFORMANT


# --- what bad requests are made of -----------------------------------------------------------------------


UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.mark.parametrize(
    "fan_id",
    [
        "12345",
        "1234567890",
        "12345678901234567890",
        "fan_12345",
        UUID,
        f"fan_{UUID}",
        "ada",
        "of_ben",
        "x",
        "fan:ümit",
    ],
)
def test_unknown_fan_has_the_shape_of_the_known_one(fan_id):
    made = fans.unknown(fan_id)

    assert made != fan_id
    assert made == fans.unknown(fan_id)
    if fan_id.isdigit() and len(fan_id) < 16:
        assert len(fan_id) < len(made) or int(made) > int(fan_id)
        assert int(made) < (2**31 if len(fan_id) < 10 else 2**53)
    if "_" in fan_id:
        assert made.startswith(fan_id[: fan_id.index("_") + 1])


def test_bad_tokens_differ_from_the_good_one_in_what_they_say():
    good = Reference().token("ada")
    token = Token(good)
    head, _, signature = good.rpartition(".")

    tampered = token.tampered()
    assert tampered.startswith(f"{head}.")
    assert sum(one != other for one, other in zip(tampered, good, strict=True)) == 1
    assert good.startswith(token.truncated())
    assert len(signature) - len(token.truncated().rpartition(".")[2]) >= 4
    assert token.unsigned() == f"{head}."
    assert token.altered(exp=1).endswith(f".{signature}")
    assert token.without_algorithm().endswith(".")


@pytest.mark.parametrize("text", ["opaque", "a.b", "a..c", "a.b.c.d.e", ""])
def test_token_that_is_no_jwt_makes_no_bad_ones(text):
    with pytest.raises(NotTested):
        Token(text)

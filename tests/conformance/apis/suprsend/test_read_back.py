"""What SuprSend's neighbours are for: a target that can be read is held to what was written, another one is not."""

import pytest

from conformance import proof
from conformance.http.client import Client
from conformance.judge.suites import read_profile
from conformance.judge.verdict import CONFORMANT
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.reference.suprsend import Choice, Place, Refused
from conformance.proof.trial import judge_in_process
from conformance.suite.mode import Mode
from conformance.target.model import BadProfile

Reference = proof.reference_of("suprsend")
READ = {"read-answers-200", "read-answers-the-category", "list-is-a-page", "list-goes-on", "full-preference"}
WRITTEN = {"written-preference-is-read", "written-channel-is-read", "refused-write-is-not-read"}
RESTRICTED = {"restriction-is-read", "restricted-channel-is-out", "freed-channel-is-in-again"}


def liberty(name):
    return next(one for one in proof.liberties_of("suprsend") if one.__name__ == name)


class Noted(Reference):
    """Notes what it is asked."""

    def __init__(self):
        super().__init__()
        self.requests = []

    def answer(self, request):
        self.requests.append(request)
        return super().answer(request)


def statuses(verdict):
    return {one.requirement.name: (one.status, one.reason) for one in verdict.results}


def names(verdict, status):
    return {name for name, (given, _) in statuses(verdict).items() if given == status}


def test_without_the_capability_nothing_of_it_is_asked():
    server = Noted()
    profile = server.profile(IN_PROCESS_URL)
    del profile["capabilities"]
    verdict = judge_in_process(server, profile)
    reasons = {reason for status, reason in statuses(verdict).values() if status == "not_tested"}

    assert reasons == {"capabilities: [read_back] is not in the profile"}
    assert names(verdict, "not_tested") > READ | WRITTEN | RESTRICTED
    assert (verdict.verdict, verdict.ids("failed")) == (CONFORMANT, [])
    assert (
        len([one for one in server.requests if one.method == "GET"]) == 3
    )  # to see whether it might be, and as odd input


def test_doctor_names_the_capability_that_is_missing_keys():
    profile = Reference().profile("http://127.0.0.1:9")

    assert "capabilities" not in read_profile(profile).missing_keys()
    assert "capabilities" in read_profile({**profile, "capabilities": []}).missing_keys()


def test_unknown_capability_is_refused_and_the_known_one_named():
    with pytest.raises(BadProfile) as refusal:
        read_profile({**Reference().profile("http://127.0.0.1:9"), "capabilities": ["read_bak"]})

    assert str(refusal.value) == "profile: capabilities.0: must be 'read_back'"


def test_what_stands_around_the_category_may_be_missing():
    verdict = judge_in_process(liberty("OnlyTheCategoryIsRead")())
    found = statuses(verdict)

    assert {found[name][0] for name in WRITTEN} == {"passed"}
    assert {found[name][0] for name in RESTRICTED} == {"not_tested"}
    assert found["list-is-a-page"] == (
        "not_tested",
        "the target does not have the list of categories: GET is answered 404",
    )
    assert found["restriction-is-read"] == (
        "not_tested",
        "the target does not have the channel preferences: GET is answered 404",
    )
    assert names(verdict, "inconclusive") == set()


def test_promise_of_reads_that_there_are_not_fails_once():
    class Deaf(Reference):
        def _handle_operation(self, request):
            return self._write_preference(request)

    verdict = judge_in_process(Deaf())

    assert names(verdict, "failed") == {"read-answers-200"}


@pytest.mark.parametrize(("name", "word"), [("TenantsShare", "opt_out"), ("TenantsInherit", "opt_in")])
def test_what_a_write_for_a_tenant_does_without_one_is_observed(name, word):
    status, seen = statuses(judge_in_process(liberty(name)()))["write-to-a-tenant-when-read"]

    assert status == "observed"
    assert seen.endswith(f'without a tenant "{word}" is read')


def test_who_answers_at_once_is_not_waited_for(monkeypatch):
    waits = []
    monkeypatch.setattr(Client, "pause", lambda _, seconds: waits.append(seconds))

    judge_in_process(Reference())

    assert waits == []


def test_write_that_takes_a_moment_is_read_in_the_end():
    verdict = judge_in_process(liberty("ReadsLag")())

    assert names(verdict, "passed") >= READ | WRITTEN | RESTRICTED
    assert names(verdict, "failed") == names(verdict, "inconclusive") == set()


@pytest.mark.parametrize(("patience", "failed"), [({}, True), ({"read_lag_s": 6}, False)])
def test_profile_says_how_long_a_write_may_take_until_it_is_read(patience, failed):
    class Late(liberty("ReadsLag")):
        lag_s = 5

    verdict = judge_in_process(Late(), {**Late().profile(IN_PROCESS_URL), "patience": patience})

    assert bool(verdict.ids("failed", "SHOULD")) == failed


def test_no_channel_is_left_restricted():
    server = Reference()

    judge_in_process(server)

    assert set(server._restricted.values()) == {frozenset()}


def test_channel_that_was_restricted_still_is():
    server = liberty("RestrictionsNameChannels")()

    judge_in_process(server)

    assert set(server._restricted.values()) == {frozenset({"inbox"})}


def test_only_channel_that_is_free_is_restricted_and_freed():
    server = Reference()
    engineering = next(holder for holder in server.objects if holder[1] == "engineering")
    server._restricted[engineering, ""] = frozenset({"slack"})

    verdict = judge_in_process(server)

    assert names(verdict, "failed") == set()
    assert names(verdict, "passed") >= {
        "restriction-is-read",
        "restricted-channel-is-out",
        "full-preference-update-is-read",
    }
    assert server._restricted[engineering, ""] == frozenset({"slack"})


def test_restriction_is_taken_back_before_anything_is_written():
    """A write in a category with a channel that cannot be edited would not do what it does otherwise."""

    class FreesAtTheSecondTry(Reference):
        refused = 0
        shut_elsewhere = 0

        def _handle_operation(self, request):
            if request.method == "PATCH" and request.segments[5:] == ["channel_preference"]:
                self.refused += b'"is_restricted": false' in request.body
                if self.refused == 1 and b'"is_restricted": false' in request.body:
                    raise Refused(500, "later")
            if request.segments[5:6] == ["category"] and request.method == "PATCH":
                self.shut_elsewhere += any(self._restricted.values())
            return super()._handle_operation(request)

    server = FreesAtTheSecondTry()
    judge_in_process(server)

    assert server.refused > 1
    assert server.shut_elsewhere == 0


def test_no_channel_is_left_restricted_by_a_run_that_is_interrupted(monkeypatch):
    send = Client.send

    def interrupted(client, method, path, **options):
        answer = send(client, method, path, **options)
        if answer.ok and options.get("json", {}) == {
            "channel_preferences": [{"channel": "email", "is_restricted": True}]
        }:
            raise KeyboardInterrupt
        return answer

    monkeypatch.setattr(Client, "send", interrupted)
    server = Reference()
    verdict = judge_in_process(server)

    assert verdict.was_interrupted
    assert set(server._restricted.values()) == {frozenset()}


def test_safe_mode_restricts_no_channel():
    """That would show in categories that are not the fixtures'."""
    server = Noted()
    verdict = judge_in_process(server, mode=Mode.SAFE)

    assert names(verdict, "passed") >= READ | WRITTEN
    assert names(verdict, "not_tested") >= RESTRICTED
    assert not any(one.body.startswith(b'{"channel_preferences"') for one in server.requests)
    assert verdict.notes == []


def test_channel_is_freed_in_the_end_if_only_all_preferences_took_it():
    class FreesLate(Reference):
        refused = 0

        def _handle_operation(self, request):
            is_freeing = b'"is_restricted": false' in request.body
            if request.method == "PATCH" and is_freeing and request.segments[5:] == ["channel_preference"]:
                self.refused += 1
                if self.refused == 1:
                    raise Refused(500, "later")
            if request.method == "PATCH" and request.segments[5:] == []:
                return Response(200, self._render_full_preference(self._find_reader(request)))
            return super()._handle_operation(request)

    server = FreesLate()
    judge_in_process(server)

    assert server.refused >= 2
    assert set(server._restricted.values()) == {frozenset()}


def test_channel_that_stays_restricted_is_told():
    class NeverFrees(Reference):
        def _handle_operation(self, request):
            if request.method == "PATCH" and b'"is_restricted": false' in request.body:
                raise Refused(500, "never")
            return super()._handle_operation(request)

    verdict = judge_in_process(NeverFrees())

    assert [note for note in verdict.notes if "restricted" in note] == [
        "email, slack may still be restricted for departments/engineering, which the run could not undo"
    ]


def test_nothing_is_restricted_where_restrictions_cannot_be_read():
    class Unread(Reference):
        def _handle_operation(self, request):
            if request.method == "GET" and request.segments[5:] == ["channel_preference"]:
                raise Refused(500, "not now")
            return super()._handle_operation(request)

    server = Unread()
    verdict = judge_in_process(server)

    assert server._restricted == {}
    assert names(verdict, "failed") & RESTRICTED == set()


def test_read_only_mode_reads():
    server = Noted()
    verdict = judge_in_process(server, mode=Mode.READ_ONLY)

    assert names(verdict, "passed") >= READ
    assert names(verdict, "not_tested") >= WRITTEN | RESTRICTED
    assert server._choices == {}
    assert server._restricted == {}


class Picky(Reference):
    """What is not restricted cannot be freed, and a request may name one channel only."""

    def _restrict_channels(self, request):
        shut = self._restricted.get((self._find_reader(request).holder, ""), frozenset())
        restrictions = self._read_restrictions(self._parse_json(request.body))
        if len(restrictions) > 1 or any(
            not one["is_restricted"] and one["channel"] not in shut for one in restrictions
        ):
            raise Refused(400, "one change, please")
        return super()._restrict_channels(request)


class RestrictsAndRefuses(Reference):
    """A restriction is refused, and carried out."""

    def _restrict_channels(self, request):
        reader = super()._restrict_channels(request)
        if self._restricted[reader.holder, reader.tenant]:
            raise Refused(400, "not for you")
        return reader


class FreesByTheFullPreferenceOnly(Reference):
    """The update of the channel preferences frees nothing."""

    def _restrict_channels(self, request):
        before = self._restricted.get((self._find_reader(request).holder, ""), frozenset())
        reader = super()._restrict_channels(request)
        if request.segments[-1] == "channel_preference":
            self._restricted[reader.holder, ""] |= before
        return reader


@pytest.mark.parametrize("odd", [Picky, RestrictsAndRefuses, FreesByTheFullPreferenceOnly])
def test_no_channel_is_left_restricted_by_a_server_with_ways_of_its_own(odd):
    server = odd()

    verdict = judge_in_process(server)

    assert set(server._restricted.values()) == {frozenset()}
    assert verdict.musts_tested == verdict.musts
    assert [note for note in verdict.notes if "restricted" in note] == []


def test_defect_of_the_lists_does_not_make_the_judge_impatient_with_the_rest():
    class ListsDefaults(liberty("ReadsLag")):
        lag_s = 0.5

        def _render_page(self, reader):
            page = super()._render_page(reader)
            return {**page, "results": [{**one, "preference": "opt_in"} for one in page["results"]]}

    assert names(judge_in_process(ListsDefaults()), "failed") == {"list-holds-the-category"}


def test_locked_category_that_was_left_before_it_was_locked_is_not_condemned():
    class WasLeft(Reference):
        def __init__(self):
            super().__init__()
            locked = self.categories["security-alert"]
            for holder in self.objects:
                self._choices[Place(holder, locked, "")] = Choice("opt_out")

        def _update_choice(self, place, body):
            if not place.category.is_editable:
                raise Refused(409, "locked")
            return super()._update_choice(place, body)

    assert names(judge_in_process(WasLeft()), "failed") == set()

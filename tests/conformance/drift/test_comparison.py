"""The same requests to a target and to a stub: what differs, what explains it, and what the contract promises."""

import json
from dataclasses import replace
from functools import partial

import pytest

from conformance import proof
from conformance.drift.comparison import compare_with_stub
from conformance.drift.summary import build_document, render_lines
from conformance.judge.session import CannotRun
from conformance.judge.suites import read_profile
from conformance.proof.in_process import IN_PROCESS_URL, InProcessConnection
from conformance.proof.messages import Response
from conformance.suite.mode import Mode
from tests.conformance.contract import judging
from tests.conformance.contract.library import Library

API = "suprsend"
Reference = proof.reference_of(API)
PREFERENCE = "/v1/object/{object_type}/{id}/preference"


class Staging(Reference):
    """Ignores an unknown channel, has one member more, and answers what one operation does not document."""

    def _read_channels(self, body, member):
        named = body.get(member)
        known = [one for one in named if one != "pigeon"] if isinstance(named, list) else named
        return super()._read_channels({member: known}, member)

    def answer(self, request):
        answer = super().answer(request)
        if request.segments[4:] == ["preference", "channel_preference"] and answer.status == 200:
            return Response(200, {**answer.body, "etag": "\x1b[31m"})
        if request.segments[4:] == ["preference"] and answer.status == 200:
            return Response(200, {**answer.body, f"\x1b[2J\n{self.key}": 1})
        if request.segments[4:] == ["preference", "category"] and answer.status == 200:
            return Response(207, answer.body)
        return answer


def compare(target, stub, given=None, **options):
    target_profile, stub_profile = (
        read_profile(given or one.profile(IN_PROCESS_URL)) for one in (target, stub)
    )
    return compare_with_stub(
        target_profile,
        stub_profile,
        budget_s=600,
        connect_target=partial(InProcessConnection, target),
        connect_stub=partial(InProcessConnection, stub),
        **options,
    )


@pytest.fixture(scope="module")
def drifted():
    return compare(Staging(), Reference())


def find_group(comparison, operation):
    """Find the one difference in the answers to an operation."""
    (group,) = (one for one in comparison.groups if one.difference.operation == operation)
    return group


def test_difference_is_explained_by_the_choice_that_both_take_apart(drifted):
    write = find_group(drifted, f"PATCH {PREFERENCE}/category/{{category_slug}}")

    assert ("unknown-channel", "ignored", "refused-400") in [
        (one.choice.id, one.target, one.stub) for one in drifted.apart
    ]
    assert "unknown-channel" in write.choices
    assert (write.difference.target, write.difference.stub) == ("202", "400")


def test_difference_that_no_choice_explains_is_named_as_such(drifted):
    more = find_group(drifted, f"GET {PREFERENCE}/channel_preference")

    assert (more.choices, more.promise) == ((), None)
    assert (more.difference.member, more.difference.target, more.difference.stub) == (
        "etag",
        "string",
        "missing",
    )


def test_difference_in_what_the_contract_promises_is_said(drifted):
    listed = find_group(drifted, f"GET {PREFERENCE}/category")

    assert (listed.choices, listed.promise) == ((), "the target: status 207 is not documented")
    assert drifted.has_broken_promise


def test_share_is_of_the_requests_that_both_got(drifted):
    differing = {id(exchange) for one in drifted.groups for exchange in one.exchanges}

    assert drifted.compared - drifted.equal == len(differing)
    assert 300 < drifted.compared <= drifted.verdict.requests
    assert build_document(drifted)["requests"] == {
        "compared": drifted.compared,
        "equal": drifted.equal,
        "same_status": drifted.same_status,
        "share": round(drifted.equal / drifted.compared, 4),
    }


def test_lines_group_differences_by_what_explains_them(drifted):
    lines = list(render_lines(drifted))
    titles = [line for line in lines[1:] if line and not line.startswith(" ")]

    assert lines[0].startswith(f"{drifted.equal} of {drifted.compared} requests are answered alike (")
    assert any(line.startswith("unknown-channel (ignored, by the stub refused-400)") for line in titles)
    assert titles[-2:] == ["not covered by a choice", "not covered by a choice, and against the contract"]
    assert f"    GET {PREFERENCE}/channel_preference 200: etag is string, by the stub missing" in "\n".join(
        lines
    )
    assert all(line.isprintable() for line in lines)


def test_words_of_a_server_stay_in_their_line_and_show_no_credential(drifted):
    lines, document = list(render_lines(drifted)), build_document(drifted)
    (line,) = (one for one in lines if one.startswith(f"    GET {PREFERENCE} 200: "))

    assert line.startswith(f"    GET {PREFERENCE} 200: \\x1b[2J $SUPRSEND_API_KEY is number")
    assert Reference().key not in "\n".join([*lines, json.dumps(document)])


def test_servers_that_are_equal_differ_in_nothing():
    """And the mode is for both: what it does not allow is sent to neither, and counted."""
    comparison = compare(Reference(), Reference(), mode=Mode.READ_ONLY)
    lines = list(render_lines(comparison))

    assert (comparison.groups, comparison.apart, comparison.has_broken_promise) == ([], [], False)
    assert comparison.equal == comparison.compared > 20
    assert {one.method for one in comparison.verdict.exchanges if (one.status or 500) < 400} <= {"GET"}
    assert comparison.left_out > 50
    assert lines[1:] == [
        f"not sent, by --mode read-only: what {comparison.left_out} of {len(comparison.verdict.results)} "
        "requirements need"
    ]


def test_share_of_nothing_is_none(drifted):
    """Nothing that was compared is no proof that both are alike."""
    nothing = replace(drifted, compared=0, equal=0, same_status=0, groups=[])

    assert (nothing.share, nothing.shortfall) == (None, "nothing was compared")
    assert build_document(nothing)["requests"]["share"] is None
    assert next(iter(render_lines(nothing))) == "nothing was compared"
    assert drifted.shortfall is None


@pytest.mark.parametrize("who", ["stub", "target"])
def test_server_that_is_not_there_is_one_sentence(who):
    class Away(Reference):
        def answer(self, _request):
            return Response(0, is_silent=True)

    servers = {"target": Reference(), "stub": Reference(), who: Away()}

    with pytest.raises(CannotRun, match=rf"^the {who}: .+"):
        compare(**servers, mode=Mode.READ_ONLY)


@pytest.mark.parametrize("after", [40, 80])  # while it gets what the target got, and while it is judged
def test_stub_that_goes_away_is_one_sentence(after):
    class Goes(Reference):
        asked = 0

        def answer(self, request):
            self.asked += 1
            return Response(0, never_comes=True) if self.asked > after else super().answer(request)

    with pytest.raises(CannotRun, match=r"^the stub: no answer from "):
        compare(Reference(), Goes(), mode=Mode.READ_ONLY)


def test_target_that_is_judged_by_a_file_is_compared_without_choices(spec):
    class Terse(Library):
        def answer(self, request):
            answer = super().answer(request)
            return (
                Response(answer.status, {})
                if answer.status == 200 and request.path == "/books/first"
                else answer
            )

    profile = {**judging.profile(spec, IN_PROCESS_URL), "operations": ["getBook"]}
    comparison = compare(Terse(), Library(), profile)
    found = {one.difference.member: one.promise for one in comparison.groups}

    assert {one.choices for one in comparison.groups} == {()}
    assert found.keys() == {"id", "kind", "title"}
    assert found["title"].startswith("the target: status 200, ")

"""Where the document is silent, a run tells which alternative a server takes, and reports show it."""

import json

import pytest
from markupsafe import escape

from conformance import proof
from conformance.judge.choices import list_taken, summarize_choices
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from conformance.report.document import build_document
from conformance.report.html.page import render_page
from conformance.suite.choice import ObservedChoice, load_choices, merge_observed

API = "suprsend"
HOSTILE = "<b>fine</b>\n\x1b[31m\u2028injected: true"


class Choosy(proof.reference_of(API)):
    """Answers an unknown channel with *status* and *body*."""

    def __init__(self, status, body=None):
        super().__init__()
        self._status, self._body = status, body

    def answer(self, request):
        answer = super().answer(request)
        if b"pigeon" not in request.body:
            return answer
        return Response(self._status, self._body or answer.body)


def judge(server, *only):
    return build_document(judge_in_process(server, only=only or ["unknown-channel", "both-lists"]))


def observed_in(document):
    return {one["id"].partition("/")[2]: one["observed"] for one in document["requirements"]}


@pytest.mark.parametrize(
    ("status", "alternative"),
    [(400, "refused-400"), (422, "refused-422"), (202, "ignored"), (409, "other")],
)
def test_alternative_that_was_seen_is_in_the_report(status, alternative):
    document = judge(Choosy(status, {"preference": "opt_in"}))
    (unknown,) = (one for one in document["requirements"] if one["id"] == f"{API}/unknown-channel")

    assert unknown["observed"] == {
        "choice": "unknown-channel",
        "alternative": alternative,
        "detail": unknown["reason"],
        "unlisted": "refused-409" if status == 409 else None,
    }
    assert str(status) in unknown["reason"]


def test_requirement_that_sees_no_choice_has_none(monkeypatch):
    monkeypatch.setattr("conformance.suite.choice._map_observers", lambda _: {})

    assert set(observed_in(judge(Choosy(400))).values()) == {None}


class Silent(proof.reference_of(API)):
    """Does not answer to an unknown channel."""

    def answer(self, request):
        return Response(200, never_comes=True) if b"pigeon" in request.body else super().answer(request)


def test_choice_that_could_not_be_told_says_why():
    told = observed_in(judge(Silent(), "unknown-channel"))["unknown-channel"]

    assert (told["alternative"], "no answer" in told["detail"]) == (None, True)


def test_requirements_that_see_one_choice_are_merged():
    one, same, none, other = (
        ObservedChoice("a", "kept", "x"),
        ObservedChoice("a", "kept", "y"),
        ObservedChoice("a", None, "silent"),
        ObservedChoice("a", "lowered", "z"),
    )

    assert merge_observed([none, one, None, same]) == {"a": one}
    assert merge_observed([none]) == {"a": none}
    assert merge_observed([one, other])["a"] == ObservedChoice(
        "a", "other", "kept: x; lowered: z", "kept-or-lowered"
    )


def test_page_has_a_table_of_what_was_chosen():
    page = render_page(judge(Choosy(409, {"message": HOSTILE}))).decode()
    choice = load_choices(API)["unknown-channel"]
    (row,) = (line for line in page.splitlines() if "<code>unknown-channel</code>" in line and "<tr>" in line)

    assert "How this implementation chose" in page
    assert f"Why the stub does so: {escape(choice.reason.partition('. ')[0])}" in row
    assert "<b>other</b>" in row
    assert "409" in row
    assert f"<td>{choice.default}: {escape(choice.alternatives[choice.default].text)}<br>" in row
    assert "<b>fine" not in page


def test_page_of_a_run_that_asked_about_no_choice_has_no_table():
    assert "How this implementation chose" not in render_page(judge(Choosy(400), "missing-key")).decode()


def test_summary_counts_and_names_what_is_chosen_otherwise():
    whole = load_choices(API)
    seen = {
        "unknown-channel": ObservedChoice("unknown-channel", "ignored", "accepted"),
        "invalid-request": ObservedChoice("invalid-request", None, "silent"),
    }

    assert list(summarize_choices(list_taken(API, seen), most=5)) == [
        f"of {len(whole)} choices that the document leaves open, 0 are taken as by the stub and 1 otherwise; "
        f"{len(whole) - 1} could not be told",
        "otherwise: unknown-channel ignored",
    ]
    assert not list(summarize_choices(list_taken(API, {}), most=5))


def test_alternative_of_another_version_is_other():
    seen = {"unknown-channel": ObservedChoice("unknown-channel", "eaten", "crumbs")}
    (taken,) = (one for one in list_taken(API, seen) if one.choice.id == "unknown-channel")

    assert (taken.alternative, taken.detail) == ("other", "eaten: crumbs")


def test_report_of_a_choice_survives_json():
    document = judge(Choosy(422))

    assert observed_in(json.loads(json.dumps(document))) == observed_in(document)


def test_table_begins_with_what_is_chosen_otherwise():
    rows = list_rows(Choosy(422))
    text = load_choices(API)["unknown-channel"].alternatives["refused-422"].text

    assert f"<b>refused-422</b>: {escape(text)}<br>" in rows[0]
    assert "<code>unknown-channel</code>" in rows[0]
    assert "<code>both-lists</code>" in rows[1]
    assert len(rows) == 2  # those that were asked about


def test_table_has_what_could_not_be_told_before_what_is_as_by_the_stub():
    first, second = list_rows(Silent())

    assert "<code>unknown-channel</code>" in first
    assert "not told" in first
    assert "<code>both-lists</code>" in second


def list_rows(server):
    page = render_page(judge(server)).decode()
    return [line for line in page.splitlines() if line.startswith("<tr><td><code>")]


def test_table_folds_what_is_as_by_the_stub():
    page = render_page(judge(Choosy(400))).decode()

    assert page.index("<summary>As by the stub") < page.index("<code>unknown-channel</code></td>")

"""How much of a contract a run reaches: what counts as accepted, and what is not asked."""

import pytest

from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from tests.conformance.contract.judging import judged
from tests.conformance.contract.library import SPEC, Library

pytestmark = pytest.mark.usefixtures("few_cases")
LINKS = """
openapi: 3.0.3
info: {title: Links, version: "1"}
security: [{key: []}]
paths:
  /links/{name}:
    get:
      operationId: followLink
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses:
        "302": {description: There, headers: {Location: {required: true, schema: {type: string}}}}
        "401": {description: Who}
components:
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}
"""


class Links:
    """Sends everybody on who has the key."""

    key = "link-key-4711"

    def __init__(self, headers):
        self.headers = headers

    def answer(self, request):
        is_known = request.headers.get("x-key") == self.key
        return Response(302, headers=dict(self.headers)) if is_known else Response(401)


@pytest.mark.parametrize(
    ("headers", "verdict", "failed"),
    [
        ({"location": "https://example.com/"}, "conformant", []),
        ({}, "not_conformant", ["links/followLink-schema"]),
    ],
)
def test_redirect_that_is_documented_is_an_answer(headers, verdict, failed, tmp_path):
    (tmp_path / "links.yaml").write_text(LINKS)
    target = {
        "spec": str(tmp_path / "links.yaml"),
        "base_url": IN_PROCESS_URL,
        "credentials": {"key": Links.key},
    }
    judged = judge_in_process(Links(headers), target)
    (seen,) = (one.reason for one in judged.results if one.requirement.id == "links/followLink-accepts")

    assert (judged.verdict, judged.ids("failed")) == (verdict, failed)
    assert "accepted 0 of" not in seen


def test_one_redirect_for_everything_is_an_answer_where_it_is_documented(tmp_path):
    class SendsOn:
        def answer(self, _request):
            return Response(302, headers={"location": "https://example.com/"})

    file = tmp_path / "links.yaml"
    file.write_text(
        LINKS.replace("security: [{key: []}]\n", "").replace("name: name,", "name: name, example: a,")
    )
    judged = judge_in_process(SendsOn(), {"spec": str(file), "base_url": IN_PROCESS_URL})

    assert (judged.verdict, judged.ids("failed")) == ("conformant", [])


def test_methods_that_are_not_asked_are_listed_and_make_the_verdict_partial(tmp_path):
    more = "".join(
        f"    {name}: {{responses: {{'200': {{description: x}}}}}}\n" for name in ("head", "trace")
    )
    odd = SPEC.replace("  /books:\n", f"  /books:\n{more}")
    (tmp_path / "library.yaml").write_text(odd)
    verdict = judged(Library(), tmp_path / "library.yaml")

    assert (verdict.verdict, verdict.is_partial) == ("conformant", True)
    assert verdict.notes == ["not asked: HEAD /books, TRACE /books"]


def test_operations_that_the_profile_leaves_out_are_listed(spec):
    verdict = judged(Library(), spec, operations=["listBooks", "*Book"])
    fewer = judged(Library(), spec, operations=["listBooks"])

    assert (verdict.is_partial, verdict.notes) == (False, [])
    assert (fewer.is_partial, fewer.notes) == (
        True,
        ["not asked: POST /books, GET /books/{book_id}, DELETE /books/{book_id}"],
    )


def open_ids(verdict):
    return [id_.partition("/")[2] for id_ in verdict.ids("inconclusive")]


class Closes(Library):
    """Closes the connection where a step says so."""

    closing = Response(0, is_silent=True)


class ClosesOnPoems(Closes):
    def store(self, book):
        return self.closing if book["kind"] == "poem" else super().store(book)


class ClosesOnBrokenRequests(Closes):
    def refuse(self, status):
        return self.closing if status == 400 else super().refuse(status)


@pytest.mark.parametrize(
    ("server", "is_open"),
    [(ClosesOnPoems, ["createBook-no-server-error"]), (ClosesOnBrokenRequests, [])],
)
def test_connection_that_is_closed_on_one_request_leaves_the_others_judged(server, is_open, spec):
    """On one that breaks the contract that is a refusal."""
    verdict = judged(server(), spec)

    assert (verdict.ids("failed"), open_ids(verdict)) == ([], is_open)
    assert verdict.musts_tested == 13 - len(is_open)


def test_connection_that_is_closed_to_the_end_is_no_refusal(spec):
    """Where no read is accepted nothing shows whether anybody is there still."""

    class DiesOfABrokenBook(Library):
        is_dead = False

        def list(self, _request):
            return self.refuse(400)

        def get(self, _book_id, _request):
            return self.refuse(404)

        def is_book(self, book):
            self.is_dead = not super().is_book(book)
            return not self.is_dead

        def answer(self, request):
            answer = super().answer(request) if not self.is_dead else None
            return Response(0, is_silent=True) if self.is_dead else answer

    verdict = judged(DiesOfABrokenBook(), spec)

    assert verdict.exit_status == 3
    assert "createBook-no-server-error" in open_ids(verdict)


@pytest.mark.parametrize("silence", [Response(0, never_comes=True), Response(0, is_silent=True)])
def test_first_request_alone_that_gets_no_answer_stops_nothing(silence, spec):
    class HangsAtFirst(Library):
        first = None

        def answer(self, request):
            self.first = self.first or request.target
            return silence if request.target == self.first else super().answer(request)

    verdict = judged(HangsAtFirst(), spec)

    assert (verdict.stopped, verdict.ids("failed")) == (None, [])
    assert verdict.musts_tested >= 6

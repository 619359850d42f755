"""A contract that nobody wrote requirements for: right servers are spared, each lie is caught by its name."""

import re
import subprocess
import sys
from functools import partial
from urllib.parse import parse_qsl

import pytest

import openapi
from conformance import proof
from conformance.contract import cases
from conformance.contract.checks import list_file_requirements
from conformance.contract.reading import read_contract
from conformance.judge.session import judge_target
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.nonsense import NONSENSE_SERVERS
from conformance.proof.server import serve
from conformance.proof.trial import judge_in_process, judge_nonsense
from mockserver import MockServer
from tests.conformance.contract.judging import Falls, judged, profile
from tests.conformance.contract.library import KEY, SPEC, Library


def failed(verdict):
    return [id_.partition("/")[2] for id_ in verdict.ids("failed")]


def test_correct_server_conforms_and_delete_is_not_sent(spec):
    server = Library()
    with serve(server) as url:
        verdict = judge_target(profile(spec, url))

    assert (verdict.verdict, failed(verdict)) == ("conformant", [])
    assert {id_.partition("/")[2].partition("-")[0] for id_ in verdict.ids("not_tested")} == {"deleteBook"}
    assert "first" in server.books
    assert verdict.requests < 200


def test_delete_is_sent_last_where_the_profile_allows_it(spec):
    server = Library()
    verdict = judged(server, spec, deletes=True)

    assert (verdict.verdict, failed(verdict)) == ("conformant", [])
    assert "first" not in server.books
    deletes = [one.method == "DELETE" for one in verdict.exchanges]
    assert sorted(deletes) == deletes


class Says202(Library):
    """Makes a book with a status that is not documented."""

    breaks = ["createBook-documented-success"]

    def store(self, book):
        return Response(202, super().store(book).body)


class NoLocation(Library):
    """Leaves out a required header."""

    breaks = ["createBook-schema"]

    def store(self, book):
        return Response(201, super().store(book).body)


class NumberedTitle(Library):
    """Lists books whose title is a number."""

    breaks = ["listBooks-schema"]

    def list(self, request):
        answer = super().list(request)
        return Response(200, [{"title": 1, "kind": "poem"}]) if answer.status == 200 else answer


class FalseGzip(Library):
    """Labels lists as gzip that are none."""

    breaks = ["listBooks-schema"]

    def list(self, request):
        answer = super().list(request)
        return Response(answer.status, answer.body, {"content-encoding": "gzip"})


class TextRefusal(Library):
    """Refuses in plain text."""

    breaks = ["createBook-schema"]

    def create(self, _, request):
        answer = super().create(_, request)
        return answer if answer.status == 201 else Response(400, b"no", {"content-type": "text/plain"})


class Open(Library):
    """Lets everybody read one book who brings no key."""

    breaks = ["getBook-needs-credential"]

    def is_let_in(self, request):
        return super().is_let_in(request) or (request.method == "GET" and "x-key" not in request.headers)


class AnyKey(Library):
    """Takes any key for one book."""

    breaks = ["getBook-refuses-made-up-credential"]

    def is_let_in(self, request):
        return super().is_let_in(request) or (request.method == "GET" and "x-key" in request.headers)


class Trusting(Library):
    """Makes a book of anything that is an object."""

    breaks = ["createBook-refuses-broken-requests"]

    def is_book(self, book):
        return isinstance(book, dict)

    def store(self, book):
        super().store(book)
        return Response(201, {"title": "x", "kind": "poem"}, {"location": "/"})


class NoLimit(Library):
    """Lists books without the limit that is required."""

    breaks = ["listBooks-refuses-broken-requests"]

    def list(self, request):
        return super().list(request) if "limit" in request.query else Response(200, [])


class AnyLimit(Library):
    """Lists books whatever the limit is, if there is one."""

    breaks = ["listBooks-refuses-broken-requests"]

    def list(self, request):
        return Response(200, []) if "limit" in request.query else super().list(request)


@pytest.mark.parametrize(
    "lie",
    [
        Falls,
        AnyLimit,
        Says202,
        NoLocation,
        NumberedTitle,
        FalseGzip,
        TextRefusal,
        Open,
        AnyKey,
        Trusting,
        NoLimit,
    ],
)
def test_lie_is_caught_by_its_name(lie, spec):
    assert failed(judged(lie(), spec)) == lie.breaks


def test_credential_that_was_made_up_is_explained(spec):
    notes = judged(AnyKey(), spec).notes

    assert notes == [
        "A_LIBRARY_KEY_MADE_UP of a curl line is A_LIBRARY_KEY with the next for each letter and digit "
        "of its second half"
    ]


SHELVES = """
openapi: 3.0.3
info: {title: Shelves, version: "1"}
paths:
  /shelves/{number}:
    get:
      operationId: getShelf
      parameters:
        - {name: number, in: path, required: true, schema: {type: integer, minimum: 0}}
        - {name: order, in: query, schema: {type: string, enum: [up, down]}}
        - {name: like, in: query, schema: {type: string, maxLength: 5}}
        - {name: full, in: query, schema: {type: boolean}}
      responses:
        "200": {description: One, content: {application/json: {schema: {type: object}}}}
        "404": {description: None, content: {application/json: {schema: {type: object}}}}
"""


class Shelves:
    """Has every shelf of a number, and answers other paths as a router does."""

    def is_fine(self, name, value):
        kinds = {"order": "up|down", "like": ".{0,5}", "full": "true|false"}
        return re.fullmatch(kinds[name], value) is not None

    def answer(self, request):
        path, _, query = request.target.partition("?")
        if not re.fullmatch(r"/shelves/[0-9]+", path):
            return Response(404, b"<h1>Not Found</h1>", {"content-type": "text/html"})
        pairs = parse_qsl(query, keep_blank_values=True)
        return Response(200 if all(self.is_fine(*pair) for pair in pairs) else 400, {})


def test_broken_path_and_query_are_to_be_refused(tmp_path):
    (tmp_path / "shelves.yaml").write_text(SHELVES)

    target = {"spec": str(tmp_path / "shelves.yaml"), "base_url": IN_PROCESS_URL, "fixtures": {"number": 7}}

    class Lenient(Shelves):
        def is_fine(self, name, value):
            return name == self.spared or super().is_fine(name, value)

    right = judge_in_process(Shelves(), target)
    sent = {one.url.partition("/shelves")[2] for one in right.exchanges}

    assert (right.verdict, right.ids("failed")) == ("conformant", [])
    assert {"/no-such-value", "/-1"} <= {one.partition("?")[0] for one in sent}
    for spared in ("order", "like", "full"):
        Lenient.spared = spared
        assert judge_in_process(Lenient(), target).ids("failed") == [
            "shelves/getShelf-refuses-broken-requests"
        ]


def test_broken_requests_count_with_strict_alone(spec):
    verdicts = [judged(Trusting(), spec, strict).verdict for strict in (False, True)]

    assert verdicts == ["conformant", "not_conformant"]


class OtherStatuses(Library):
    """Answers what nobody documented: 405, 415 and 422 in words of its own."""

    def refuse(self, status):
        return Response(status if status == 401 else 422, b"words", {"content-type": "text/plain"})

    def answer(self, request):
        answer = super().answer(request)
        if answer.status == 401:
            return Response(401, {"error": "who"})
        return answer


class Picky(Library):
    """Refuses more than the contract says, and knows no other book."""

    def is_book(self, book):
        return super().is_book(book) and len(book) < 4


class OddDates(Library):
    """Writes dates as it likes, and says more than it has to."""

    def store(self, book):
        return super().store({**book, "printed": "some day", "more": [1]})


class Forbids(Library):
    """Answers 403 where another would answer 401."""

    def refuse(self, status):
        return super().refuse(403 if status == 401 else status)


@pytest.mark.parametrize("liberty", [OtherStatuses, Picky, OddDates, Forbids])
def test_liberty_is_spared(liberty, spec):
    verdict = judged(liberty(), spec)

    assert (verdict.verdict, failed(verdict)) == ("conformant", [])


def test_without_fixtures_it_says_what_is_missing(spec):
    verdict = judged(Library(), spec, fixtures={})
    reasons = {one.requirement.name: one.reason for one in verdict.results if one.status == "not_tested"}

    assert verdict.verdict == "conformant"
    assert "name things that exist under fixtures" in reasons["getBook-schema"]


def test_refused_credential_is_no_verdict(spec):
    verdict = judged(Library(), spec, credentials={"key": "another"})

    assert (verdict.exit_status, failed(verdict)) == (3, [])
    assert "credentials.key was refused with 401" in verdict.reason


@pytest.mark.usefixtures("few_cases")
def test_guest_of_the_stub_conforms(tmp_path):
    file = tmp_path / "greetings.yaml"
    file.write_text(re.sub(r"\n *security.*", "", SPEC, count=1))
    with MockServer(specs=[file]) as mock:
        verdict = judge_target(
            {"spec": str(file), "base_url": mock.url, "credentials": {"key": KEY}, "deletes": True}
        )
    assert (verdict.verdict, failed(verdict)) == ("conformant", [])


@pytest.mark.parametrize("api", openapi.api_names())
def test_reference_conforms_by_its_contract_alone(api):
    server = proof.reference_of(api)()
    fixtures = {
        "/fanId": "fan-1001",
        "fanId": "fan-1001",
        "object_type": "departments",
        "id": "engineering",
    }
    given = server.profile(IN_PROCESS_URL)
    contract = openapi.load_contract(api)
    known = {one for path in contract["paths"] for one in re.findall(r"{(\w+)}", path)}
    known |= {
        str(one.get("name"))
        for path in contract["paths"].values()
        for operation in path.values()
        if isinstance(operation, dict)
        for one in operation.get("parameters", [])
    }
    secret = next(iter(given["credentials"].values()))
    verdict = judge_in_process(
        server,
        {
            "spec": str(openapi.contract_path(api)),
            "base_url": IN_PROCESS_URL,
            "credentials": {next(iter(contract["components"]["securitySchemes"])): secret},
            "fixtures": {
                **{key: value for key, value in fixtures.items() if key in known or key[0] == "/"},
                **{key: given["fixtures"]["category"] for key in known if key == "category_slug"},
            },
        },
        strict=True,
    )
    assert (verdict.verdict, verdict.reason) == (
        "conformant",
        "every MUST and every SHOULD was tested and passed",
    )


def test_ids_and_sources_are_stable(spec):
    listed = list_file_requirements(spec)

    assert [one.id for one in listed if one.name.startswith("getBook")] == [
        f"a-library/getBook-{fact}"
        for fact in (
            *("no-server-error", "documented-success", "schema", "needs-credential"),
            *("refuses-made-up-credential", "accepts"),
        )
    ]
    assert listed[0].source == "a-library: #/paths/~1books/get/responses"
    assert [one.name.partition("-")[0] for one in listed][-1] == "deleteBook"


@pytest.mark.usefixtures("few_cases")
def test_exam_is_the_same_in_every_process(spec):
    script = (
        "import sys; from pathlib import Path; from conformance.contract import cases; "
        "from conformance.contract.reading import read_contract; cases.COUNT = int(sys.argv[2]); "
        "contract = read_contract(Path(sys.argv[1])); "
        "print(cases.draw_cases(contract, tuple(contract.operations)).sha256)"
    )
    command = [sys.executable, "-c", script, spec, str(cases.COUNT)]
    other = subprocess.run(command, capture_output=True, check=True, text=True)
    contract = read_contract(spec)

    assert other.stdout.strip() == cases.draw_cases(contract, tuple(contract.operations)).sha256


@pytest.mark.usefixtures("few_cases")
@pytest.mark.parametrize("nonsense", NONSENSE_SERVERS)
def test_nonsense_is_neither_accepted_nor_our_fault(nonsense, spec):
    verdict = judge_nonsense(NONSENSE_SERVERS[nonsense], partial(profile, spec))

    assert verdict.exit_status in (1, 3)
    assert not [one.reason for one in verdict.results if one.is_our_fault]
    assert not verdict.stopped or "the judge itself" not in verdict.stopped

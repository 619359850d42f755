"""Which operations a run asks: chosen by id, tag, path and method, in the profile and on the command line."""

import json
from collections import Counter

import pytest

from conformance.judge.suites import read_profile
from conformance.proof.messages import Response
from conformance.proof.server import serve
from conformance.suite.mode import Mode
from tests.conformance.command.commands import conformance
from tests.conformance.contract.answering import Answers, documented, judge_by, make_contract

pytestmark = pytest.mark.usefixtures("few_cases")
BODY = {"content": {"application/json": {"schema": {"type": "object"}}}}
CONTRACT = make_contract(
    {
        "/books": {
            "get": documented({}, operationId="listBooks", tags=["books", "reading"]),
            "post": {**documented({}, operationId="makeBook", tags=["books"]), "requestBody": BODY},
        },
        "/books/{id}": {
            "get": documented({}, operationId="getBook", tags=["reading"]),
            "delete": documented({}, operationId="dropBook"),
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        },
        "/health": {"get": documented({}, operationId="getHealth")},
    }
)
EVERY = {"listBooks", "makeBook", "getBook", "dropBook", "getHealth"}


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("getBook", {"getBook"}),
        ("get*", {"getBook", "getHealth"}),
        ("tag:reading", {"listBooks", "getBook"}),
        ("tag:b*", {"listBooks", "makeBook"}),
        ("/books", {"listBooks", "makeBook"}),
        ("/books/*", {"getBook", "dropBook"}),
        ("GET /books*", {"listBooks", "getBook"}),
        ("delete /books/{id}", {"dropBook"}),
    ],
)
def test_operations_are_chosen_by_what_they_are_called(selector, selected, tmp_path):
    write_profile(tmp_path, "http://127.0.0.1:9")
    document = {"spec": str(tmp_path / "case.json"), "base_url": "http://127.0.0.1:9"}
    included, excluded = (
        {one.id for one in read_profile({**document, key: [selector]}).selected_operations()}
        for key in ("include", "exclude")
    )

    assert (included, excluded) == (selected, EVERY - selected)


@pytest.mark.parametrize(
    ("selector", "selected"),
    [
        ("repos/get", {"repos-get"}),
        ("repos/*", {"repos-get", "repos-list"}),
        ("repos-list", {"repos-list"}),
        ("tag:All [old]", {"repos-list"}),
        ("/repos/{id}/x[1]", {"repos-get"}),
    ],
)
def test_names_count_as_the_contract_writes_them(selector, selected, tmp_path):
    """An id of a requirement has no slash, and that of an operation often has; a bracket need not be a pattern."""
    path = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {
        "/repos/{id}/x[1]": {"get": documented({}, operationId="repos/get", parameters=[path])},
        "/repos": {"get": documented({}, operationId="repos/list", tags=["All [old]"])},
        "/users": {"get": documented({}, operationId="users/list")},
    }
    (tmp_path / "case.json").write_text(json.dumps(make_contract(paths)))
    document = {"spec": str(tmp_path / "case.json"), "base_url": "http://127.0.0.1:9", "include": [selector]}

    assert {one.id for one in read_profile(document).selected_operations()} == selected


def write_profile(folder, url, **more):
    (folder / "case.json").write_text(json.dumps(CONTRACT))
    (folder / "target.yaml").write_text(json.dumps({"spec": "case.json", "base_url": url, **more}))
    return folder / "target.yaml"


def test_options_choose_as_the_profile_does(tmp_path):
    with serve(Answers(lambda _: {})) as url:
        file = write_profile(tmp_path, url, exclude=["getHealth"])
        done = conformance("run", file, "--include", "get*", "--exclude", "/helth", "--exclude", "getBook")
        run = conformance("run", file, "--include", "get*", "--report-dir", tmp_path / "report")
    report = json.loads((tmp_path / "report" / "report.json").read_text())

    assert (done.exit_code, done.stdout) == (2, "")
    assert "--exclude /helth: the contract has no such operation; did you mean" in done.stderr
    assert run.exit_code == 0
    assert {one["id"].partition("/")[2].partition("-")[0] for one in report["requirements"]} == {"getBook"}
    assert "not asked: GET /books, POST /books, GET /health, DELETE /books/{id}" in run.stdout
    assert "only some of the contract was asked" in run.stdout


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"exclude": ["getBok"]},
            "exclude.getBok: the contract has no such operation; did you mean 'getBook'?",
        ),
        ({"include": ["tag:raeding"]}, "did you mean 'tag:reading'?"),
        ({"include": ["/book"]}, "did you mean '/books'?"),
        ({"exclude": ["GET /heath"]}, "did you mean 'GET /health'?"),
        ({"include": []}, "include: names none; name some, or remove the key to ask all"),
        ({"exclude": ["*"]}, "exclude: leaves no operation to ask; leave out less"),
    ],
)
def test_what_selects_nothing_is_one_line(change, says, tmp_path):
    done = conformance("run", write_profile(tmp_path, "http://127.0.0.1:9", **change))

    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", [("--exclude", "x"), ("--include", "x"), ("--plan",)])
def test_options_are_for_a_contract_of_ones_own(option, tmp_path):
    (tmp_path / "target.yaml").write_text(
        "api: suprsend\nbase_url: http://127.0.0.1:9\n"
        "credentials: {api_key: x}\nfixtures: {object: {type: a, id: b}, category: c}\n"
    )
    done = conformance("run", tmp_path / "target.yaml", *option)

    assert done.exit_code == 2
    assert f"{option[0]}: is for a contract of your own" in done.stderr


def test_read_only_sends_safe_methods_alone(tmp_path):
    server = Answers(lambda _: {})

    verdict = judge_by(tmp_path, CONTRACT, server, mode=Mode.READ_ONLY, deletes=True)

    assert {one.method for one in server.requests} == {"GET"}
    assert (verdict.verdict, verdict.is_partial) == ("conformant", True)
    assert {one.partition("/")[2].partition("-")[0] for one in verdict.ids("not_tested")} == {
        "makeBook",
        "dropBook",
    }
    assert "a generated POST is left out by --mode read-only" in {one.reason for one in verdict.results}


def test_safe_mode_sends_nothing_generated(tmp_path):
    server = Answers(lambda _: {})

    assert judge_by(tmp_path, CONTRACT, server, mode=Mode.SAFE).exit_status == 3
    assert server.requests == []


def test_plan_says_what_is_sent_and_sends_nothing(tmp_path):
    server = Answers(lambda _: {})
    with serve(server) as url:
        file = write_profile(tmp_path, url, exclude=["getHealth"])
        planned = conformance("run", file, "--plan")
        sent_by_plan = len(server.requests)
        safely = conformance("run", file, "--plan", "--mode", "read-only").stdout
        conformance("run", file)
    lines = [line.split() for line in planned.stdout.splitlines() if " time" in line]
    sent = Counter((one.method, "/".join(one.path.split("/")[:2])) for one in server.requests)

    assert (planned.exit_code, sent_by_plan) == (0, 0)
    assert [line[:2] for line in lines] == [["GET", "/books"], ["POST", "/books"], ["GET", "/books/{id}"]]
    assert [line[3] for line in lines] == ["time" if line[2] == "1" else "times" for line in lines]
    assert "1" in {line[2] for line in lines}
    assert [line[4:] for line in lines] == [[], ["writes"], []]
    assert int(lines[1][2]) == sent["POST", "/books"]
    assert "not asked: DELETE /books/{id} (allow it with deletes: true in the profile)" in planned.stdout
    assert "not asked: GET /health" in planned.stdout
    assert planned.stdout.endswith("nothing was sent\n")
    assert "not asked: POST /books (left out by --mode read-only)" in safely


def test_scheme_that_nobody_checks_is_one_failure(tmp_path):
    schemes = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
    contract = {**CONTRACT, "security": [{"key": []}], "components": {"securitySchemes": schemes}}

    verdict = judge_by(
        tmp_path,
        contract,
        lambda request: {} if "x-key" in request.headers else Response(401, {}),
        credentials={"key": "a-key-4711"},
    )
    [reason] = {
        one.reason
        for one in verdict.results
        if one.status == "not_tested"
        and "made-up" in one.requirement.id
        and "dropBook" not in one.requirement.id
    }

    assert verdict.ids("failed", "MUST") == ["case/listBooks-refuses-made-up-credential"]
    assert (
        reason == "lets in anybody, as listBooks does with the same kind of credential; mend that one first"
    )

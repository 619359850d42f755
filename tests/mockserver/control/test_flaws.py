"""A flaw of a contract is told in every place where somebody may look, and costs no more than what it touches."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from mockserver import MockServer
from mockserver.services import openapi_file
from mockserver.stub import Stub
from tests.mockserver.services.contracts import answers, contract, written
from tests.testbed.stubs import run_command

NOWHERE = {"200": {"$ref": "#/components/responses/No"}}
FLAWED = contract(
    {
        "/good": {"get": {"responses": answers(example="good")}},
        "/bad/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"operationId": "get_bad", "summary": "Bad", "responses": NOWHERE},
        },
    }
)


@pytest.fixture
def file(tmp_path) -> Path:
    return written(tmp_path, FLAWED)


@pytest.fixture
def client(file) -> TestClient:
    return TestClient(Stub([openapi_file.load_service(file)]).application, base_url="http://localhost")


def test_operation_that_cannot_be_served_is_501_with_the_reason(client):
    refused = client.get("/bad/7")

    assert refused.status_code == 501
    assert "#/components/responses/No" in refused.json()["message"]
    assert client.get("/good").json() == "good"
    assert client.put("/bad/7").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("reference", "wrong"),
    [
        ("gone.yaml", "gone.yaml is not there"),
        ("#/components/pathItems/bad", "#/components/pathItems/no leads nowhere in this file"),
    ],
)
def test_path_that_cannot_be_had_is_501_with_the_reason_whatever_the_method(tmp_path, reference, wrong):
    items = {"bad": {"$ref": "#/components/pathItems/no"}}
    spec = contract({"/a/{id}": {"$ref": reference}}, components={"pathItems": items}) | {"openapi": "3.1.0"}
    stub = Stub([openapi_file.load_service(written(tmp_path, spec))])
    client = TestClient(stub.application, base_url="http://localhost")

    assert client.head("/a/7").status_code == 501
    for method in ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS"):
        refused = client.request(method, "/a/7")
        assert refused.status_code == 501
        assert refused.json()["message"].startswith(f"{method} /a/{{id}} cannot be served: {wrong}")


def test_operation_that_cannot_be_served_is_in_the_journal_and_in_the_lists(client):
    client.get("/bad/7")
    (entry,) = client.get("/__admin/requests").json()
    rows = client.get("/").json()["operations"]

    assert (entry["operation"], entry["response"]["status"]) == ("get_bad", 501)
    assert {row["operation"]: row["summary"] for row in rows}["get_bad"] == "Bad"
    assert client.put("/__admin/faults", json=[{"match": {"operation": "get_bad"}, "status": 503}]).is_success
    assert client.get("/bad/7").status_code == 503


def test_error_of_an_operation_that_cannot_be_served_is_in_the_contracts_own_form(tmp_path):
    own = {"x-error-body": {"oops": "{code}"}, "x-error-codes": {"400": "bad"}}
    responses = {**answers(example="good"), "400": {"description": "Bad"}}
    paths = {"/good": {"get": {"responses": responses}}, "/bad": {"get": {"responses": NOWHERE}}}
    service = openapi_file.load_service(written(tmp_path, contract(paths, **own)))
    refused = TestClient(Stub([service]).application).get("/bad")

    assert (refused.status_code, refused.json()) == (501, {"oops": "not_implemented"})


def test_check_shows_the_first_of_many_like_flaws_and_counts_the_others(tmp_path):
    parameters = [
        {"name": f"p{number}", "in": "query", "schema": {"type": "integer", "default": f"v{number}"}}
        for number in range(9)
    ]
    answer = {"description": "", "content": {"application/json": {"schema": {"type": "integer", "widht": 1}}}}
    responses = {str(status): answer for status in (200, 201)}
    file = written(tmp_path, contract({"/a": {"get": {"parameters": parameters, "responses": responses}}}))

    *lines, summary = run_command("check", file).stdout.splitlines()
    all_lines = run_command("check", file, "--all").stdout.splitlines()

    assert sum("does not fit" in line for line in lines) == 3
    assert f"{file}: and 6 more like it; --all shows them" in lines
    assert sum("widht" in line for line in lines) == 2
    assert summary.endswith("11 flaws")
    assert len(all_lines) == 12
    assert {*lines} - {*all_lines} == {f"{file}: and 6 more like it; --all shows them"}


def test_flaws_are_listed_by_the_control_plane_and_on_its_page(client, file):
    (flaw,) = client.get("/__admin/problems").json()

    assert flaw["api"] == "library"
    assert flaw["file"] == str(file)
    assert flaw["place"].startswith("paths./bad/{id}.get")
    assert "#/components/responses/No" in flaw["message"]
    assert '"flaws": 1' in client.get("/__admin/").text


def test_flaws_are_listed_in_python(file):
    with MockServer(specs=[file]) as mock:
        (flaw,) = mock.problems()

    assert flaw["file"] == str(file)


def test_check_prints_each_flaw_with_its_line_and_what_can_be_served(file):
    ran = run_command("check", file)
    flaw, summary = ran.stdout.splitlines()

    number = 1 + file.read_text().splitlines().index("  /bad/{id}:")
    assert flaw.startswith(f"{file}:")
    assert number < int(flaw.removeprefix(f"{file}:").partition(":")[0]) <= number + 6
    assert "#/components/responses/No" in flaw
    assert summary == f"{file}: OpenAPI 3.0.3, 1 operation served, 1 answered 501, 1 flaw"
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("spec", "words", "status"),
    [
        (FLAWED, [], 0),
        (FLAWED, ["--strict"], 1),
        (contract({"/good": {"get": {"responses": answers(example="good")}}}), ["--strict"], 0),
        ("a: b", [], 2),
    ],
)
def test_check_exits_with_1_for_a_flaw_where_that_is_asked_for_and_2_for_no_openapi(
    tmp_path, spec, words, status
):
    ran = run_command("check", written(tmp_path, spec), *words)

    assert ran.returncode == status
    assert ("no flaw" in ran.stdout) is (words != [] and status == 0)


def test_check_goes_on_behind_a_file_that_is_no_openapi(tmp_path, file):
    other = written(tmp_path, "a: b", "other.yaml")
    ran = run_command("check", other, file)

    assert ran.returncode == 2
    assert ran.stderr.startswith(f"mockserver: {other}: not an OpenAPI document")
    assert "1 operation served" in ran.stdout


LATE = {"requestBody": {"content": {"application/json": {"schema": {"$dynamicRef": "#nope"}}}}}
EARLY = {"parameters": [{"name": "q", "in": "query", "schema": {}, "x-magic": {"mock-x": 503}}]}


@pytest.mark.parametrize(
    ("broken", "is_known", "reason"),
    [
        (LATE, False, "there is no #nope"),
        (EARLY, True, "x-magic mock-x: 503 is not a text such as code=503"),
    ],
)
def test_operation_that_cannot_be_compiled_is_501_and_a_flaw_once_that_is_known(
    tmp_path, broken, is_known, reason
):
    paths = {
        "/good": {"post": {"responses": answers(example="good")}},
        "/bad": {"post": {"operationId": "bad", "responses": answers(example="bad"), **broken}},
    }
    file = written(tmp_path, {**contract(paths), "openapi": "3.1.0"})
    client = TestClient(Stub([openapi_file.load_service(file)]).application, base_url="http://localhost")
    assert bool(client.get("/__admin/problems").json()) is is_known
    refused = client.post("/bad", json=1)

    assert (refused.status_code, refused.json()["message"]) == (501, f"bad cannot be served: {reason}")
    assert client.post("/good").json() == "good"
    (flaw,) = client.get("/__admin/problems").json()
    assert (flaw["place"], flaw["message"]) == ("paths./bad.post", f"{reason}; the operation is answered 501")
    checked = run_command("check", file).stdout
    assert f"paths./bad.post: {reason}" in checked
    assert checked.endswith("1 operation served, 1 answered 501, 1 flaw\n")


def test_example_that_does_not_fit_is_told_once_where_it_stands(tmp_path):
    misfit = answers({"type": "integer"}, example="text")["200"]
    paths = {
        path: {"get": {"responses": {"200": {"$ref": "#/components/responses/Number"}}}}
        for path in ("/a", "/b")
    }
    file = written(tmp_path, contract(paths, components={"responses": {"Number": misfit}}))
    (flaw, summary) = run_command("check", file).stdout.splitlines()

    assert "components.responses.Number: the example" in flaw
    assert summary.endswith("2 operations served, 1 flaw")


def test_flaw_of_a_contract_in_several_files_is_told_where_it_stands(tmp_path):
    part = tmp_path / "part.yaml"
    part.write_text("get:\n  responses:\n    200: {$ref: '#/no'}\n")
    file = written(tmp_path, contract({"/a": {"$ref": "part.yaml"}}))
    (flaw,) = Stub([openapi_file.load_service(file)]).list_flaws()

    assert (flaw["file"], flaw["place"]) == (str(part), "get.responses.200.$ref")
    assert run_command("check", file).stdout.startswith(
        f"{part}:3: get.responses.200.$ref: #/no is not in part.yaml"
    )


def test_default_that_does_not_fit_is_told_by_check_only_since_that_takes_long(tmp_path):
    number = {"name": "n", "in": "query", "schema": {"type": "integer", "default": "many"}}
    file = written(
        tmp_path, contract({"/a": {"get": {"parameters": [number], "responses": answers(example=1)}}})
    )
    (flaw, summary) = run_command("check", file).stdout.splitlines()

    assert Stub([openapi_file.load_service(file)]).list_flaws() == []
    assert "paths./a.get.parameters.0.schema.default: does not fit its schema" in flaw
    assert summary.endswith("1 operation served, 1 flaw")


def test_flaw_in_another_file_is_told_with_that_file_and_its_line(tmp_path):
    (tmp_path / "parts.yaml").write_text("# a part\nThing:\n  type: objekt\n")
    schema = {"$ref": "parts.yaml#/Thing"}
    file = written(tmp_path, contract({"/a": {"get": {"responses": answers(schema)}}}))
    lines = run_command("check", file).stdout.splitlines()

    assert lines[0].startswith(f"{tmp_path / 'parts.yaml'}:3: Thing.type: ")
    assert "1 operation served, 1 flaw" in lines[1]


def test_check_names_swagger(tmp_path):
    spec = {**contract({"/a": {"get": {"responses": {"200": {"description": "Done"}}}}}), "swagger": "2.0"}
    del spec["openapi"]

    assert "Swagger 2.0, 1 operation served, no flaw" in run_command("check", written(tmp_path, spec)).stdout

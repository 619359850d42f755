"""Every dialect of OpenAPI, and every place where a credential may stand."""

import base64
import json
from functools import partial

import pytest

from conformance.contract import cases
from conformance.contract.reading import read_contract
from conformance.judge.suites import read_profile
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.trial import judge_in_process
from conformance.report.folder import write_reports
from conformance.target.model import BadProfile

SECRET = "ada:secret-4711"
ENCODED = base64.b64encode(SECRET.encode()).decode()
OPERATION = """
paths:
  /me:
    put:
      operationId: rename
      requestBody: {required: true, content: {application/json: {schema: %s}}}
      responses:
        "200": {description: Done, content: {application/json: {schema: %s}}}
        "400": {description: No}
        "401": {description: Who}
"""
SCHEMA = "{type: object, required: [name], properties: {name: {type: string, nullable: true}}}"
SCHEMA_31 = "{type: object, required: [name], properties: {name: {type: [string, 'null']}}}"
THREE = "openapi: {0}\ninfo: {{title: Me, version: '1'}}\nsecurity: [{{door: []}}]\n"
SCHEMES = "components: {securitySchemes: {door: %s}}\n"
SWAGGER = f"""
swagger: "2.0"
info: {{title: Me, version: "1"}}
basePath: /elsewhere
consumes: [application/json]
produces: [application/json]
security: [{{door: []}}]
securityDefinitions: {{door: {{type: basic}}}}
paths:
  /me:
    put:
      operationId: rename
      parameters: [{{name: body, in: body, required: true, schema: {SCHEMA.replace("nullable", "x-nullable")}}}]
      responses:
        "200": {{description: Done, schema: {SCHEMA.replace("nullable", "x-nullable")}}}
        "400": {{description: No}}
        "401": {{description: Who}}
"""


def three(version, scheme, schema=SCHEMA):
    return THREE.format(version) + OPERATION % (schema, schema) + SCHEMES % scheme


CONTRACTS = {
    "bearer": (three("3.0.3", "{type: http, scheme: bearer}"), f"authorization: Bearer {SECRET}"),
    "basic": (three("3.0.3", "{type: http, scheme: basic}"), f"authorization: Basic {ENCODED}"),
    "oauth2": (three("3.0.3", "{type: oauth2, flows: {}}"), f"authorization: Bearer {SECRET}"),
    "header": (three("3.0.3", "{type: apiKey, in: header, name: X-Door}"), f"x-door: {SECRET}"),
    "cookie": (three("3.0.3", "{type: apiKey, in: cookie, name: door}"), f"cookie: door={SECRET}"),
    "query": (three("3.0.3", "{type: apiKey, in: query, name: door}"), "?door=ada%3Asecret-4711"),
    "3.1": (three("3.1.0", "{type: http, scheme: bearer}", SCHEMA_31), f"authorization: Bearer {SECRET}"),
    "swagger": (SWAGGER, f"authorization: Basic {ENCODED}"),
}


class Me:
    """Lets in who says the word, wherever it has to be said."""

    def __init__(self, word):
        self.word = word

    def answer(self, request):
        said = [f"{name}: {value}" for name, value in request.headers.items()]
        if self.word not in said and not request.target.endswith(self.word):
            return Response(401)
        try:
            name = json.loads(request.body)["name"]
        except (ValueError, TypeError, LookupError):
            return Response(400)
        return Response(200, {"name": name}) if isinstance(name, str | None) else Response(400)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Judge a server by the contract of a dialect, which has one file, so that its requests are drawn once."""
    folder = tmp_path_factory.mktemp("dialects")
    # The dialect shows in the first requests; that the others are good ones is held where the library is judged.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cases, "COUNT", 4)
        yield partial(judge_by_dialect, folder)


def judge_by_dialect(folder, server, dialect, **options):
    file = folder / f"{dialect}.yaml"
    file.write_text(CONTRACTS[dialect][0])
    profile = {"spec": str(file), "base_url": IN_PROCESS_URL, "credentials": {"door": SECRET}}
    return judge_in_process(server, profile, **options)


@pytest.mark.parametrize("dialect", CONTRACTS)
def test_correct_server_conforms_and_its_secret_is_kept(dialect, judged, tmp_path):
    verdict = judged(Me(CONTRACTS[dialect][1]), dialect, strict=True)
    files = write_reports(verdict, tmp_path / "report")

    assert (verdict.verdict, verdict.reason) == (
        "conformant",
        "every MUST and every SHOULD was tested and passed",
    )
    assert verdict.ids("passed", "SHOULD") == ["me/rename-refuses-broken-requests"]
    for file in files:
        assert not {SECRET, ENCODED, "ada%3Asecret-4711"} & set(file.read_text().split('"'))
        assert "secret-4711" not in file.read_text()


@pytest.mark.parametrize(
    ("dialect", "kept"), [("bearer", "a-token"), ("oauth2", "a-token"), ("header", "Bearer a-token")]
)
def test_printed_word_bearer_is_left_out_only_where_it_is_sent_anyway(dialect, kept, tmp_path):
    (tmp_path / "me.yaml").write_text(CONTRACTS[dialect][0])
    credentials = {"door": {"command": ["echo", "Bearer a-token"]}}
    target = read_profile(
        {"spec": str(tmp_path / "me.yaml"), "base_url": IN_PROCESS_URL, "credentials": credentials}
    )

    assert target.credentials["door"].reveal() == kept


@pytest.mark.parametrize("dialect", ["3.1", "swagger"])
def test_null_is_refused_where_it_may_not_be(dialect, judged):
    """The schema of the dialect is understood: an answer that breaks it is found."""

    class Numbers(Me):
        def answer(self, request):
            answer = super().answer(request)
            return Response(200, {"name": 1}) if answer.status == 200 else answer

    verdict = judged(Numbers(CONTRACTS[dialect][1]), dialect)

    assert verdict.ids("failed") == ["me/rename-schema"]


def test_basic_credential_may_have_any_letters(tmp_path, monkeypatch):
    """RFC 7617: what stands in the header is Base64."""
    monkeypatch.setattr(cases, "COUNT", 4)
    (tmp_path / "me.yaml").write_text(CONTRACTS["basic"][0])
    profile = {"spec": str(tmp_path / "me.yaml"), "base_url": IN_PROCESS_URL}
    server = Me(f"authorization: Basic {base64.b64encode('jörg:päss wort'.encode()).decode()}")

    assert (
        judge_in_process(server, {**profile, "credentials": {"door": "jörg:päss wort"}}).verdict
        == "conformant"
    )
    with pytest.raises(BadProfile, match="holds a character that no HTTP header can carry"):
        judge_in_process(server, {**profile, "credentials": {"door": "jörg:\n"}})


def test_contract_is_read_anew_when_any_of_its_files_was_edited(tmp_path):
    schema = "{type: object, properties: {name: {type: %s}}}"
    (tmp_path / "me.yaml").write_text(three("3.0.3", "{type: http, scheme: basic}", '{$ref: "name.yaml"}'))
    part = tmp_path / "name.yaml"
    part.write_text(schema % "string")
    first = read_contract(tmp_path / "me.yaml")
    assert read_contract(tmp_path / "me.yaml") is first
    part.write_text(schema % "integer")
    second = read_contract(tmp_path / "me.yaml")

    assert first.sha256 != second.sha256
    assert [type_ for type_ in ("string", "integer") if type_ in str(second.spec["components"])] == [
        "integer"
    ]


def test_run_that_was_refused_throughout_says_so(judged):
    class Nothing:
        def answer(self, _request):
            return Response(404)

    assert judged(Nothing(), "bearer").reason.endswith(
        "every request was answered 404; check base_url, and name ids that exist under fixtures"
    )


def test_other_bodies_than_json_are_not_tested(tmp_path):
    contract = three("3.0.3", "{type: http, scheme: bearer}").replace("application/json", "image/png", 1)
    (tmp_path / "me.yaml").write_text(contract)
    verdict = judge_in_process(Me(""), {"spec": str(tmp_path / "me.yaml"), "base_url": IN_PROCESS_URL})

    assert (verdict.verdict, verdict.reason) == ("no_verdict", "no MUST was tested")
    assert "only bodies of JSON and of forms are made, and this takes image/png" in {
        one.reason for one in verdict.results
    }
    assert verdict.requests == 0

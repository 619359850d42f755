"""The commands, given a contract of somebody's own and a profile for it."""

import json
import re
from pathlib import Path

import pytest
import yaml

from conformance.judge.session import judge_target
from conformance.judge.suites import read_profile, suite_of
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.conformance.command.commands import conformance
from tests.conformance.contract.judging import Falls, judged, profile
from tests.conformance.contract.library import KEY, SPEC, Library

pytestmark = pytest.mark.usefixtures("few_cases")


def test_requirement_of_a_contract_is_explained(spec):
    done = conformance("explain", "getBook-schema", "--spec", spec)

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == "a-library/getBook-schema"
    assert "  source: a-library: #/paths/~1books~1{book_id}/get/responses" in done.stdout


def test_command_writes_every_report(spec, tmp_path):
    with serve(Falls()) as url:
        file = spec.parent / "target.yaml"
        file.write_text(json.dumps({**profile(spec, url), "spec": spec.name}))
        done = conformance("run", file, "--report-dir", tmp_path / "report", "--only", "createBook-*")
        doctor = conformance("doctor", file)
    report = json.loads((tmp_path / "report" / "report.json").read_text())

    assert (done.exit_code, doctor.exit_code) == (1, 0)
    assert "FAILED        a-library/createBook-no-server-error" in done.stdout
    assert report["api"] == "a-library"
    assert re.fullmatch(r"[0-9a-f]{64}", report["suite"]["document_sha256"])
    assert report["exam"]["accepted"] > 0
    assert "<h3>POST /books</h3>" in (tmp_path / "report/report.html").read_text()
    for written in filter(Path.is_file, (tmp_path / "report").rglob("*")):
        assert KEY not in written.read_text()


@pytest.mark.parametrize(
    ("status", "exit_code", "says"),
    [
        (302, 3, "was answered 302, to /login"),
        (503, 3, "was answered 503, to wait 3600"),
        (200, 0, "reachable; GET"),
        (404, 0, "was answered 404"),
    ],
)
def test_doctor_says_no_more_than_it_has_seen(status, exit_code, says, spec):
    class Closed:
        def answer(self, _request):
            return Response(status, b"x", {"location": "/login", "retry-after": "3600"})

    with serve(Closed()) as url:
        file = spec.parent / "door.yaml"
        file.write_text(json.dumps({**profile(spec, url), "spec": spec.name}))
        done = conformance("doctor", file)

    assert done.exit_code == exit_code
    assert says in done.stdout + done.stderr
    assert "known" not in done.stdout


def test_profile_that_init_prints_is_one(spec):
    printed = conformance("init", "--spec", spec).stdout
    lines = [re.sub(r"^# (?=\S+:|  \S+: )", "", line) for line in printed.splitlines()]
    (spec.parent / "filled.yaml").write_text("\n".join(lines))

    assert "#   key: ${A_LIBRARY_KEY}    # key" in printed
    assert conformance("doctor", written(spec, printed)).exit_code == 3  # only unreachable


def test_profile_that_init_prints_has_the_lines_for_name_and_version(spec, monkeypatch):
    monkeypatch.setenv("GIT_COMMIT", "a1b2c3")
    printed = conformance("init", "--spec", spec, "--base-url", "http://127.0.0.1:9").stdout
    file = spec.parent / "named.yaml"
    file.write_text(re.sub(r"^# (?=(name|version): )", "", printed, flags=re.MULTILINE))
    target = read_profile(file)

    assert (target.name, target.version) == ("staging", "a1b2c3")


@pytest.mark.parametrize(
    ("servers", "base_url"),
    [
        ("[{url: 'https://example.com/v9'}]", "https://your-server.example.com/v9"),
        ("[{url: /v9/}]", "https://your-server.example.com/v9"),
        (
            "[{url: 'https://{at}.example.com/{v}', variables: {at: {default: x}, v: {default: v9}}}]",
            "https://your-server.example.com/v9",
        ),
        ("[{url: 'https://example.com'}]", "https://your-server.example.com"),
        ("[]", "https://your-server.example.com"),
    ],
)
def test_base_path_of_the_contract_is_in_the_profile(servers, base_url, tmp_path):
    (tmp_path / "library.yaml").write_text(f"{SPEC}\nservers: {servers}\n")
    printed = conformance("init", "--spec", tmp_path / "library.yaml").stdout

    assert f"\nbase_url: {base_url}    #" in printed


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("http://127.0.0.1:4010/", "http://127.0.0.1:4010/v9"),
        ("http://127.0.0.1:4010/v8", "http://127.0.0.1:4010/v8"),
        ("${API_URL}", "${API_URL}"),
    ],
)
def test_address_without_a_path_gets_that_of_the_contract(given, written, tmp_path):
    (tmp_path / "library.yaml").write_text(f"{SPEC}\nservers: [{{url: /v9}}]\n")
    printed = conformance("init", "--spec", tmp_path / "library.yaml", "--base-url", given).stdout

    assert f"\nbase_url: {written}    #" in printed


def test_other_paths_of_the_servers_are_told(tmp_path):
    servers = "[{url: 'https://a.example/v1'}, {url: 'https://b.example/v1'}, {url: 'https://c.example'}]"
    (tmp_path / "library.yaml").write_text(f"{SPEC}\nservers: {servers}\n")
    printed = conformance("init", "--spec", tmp_path / "library.yaml").stdout

    assert "base_url: https://your-server.example.com/v1 " in printed
    assert re.findall("other servers .*", printed) == ["other servers of the contract end with no path"]


def test_base_path_is_that_of_the_operations_where_only_they_have_servers(tmp_path):
    contract = yaml.safe_load(SPEC)
    for item in contract["paths"].values():
        item["servers"] = [{"url": "https://example.com/v9"}]
    (tmp_path / "library.yaml").write_text(yaml.safe_dump(contract))

    assert (
        "base_url: https://your-server.example.com/v9 "
        in conformance("init", "--spec", tmp_path / "library.yaml").stdout
    )


def test_404_to_everything_hints_at_the_base_path(tmp_path):
    class Elsewhere:
        def answer(self, _request):
            return Response(404)

    (tmp_path / "library.yaml").write_text(f"{SPEC}\nservers: [{{url: /v9}}]\n")
    reasons = {
        one.reason for one in judged(Elsewhere(), tmp_path / "library.yaml", operations=["listBooks"]).results
    }

    assert any("check the path of base_url" in str(one) and "end with /v9" in str(one) for one in reasons)


def test_byte_order_mark_before_a_contract_is_passed_over(spec, tmp_path):
    """Tools of Windows write one."""
    content = yaml.safe_load(spec.read_text())
    (tmp_path / "marked.json").write_text(json.dumps(content), "utf-8-sig")
    listed = conformance("list", "--spec", tmp_path / "marked.json")

    assert (listed.exit_code, listed.stdout) == (0, conformance("list", "--spec", spec).stdout)


def written(spec, text):
    file = spec.parent / "printed.yaml"
    file.write_text(text.replace("https://your-server.example.com", "http://127.0.0.1:9"))
    return file


DYNAMIC = """
openapi: 3.1.0
info: {title: Trees, version: "1"}
servers: [{url: "http://127.0.0.1:9"}]
paths:
  /trees:
    post:
      requestBody: {content: {application/json: {schema: {%s, properties: {child: {"%s": "%s"}}}}}}
      responses: {"200": {description: OK}}
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("paths: [", "did not find"),
        ("[1]", "not an OpenAPI document"),
        ("openapi: 3.0.3", "has no operations with GET, PUT, POST, PATCH, DELETE; there is nothing to judge"),
        *(
            (DYNAMIC % ("type: object", "$ref", file), "no file beside this one, and nothing is fetched")
            for file in ("http://127.0.0.1:9/tree.json", "file:///etc/passwd")
        ),
        ("{openapi: 9, info: {title: x, version: '1'}, paths: {}}", "9"),
    ],
)
def test_unusable_contract_is_one_line(text, said, tmp_path):
    (tmp_path / "bad.yaml").write_text(text)
    done = conformance("list", "--spec", tmp_path / "bad.yaml")

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"conformance: {tmp_path}/bad.yaml: ")
    assert said in done.stderr
    assert "unicode string" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("#/components/schemas/Book", "book.yaml"), "paths./books.get.responses.200"),
        (("#/components/schemas/Book", "#/nothing"), "paths./books.get.responses.200"),
        (("deleteBook", "getBook"), "paths./books/{book_id}."),
        (("type: array", "type: 5"), "paths./books.get.responses.200"),
    ],
)
def test_flaw_of_a_contract_costs_what_it_touches(change, place, tmp_path):
    (tmp_path / "flawed.yaml").write_text(SPEC.replace(*change))
    (tmp_path / "target.yaml").write_text("spec: flawed.yaml\nbase_url: http://127.0.0.1:9\n")
    listed = conformance("list", "--spec", tmp_path / "flawed.yaml")
    notes = suite_of(read_profile(tmp_path / "target.yaml")).describe_gaps()

    assert (listed.exit_code, listed.stderr) == (0, "")
    assert notes[0].startswith(f"the contract has a flaw: {place}")


@pytest.mark.parametrize(
    ("keyword", "reference"),
    [
        ("$dynamicRef", "http://127.0.0.1:9/tree.json#node"),
        ("$dynamicRef", "file:///etc/passwd"),
        ("$dynamicRef", "#leaf"),
        ("$recursiveRef", "http://127.0.0.1:9/tree.json"),
    ],
)
def test_reference_that_nobody_follows_is_left_out(keyword, reference, tmp_path):
    file = tmp_path / "trees.yaml"
    file.write_text(DYNAMIC % ("$dynamicAnchor: node", keyword, reference))
    with serve(Library()) as url:
        verdict = judge_target({"spec": str(file), "base_url": url})

    assert "the judge itself" not in str(verdict.stopped)
    assert conformance("list", "--spec", file).exit_code == 0


@pytest.mark.parametrize(("keyword", "reference"), [("$dynamicRef", "#node"), ("$recursiveRef", "#")])
def test_reference_to_a_dynamic_anchor_stays_in_the_file(keyword, reference, tmp_path):
    file = tmp_path / "trees.yaml"
    file.write_text(DYNAMIC % ("$dynamicAnchor: node", keyword, reference))

    assert conformance("list", "--spec", file).exit_code == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"api": "suprsend"}, "api: is given beside spec; keep one of the two"),
        ({"spec": "no.yaml"}, "no.yaml: cannot be read"),
        ({"spec": 3}, "spec: is not text"),
        (
            {"credentials": {"kye": "x"}},
            "credentials.kye: the contract has no such security scheme; did you mean 'key'?",
        ),
        (
            {"fixtures": {"book": "x"}},
            "fixtures.book: the contract has no such parameter; did you mean 'book_id'?",
        ),
        (
            {"operations": ["getBok"]},
            "operations.getBok: the contract has no such operation; did you mean 'getBook'?",
        ),
        ({"operations": []}, "operations: names none; name some, or remove the key to ask all"),
        ({"delete": True}, "unknown key 'delete'; did you mean 'deletes'?"),
    ],
)
def test_unusable_profile_is_one_line(change, said, spec):
    file = spec.parent / "wrong.yaml"
    file.write_text(json.dumps({**profile(spec, "http://127.0.0.1:9"), "spec": spec.name, **change}))
    done = conformance("run", file)

    assert (done.exit_code, done.stdout) == (2, "")
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("option", [[], ["--prune-waivers"]])
def test_waiver_of_an_operation_that_the_profile_leaves_out_stays(option, spec, tmp_path):
    waiver = {"id": "a-library/getBook-schema", "reason": "known", "owner": "ada", "expires": "2126-01-01"}
    (tmp_path / "known.yaml").write_text(json.dumps([waiver]))
    with serve(Library()) as url:
        file = spec.parent / "part.yaml"
        file.write_text(json.dumps({**profile(spec, url), "spec": spec.name, "operations": ["createBook"]}))
        done = conformance("run", file, "--waivers", tmp_path / "known.yaml", *option)

    assert (done.exit_code, "getBook" in done.stdout.partition("not asked")[0]) == (0, False)
    assert json.loads((tmp_path / "known.yaml").read_text()) == [waiver]

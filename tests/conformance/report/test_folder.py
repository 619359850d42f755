"""What the report folder holds besides report.json: the archive of the requests and the badge."""

import json
import re

import pytest

from conformance import proof
from conformance.judge.session import judge_target
from conformance.judge.waiver import Waiver
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.mutants.suprsend.authorizations import AcceptsNoKey
from conformance.proof.server import serve
from conformance.proof.trial import judge_in_process
from conformance.report.badge import render_badge
from conformance.report.document import build_document
from conformance.report.folder import write_reports

API = "suprsend"


def written(folder, server, *, only=("category-is-the-slug", "tenant", "missing-key"), **changes):
    profile = proof.reference_of(API)().profile("http://h")
    with serve(server) as url:
        verdict = judge_target({**profile, "base_url": url, **changes}, only=only)
    write_reports(verdict, folder)
    return verdict


def entries(folder):
    archive = json.loads((folder / "requests.har").read_text())["log"]
    assert archive["version"] == "1.2"
    return archive["entries"]


def test_archive_holds_every_request(tmp_path):
    verdict = written(tmp_path, proof.reference_of(API)())
    found = entries(tmp_path)
    for_a_tenant = [{"name": "tenant_id", "value": "acme"}]
    asked = [entry for entry in found if entry["request"]["queryString"] == for_a_tenant]

    assert len(found) == verdict.requests > 3
    assert [entry["startedDateTime"] for entry in found] == sorted(
        entry["startedDateTime"] for entry in found
    )
    assert {entry["request"]["method"] for entry in found} == {"PATCH", "GET"}
    assert {entry["response"]["statusText"] for entry in found} == {"Accepted", "OK", "Unauthorized"}
    assert all(entry["time"] > 0 for entry in found)
    assert json.loads(asked[0]["request"]["postData"]["text"])
    assert json.loads(asked[0]["response"]["content"]["text"])


def test_archive_says_where_no_answer_came(tmp_path):
    profile = proof.reference_of(API)().profile("http://127.0.0.1:9")
    write_reports(judge_target(profile), tmp_path)
    (only,) = entries(tmp_path)

    assert (only["response"]["status"], only["response"]["bodySize"]) == (0, -1)
    assert only["comment"].startswith("cannot connect to http://127.0.0.1:9")


@pytest.mark.parametrize("status", [202, 799])
def test_archive_bears_odd_answers(tmp_path, status):
    class Odd:
        def answer(self, _request):
            return Response(
                status, b"\xff\x00\xed\xa0\x80" * 2000, {"location": "//[", "content-type": "\xe4/b"}
            )

    written(tmp_path, Odd(), only=["missing-key"])
    content = entries(tmp_path)[0]["response"]["content"]

    assert content["size"] == 10_000
    assert content["text"].endswith("bytes more)")


class Falls(proof.reference_of(API)):
    """Answers 500 to everything."""

    def answer(self, _request):
        return Response(500)


def without_another(profile):
    fixtures = {name: value for name, value in profile["fixtures"].items() if not name.startswith("other_")}
    return {**profile, "fixtures": fixtures}


def waivers_of(*names):
    return [Waiver(id=f"{API}/{name}", reason="x", owner="y", expires="9999-12-31") for name in names]


@pytest.mark.parametrize(
    ("server", "change", "waived", "message", "color"),
    [
        (proof.reference_of(API), dict, (), "conformant", "brightgreen"),
        (proof.reference_of(API), without_another, (), r"\d+ of \d+", "yellow"),
        (proof.reference_of(API), dict, ("name",), "conformant", "brightgreen"),  # which is stale
        (AcceptsNoKey, dict, AcceptsNoKey.breaks, r"conformant, \d+ waived", "yellow"),
        (Falls, dict, (), "not conformant", "red"),
    ],
)
def test_badge_says_how_much_the_verdict_rests_on(server, change, waived, message, color):
    profile = change(server().profile(IN_PROCESS_URL))
    verdict = judge_in_process(server(), profile, waivers=waivers_of(*waived))
    badge = json.loads(render_badge(build_document(verdict)))

    assert re.fullmatch(message, badge["message"])
    assert {**badge, "message": None} == {
        "schemaVersion": 1,
        "label": f"{API} conformance",
        "message": None,
        "color": color,
    }


ASKED = sorted({*AcceptsNoKey.breaks, "wrong-key", "preference"})


def test_code_quality_names_findings_alike_in_every_run(tmp_path):
    """GitLab tells new findings from old ones by their fingerprints."""
    found = []
    for name in ("first", "second"):
        verdict = judge_in_process(AcceptsNoKey(), only=ASKED, waivers=waivers_of("wrong-key"))
        verdict.profile = "ci/target.yaml"
        write_reports(verdict, tmp_path / name)
        found.append(json.loads((tmp_path / name / "gl-code-quality-report.json").read_text()))
    first, second = found

    assert {one["check_name"]: one["severity"] for one in first} == {
        **{f"{API}/{name}": "major" for name in AcceptsNoKey.breaks},
        "waivers": "major",
    }
    assert {json.dumps(one["location"]) for one in first} == {
        '{"path": "ci/target.yaml", "lines": {"begin": 1}}'
    }
    assert [one["fingerprint"] for one in first] == [one["fingerprint"] for one in second]
    assert len({one["fingerprint"] for one in first}) == len(first)


def test_code_scanning_gets_the_findings_in_the_file_of_the_profile(tmp_path):
    """Validated by the schema of SARIF 2.1.0 once; here is what GitHub asks for beyond it."""
    profile = {**AcceptsNoKey().profile(IN_PROCESS_URL), "name": "staging"}
    verdict = judge_in_process(AcceptsNoKey(), profile, only=ASKED, waivers=waivers_of("wrong-key"))
    verdict.profile = "ci/my target.yaml"
    write_reports(verdict, tmp_path)
    sarif = json.loads((tmp_path / "report.sarif").read_text())
    (run,) = sarif["runs"]
    results, rules = run["results"], {one["id"]: one for one in run["tool"]["driver"]["rules"]}
    failed = {f"{API}/{name}" for name in AcceptsNoKey.breaks}

    assert sarif["version"] == "2.1.0"
    assert run["automationDetails"]["id"] == f"{API}/staging/"
    assert {one["ruleId"]: one["level"] for one in results} == dict.fromkeys((*failed, "waivers"), "error")
    assert set(rules) == {*failed, "waivers"}
    assert all(rules[id_]["helpUri"].startswith("https://docs.suprsend.com/") for id_ in failed)
    assert len({one["partialFingerprints"]["primaryLocationLineHash"] for one in results}) == len(results)
    assert {json.dumps(one["locations"]) for one in results} == {
        '[{"physicalLocation": {"artifactLocation": {"uri": "ci/my%20target.yaml"}, "region": {"startLine": 1}}}]'
    }


@pytest.mark.parametrize("server", [Falls, proof.reference_of(API)])
def test_run_that_ends_badly_has_a_grave_finding(server, tmp_path):
    """Also a strict one that fails by what was not tested, and one without a verdict."""
    profile = without_another(server().profile(IN_PROCESS_URL))
    write_reports(judge_in_process(server(), profile, only=["*-apart", "wrong-key"], strict=True), tmp_path)
    quality = json.loads((tmp_path / "gl-code-quality-report.json").read_text())
    results = json.loads((tmp_path / "report.sarif").read_text())["runs"][0]["results"]

    assert "major" in {one["severity"] for one in quality}
    assert [one["check_name"] for one in quality] == [one["ruleId"] for one in results]


def test_partial_run_leaves_no_badge(tmp_path):
    (tmp_path / "badge.json").write_text("of an earlier run")
    written(tmp_path, proof.reference_of(API)())

    assert not (tmp_path / "badge.json").exists()

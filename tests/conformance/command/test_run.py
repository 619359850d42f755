"""`conformance run` as its users meet it: what it prints, what it writes, how it exits."""

import json
import re
import time
import xml.etree.ElementTree as ElementTree
from functools import cache

import pytest

import openapi
from conformance import proof
from conformance.judge.suites import collect_requirements
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.conformance.command.commands import (
    APIS,
    REPORT_FILES,
    altered,
    answering,
    conformance,
    served,
    written,
)


def run_once(folder, server, *arguments):
    """Run the command against *server*; returns what came of it, with the folder of its reports."""
    with served(folder, server) as profile:
        done = conformance("run", profile, "--report-dir", folder / "a" / "b", *arguments)
    return done, folder / "a" / "b"


@pytest.fixture(scope="module")
def run_of_reference(tmp_path_factory):
    """Run against the reference of an API, once for all the tests that look at what came of it."""
    return cache(lambda api: run_once(tmp_path_factory.mktemp(api), proof.reference_of(api)(), "--strict"))


@pytest.fixture(scope="module")
def run_of_failure(tmp_path_factory):
    """Run against what answers 500 to everything, once for all the tests that look at what came of it."""
    return cache(lambda api: run_once(tmp_path_factory.mktemp(api), altered(api, answer=answering(500))))


@pytest.mark.parametrize("api", APIS)
def test_conformant_target(api, run_of_reference):
    done, folder = run_of_reference(api)
    musts = sum(one.level == "MUST" for one in collect_requirements(api))

    assert (done.exit_code, done.stderr) == (0, "")
    assert f"{musts} of {musts} MUSTs tested" in done.stdout
    assert "CONFORMANT: every MUST and every SHOULD was tested and passed" in done.stdout
    assert sorted(file.name for file in folder.iterdir()) == REPORT_FILES


@pytest.mark.parametrize("api", APIS)
def test_report_has_the_documented_shape(api, run_of_failure):
    done, folder = run_of_failure(api)
    report = json.loads((folder / "report.json").read_text())
    failed = [one for one in report["requirements"] if one["status"] == "failed"]
    evidence = failed[0]["evidence"][-1]

    assert done.exit_code == 1
    assert (report["schema"], report["api"], report["seed"], report["partial"]) == (1, api, 0, False)
    assert report["verdict"] == "not_conformant"
    assert set(report["suite"]) == {"version", "document_sha256", "exam_sha256", "python"}
    assert report["suite"]["document_sha256"] == openapi.load_contract(api)["info"]["x-document"]["sha256"]
    assert len(report["suite"]["exam_sha256"]) == 64
    assert report["exam"]["negative"] * 2 == report["exam"]["cases"] >= 40
    assert report["exam"]["accepted"] == 0
    assert report["requests"] > 40
    assert report["seconds"] > 0
    assert [one["id"] for one in report["requirements"]] == [one.id for one in collect_requirements(api)]
    assert set(failed[0]) == {
        "id",
        "level",
        "text",
        "source",
        "sentences",
        "status",
        "asked",
        "reason",
        "needs",
        "subject",
        "member",
        "observed",
        "script",
        "evidence",
    }
    assert set(failed[0]["sentences"][0]) == {"text", "page", "url"}
    assert set(evidence) == {
        "number",
        "request",
        "response",
        "expected",
        "got",
        "curl",
        "member",
        "excerpt",
        "answer_file",
    }
    assert set(evidence["request"]) == {"method", "url", "headers", "body"}
    assert set(evidence["response"]) == {"status", "headers", "body"}
    assert evidence["response"]["status"] == 500
    assert failed[0]["id"] in done.stdout
    assert f"expected  {evidence['expected']}" in done.stdout
    assert f"got       {evidence['got']}" in done.stdout


@pytest.mark.parametrize("api", APIS)
def test_junit_has_a_case_per_requirement(api, run_of_failure):
    _, folder = run_of_failure(api)
    suite = ElementTree.parse(folder / "junit.xml").getroot().find("testsuite")  # noqa: S314  our own file
    report = json.loads((folder / "report.json").read_text())
    musts = [one for one in report["requirements"] if (one["level"], one["status"]) == ("MUST", "failed")]

    assert len(suite.findall("testcase")) == len(report["requirements"])
    assert len(suite.findall("testcase/failure")) == len(musts)


def test_accepted_cases_are_counted(run_of_reference):
    _, folder = run_of_reference("onlyautomator")
    counts = json.loads((folder / "report.json").read_text())["exam"]

    assert counts["accepted"] * 3 >= counts["cases"]


def test_same_seed_same_report(run_of_reference, tmp_path):
    reports = []
    for _, folder in (
        run_of_reference("suprsend"),
        run_once(tmp_path, proof.reference_of("suprsend")(), "--strict"),
    ):
        report = json.loads((folder / "report.json").read_text())
        reports.append([(one["id"], one["status"], len(one["evidence"])) for one in report["requirements"]])
        reports[-1].append((report["suite"], report["requests"], report["exam"]))

    assert reports[0] == reports[1]


def test_part_of_the_requirements_is_a_partial_verdict(tmp_path):
    api = "onlyautomator"
    chosen = next(one for one in collect_requirements(api) if one.id.endswith("missing-token"))
    musts = sum(one.level == "MUST" for one in collect_requirements(api))
    with served(tmp_path, proof.reference_of(api)()) as profile:
        done = conformance("run", profile, "--only", "missing-t*", "--report-dir", tmp_path, "--seed", 1)
        nothing = conformance("run", profile, "--only", "mising-token")
        elsewhere = conformance("run", profile, "--only", "suprsend/*")
    report = json.loads((tmp_path / "report.json").read_text())

    assert done.exit_code == 0
    assert "partial" in done.stdout
    assert f"1 of {musts} MUSTs tested" in done.stdout
    assert (report["partial"], report["seed"]) == (True, 1)
    assert [one["id"] for one in report["requirements"]] == [chosen.id]
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert f"did you mean {chosen.id}" in nothing.stderr
    assert elsewhere.exit_code == 2
    assert "--only suprsend/*: what is asked is onlyautomator, as the profile says" in elsewhere.stderr


def test_what_is_excepted_is_not_asked_and_makes_a_partial_verdict(tmp_path):
    named = ("--only", "answers-202", "--only", "missing-key*")
    with served(tmp_path, proof.reference_of("suprsend")()) as profile:
        done = conformance("run", profile, *named, "--except", "*/missing-key", "--report-dir", tmp_path)
        unknown = conformance("run", profile, "--except", "mising-key")
        nothing = conformance("run", profile, *named, "--except", "*")
    report = json.loads((tmp_path / "report.json").read_text())
    asked = {one["id"] for one in report["requirements"]}

    assert {"suprsend/answers-202", "suprsend/missing-key-status"} == asked
    assert (done.exit_code, report["partial"]) == (0, True)
    assert (unknown.exit_code, nothing.exit_code) == (2, 2)
    assert "--except mising-key: no requirement has such an id; did you mean suprsend/" in unknown.stderr
    assert "--except *: leaves nothing to ask" in nothing.stderr


def test_first_failure_ends_a_run_that_fails_fast(tmp_path):
    class LetsEverybodyIn(proof.reference_of("onlyautomator")):
        asked = 0

        def answer(self, request):
            LetsEverybodyIn.asked += 1
            return super().answer(request) if request.headers.get("authorization") else Response(200, {})

    done, folder = run_once(tmp_path, LetsEverybodyIn(), "--fail-fast")
    report = json.loads((folder / "report.json").read_text())
    sent = LetsEverybodyIn.asked
    waiver = {"id": "onlyautomator/missing-token", "reason": "known", "owner": "ada", "expires": "2126-01-01"}
    (tmp_path / "known.yaml").write_text(json.dumps([waiver]))
    others = ("missing-token", "value-true")
    only = [word for name in others for word in ("--only", name)]
    with served(tmp_path, LetsEverybodyIn()) as profile:
        waived = conformance("run", profile, *only, "--fail-fast", "--waivers", tmp_path / "known.yaml")

    failed = [
        one["id"] for one in report["requirements"] if (one["level"], one["status"]) == ("MUST", "failed")
    ]
    assert done.exit_code == 1
    assert failed[0] == "onlyautomator/missing-token"
    assert report["requirements"][-1]["reason"] == f"not asked: --fail-fast, and {failed[0]} failed"
    assert report["requests"] == sent < 150
    assert not (folder / "badge.json").exists()
    assert (waived.exit_code, "1 passed" in waived.stdout) == (0, True)


@pytest.mark.parametrize("api", APIS)
def test_what_is_left_out_is_not_tested_and_strict_fails_on_it(api, tmp_path):
    reference = proof.reference_of(api)()
    with serve(reference) as url:
        profile = reference.profile(url)
        optional = [key for key in profile["fixtures"] if key.startswith("other_")]
        profile["fixtures"] = {
            key: value for key, value in profile["fixtures"].items() if key not in optional
        }
        file = written(tmp_path, profile)
        lenient = conformance("run", file)
        strict = conformance("run", file, "--strict", "--only", "missing-*", "--only", "*-apart")
        doctor = conformance("doctor", file)

    assert (lenient.exit_code, strict.exit_code, doctor.exit_code) == (0, 1, 0)
    assert re.search(
        r"^CONFORMANT IN WHAT WAS TESTED: (\d+) of (\d+) MUSTs were tested, and none failed$",
        lenient.stdout,
        re.M,
    )
    assert f"left out: fixtures.{optional[0]}" in doctor.stdout


def test_target_that_falls_silent_ends_the_run_with_a_report(tmp_path):
    class Tires(proof.reference_of("onlyautomator")):
        asked = 0

        def answer(self, request):
            Tires.asked += 1
            if Tires.asked > 20:
                time.sleep(1)
            return super().answer(request)

    with served(tmp_path, Tires(), patience={"timeout_s": 0.3}) as profile:
        done = conformance("run", profile, "--report-dir", tmp_path)
    report = json.loads((tmp_path / "report.json").read_text())
    reasons = [one["reason"] for one in report["requirements"]]

    assert done.exit_code == 3
    assert report["verdict"] == "no_verdict"
    assert report["requests"] < 40
    assert "not asked" in reasons[-1]


def test_report_that_cannot_be_written_is_found_before_anything_is_sent(tmp_path):
    class Counts(proof.reference_of("suprsend")):
        asked = 0

        def answer(self, request):
            Counts.asked += 1
            return super().answer(request)

    (tmp_path / "report" / "junit.xml").mkdir(parents=True)
    with served(tmp_path, Counts()) as profile:
        done = conformance("run", profile, "--report-dir", tmp_path / "report")

    assert (done.exit_code, done.stdout, Counts.asked) == (2, "", 0)
    assert done.stderr.startswith(f"conformance: --report-dir {tmp_path}/report: ")
    assert "junit.xml: cannot be written: it is a folder, a pipe or a device, and no file" in done.stderr
    assert [file.name for file in (tmp_path / "report").iterdir()] == ["junit.xml"]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--budget", "soon"],
        ["--only", "nothing-*"],
        ["--against", "none.json"],
        ["--seed", "many"],
        ["--strct"],
        ["--waivers"],
    ],
)
def test_run_that_cannot_start_leaves_no_reports_of_an_earlier_one(tmp_path, wrong):
    for name in (*REPORT_FILES, "notes.txt"):
        (tmp_path / name).write_text("of an earlier run")
    profile = written(tmp_path, proof.reference_of("suprsend")().profile("http://127.0.0.1:9"))
    done = conformance("run", profile, "--report-dir", tmp_path, *wrong)

    assert done.exit_code == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "target.yaml"]


@pytest.mark.parametrize("wrong", [[], ["--seed", "many"]])
def test_run_that_cannot_start_keeps_the_report_to_compare_with(wrong, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in REPORT_FILES:
        (tmp_path / name).write_text("of an earlier run")
    profile = written(tmp_path, proof.reference_of("suprsend")().profile("http://127.0.0.1:9"))
    done = conformance("run", profile, "--report-dir", tmp_path, "--against", "report.json", *wrong)

    assert done.exit_code == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["report.json", "target.yaml"]


def test_help_removes_nothing(tmp_path):
    (tmp_path / "report.json").write_text("of an earlier run")

    assert conformance("run", "--report-dir", tmp_path, "--help").exit_code == 0
    assert (tmp_path / "report.json").exists()


def test_summary_names_the_first_of_many_that_are_not_tested(tmp_path):
    with served(tmp_path, proof.reference_of("suprsend")()) as profile:
        done = conformance("run", profile, "--mode", "read-only")
    (recalled,) = (line for line in done.stdout.splitlines() if re.match(r"not tested .*, ", line))

    assert re.search(r", suprsend/[a-z-]+ and \d+ more$", recalled)
    assert len(recalled) < 400
    assert "the profile lacks" not in done.stdout  # it is the mode that leaves them out


def test_summary_says_what_to_add_to_the_profile_for_what_is_not_tested(tmp_path):
    asked = ("objects-are-apart", "full-preference", "channel-preferences-are-read")
    server = proof.reference_of("suprsend")()
    with serve(server) as url:
        profile = server.profile(url)
        del profile["capabilities"], profile["fixtures"]["other_object"]
        only = [word for name in asked for word in ("--only", f"suprsend/{name}")]
        done = conformance("run", written(tmp_path, profile), *only)

    assert "  the profile lacks capabilities (2), fixtures.other_object (1)\n" in done.stdout


@pytest.mark.parametrize("budget", ["0.001s", "0.15s"])
def test_run_out_of_time_writes_no_badge(tmp_path, budget):
    """The shorter time is used up before anything is judged, the other one in the middle."""
    (tmp_path / "badge.json").write_text("of an earlier run")
    with served(tmp_path, proof.reference_of("suprsend")()) as profile:
        done = conformance("run", profile, "--report-dir", tmp_path, "--budget", budget)

    assert done.exit_code == 3
    assert not (tmp_path / "badge.json").exists()
    assert (tmp_path / "report.json").exists()

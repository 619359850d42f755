"""The command as its users meet it: what it prints, what it writes, how it exits."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

import openapi
from conformance import proof
from conformance.command.cli import app
from conformance.proof.nonsense import NONSENSE
from conformance.proof.serving import Response, serve
from conformance.suite import requirement

APIS = openapi.api_names()
FILES = ["badge.json", "junit.xml", "report.html", "report.json", "requests.har"]


def conformance(*arguments):
    """Run the command in this process, where the exam is drawn once."""
    return CliRunner().invoke(app, list(map(str, arguments)), prog_name="conformance")


def in_a_process(*arguments, flags=(), **options):
    command = [sys.executable, *flags, "-m", "conformance", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


@contextmanager
def served(folder, server, **changes):
    """Serve a server that brings its profile, and write that to a file."""
    with serve(server) as url:
        yield written(folder, {**server.profile(url), **changes})


def written(folder, profile):
    file = folder / "target.yaml"
    file.write_text(json.dumps(profile))
    return file


def altered(api, **overrides):
    """Make a reference server whose answers go through a function."""
    reference = proof.reference_of(api)
    return type("Altered", (reference,), overrides)()


def answering(status):
    return lambda _self, _request: Response(status, {"code": status})


@pytest.mark.parametrize("api", APIS)
def test_conformant_target(api, tmp_path):
    with served(tmp_path, proof.reference_of(api)()) as profile:
        done = conformance("run", profile, "--report-dir", tmp_path / "a" / "b", "--strict")
    musts = sum(one.level == "MUST" for one in requirement.collect(api))

    assert (done.exit_code, done.stderr) == (0, "")
    assert f"{musts} of {musts} MUSTs tested" in done.stdout
    assert "CONFORMANT: no MUST failed and none was left open" in done.stdout
    assert sorted(file.name for file in (tmp_path / "a" / "b").iterdir()) == FILES


def test_run_outlives_the_reader_of_its_output(tmp_path):
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "conformance", "run", "target.yaml", "--report-dir", "."]
    with served(tmp_path, proof.reference_of("suprsend")()):
        done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, cwd=tmp_path, timeout=120)
    os.close(write_end)

    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "report.json").exists()


@pytest.mark.parametrize("api", APIS)
def test_report_has_the_documented_shape(api, tmp_path):
    with served(tmp_path, altered(api, answer=answering(500))) as profile:
        done = conformance("run", profile, "--report-dir", tmp_path, "--seed", 7)
    report = json.loads((tmp_path / "report.json").read_text())
    failed = [one for one in report["requirements"] if one["status"] == "failed"]
    evidence = failed[0]["evidence"][-1]

    assert done.exit_code == 1
    assert (report["schema"], report["api"], report["seed"], report["partial"]) == (1, api, 7, False)
    assert report["verdict"] == "not_conformant"
    assert set(report["suite"]) == {"version", "document_sha256", "exam_sha256", "python"}
    assert report["suite"]["document_sha256"] == openapi.load_contract(api)["info"]["x-document"]["sha256"]
    assert len(report["suite"]["exam_sha256"]) == 64
    assert report["exam"]["negative"] * 2 == report["exam"]["cases"] >= 40
    assert report["exam"]["accepted"] == 0
    assert report["requests"] > 40
    assert report["seconds"] > 0
    assert [one["id"] for one in report["requirements"]] == [one.id for one in requirement.collect(api)]
    assert set(failed[0]) == {"id", "level", "text", "source", "status", "reason", "evidence"}
    assert set(evidence) == {"request", "response", "expected", "got", "curl"}
    assert set(evidence["request"]) == {"method", "url", "headers", "body"}
    assert set(evidence["response"]) == {"status", "headers", "body"}
    assert evidence["response"]["status"] == 500
    assert failed[0]["id"] in done.stdout
    assert f"expected  {evidence['expected']}" in done.stdout
    assert f"got       {evidence['got']}" in done.stdout


@pytest.mark.parametrize("api", APIS)
def test_junit_has_a_case_per_requirement(api, tmp_path):
    with served(tmp_path, altered(api, answer=answering(500))) as profile:
        conformance("run", profile, "--report-dir", tmp_path)
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot().find("testsuite")  # noqa: S314  our own file
    report = json.loads((tmp_path / "report.json").read_text())
    musts = [one for one in report["requirements"] if (one["level"], one["status"]) == ("MUST", "failed")]

    assert len(suite.findall("testcase")) == len(report["requirements"])
    assert len(suite.findall("testcase/failure")) == len(musts)


def test_accepted_cases_are_counted(tmp_path):
    with served(tmp_path, proof.reference_of("onlyautomator")()) as profile:
        conformance("run", profile, "--report-dir", tmp_path)
    counts = json.loads((tmp_path / "report.json").read_text())["exam"]

    assert counts["accepted"] * 3 >= counts["cases"]


def test_same_seed_same_report(tmp_path):
    reports = []
    for _ in range(2):
        with served(tmp_path, proof.reference_of("suprsend")()) as profile:
            conformance("run", profile, "--report-dir", tmp_path)
        report = json.loads((tmp_path / "report.json").read_text())
        reports.append([(one["id"], one["status"], len(one["evidence"])) for one in report["requirements"]])
        reports[-1].append((report["suite"], report["requests"], report["exam"]))

    assert reports[0] == reports[1]


def test_part_of_the_requirements_is_a_partial_verdict(tmp_path):
    api = "onlyautomator"
    chosen = next(one for one in requirement.collect(api) if one.id.endswith("missing-token"))
    with served(tmp_path, proof.reference_of(api)()) as profile:
        done = conformance("run", profile, "--only", "missing-t*", "--report-dir", tmp_path)
        nothing = conformance("run", profile, "--only", "mising-token")
        elsewhere = conformance("run", profile, "--only", "suprsend/*")
    report = json.loads((tmp_path / "report.json").read_text())

    assert done.exit_code == 0
    assert "partial" in done.stdout
    assert "1 of 1 MUSTs tested" in done.stdout
    assert report["partial"] is True
    assert [one["id"] for one in report["requirements"]] == [chosen.id]
    assert (nothing.exit_code, nothing.stdout) == (2, "")
    assert f"did you mean {chosen.id}" in nothing.stderr
    assert elsewhere.exit_code == 2
    assert "--only suprsend/*: what is asked is onlyautomator, as the profile says" in elsewhere.stderr


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
        lenient, strict = conformance("run", file), conformance("run", file, "--strict")
        doctor = conformance("doctor", file)

    assert (lenient.exit_code, strict.exit_code, doctor.exit_code) == (0, 1, 0)
    assert "not tested" in lenient.stdout
    assert f"left out: fixtures.{optional[0]}" in doctor.stdout


@pytest.mark.parametrize("api", APIS)
def test_doctor_says_what_a_run_writes(api, tmp_path):
    with served(tmp_path, proof.reference_of(api)()) as profile:
        done = conformance("doctor", profile)

    assert (done.exit_code, done.stderr) == (0, "")
    assert "reachable, main credential accepted, main fixtures known" in done.stdout
    assert "A run " in done.stdout


@pytest.mark.parametrize("command", ["doctor", "run"])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nobody listens", "cannot connect to http://127.0.0.1:"),
        ("nobody listens", "; start the server, or check the port of base_url"),
        ("hangs", "no answer from http://127.0.0.1:"),
        ("always 401", "credentials."),
        ("always 404", "fixtures."),
    ],
)
def test_target_that_cannot_be_judged(command, name, says, tmp_path):
    with NONSENSE[name]() as url:
        profile = proof.reference_of("suprsend")().profile(url)
        file = written(tmp_path, {**profile, "patience": {"timeout_s": 0.3}})
        done = conformance(command, file, *(["--report-dir", tmp_path] if command == "run" else []))

    assert done.exit_code == 3
    assert says in done.stdout + done.stderr
    if command == "run":
        assert json.loads((tmp_path / "report.json").read_text())["verdict"] == "no_verdict"


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (302, {"location": "https://login.example.com/"}, "was answered 302, to https://login.example.com/"),
        (200, {"content-type": "text/html"}, "was answered 200, text/html"),
        (429, {"retry-after": "3600"}, "was answered 429, to wait 3600"),
        (500, {}, "was answered 500"),
    ],
)
def test_doctor_does_not_call_a_closed_door_open(status, headers, says, tmp_path):
    class Closed(proof.reference_of("suprsend")):
        def answer(self, _request):
            return Response(status, b"<h1>Welcome</h1>", headers)

    with served(tmp_path, Closed()) as profile:
        done = conformance("doctor", profile)

    assert (done.exit_code, done.stdout) == (3, "")
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


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


def test_interrupt_writes_what_there_is(tmp_path):
    class Slow(proof.reference_of("onlyautomator")):
        def answer(self, request):
            time.sleep(0.1)
            return super().answer(request)

    with served(tmp_path, Slow()) as profile:
        command = [sys.executable, "-m", "conformance", "run", profile, "--report-dir", tmp_path]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while "passed" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGINT)
        printed, complaint = process.communicate(timeout=60)
    report = json.loads((tmp_path / "report.json").read_text())

    assert process.returncode == 130
    assert complaint == ""
    assert "interrupted" in printed
    assert report["verdict"] == "no_verdict"
    assert {one["status"] for one in report["requirements"]} >= {"passed", "inconclusive"}


def test_interrupt_leaves_the_object_opted_in(tmp_path):
    class Remembers(proof.reference_of("suprsend")):
        opted_out = threading.Event()
        wishes = ()

        def answer(self, request):
            Remembers.wishes += (request.body,)
            if b'"opt_out"' in request.body:
                Remembers.opted_out.set()
                time.sleep(0.1)
            return super().answer(request)

    with served(tmp_path, Remembers()) as profile:
        command = [sys.executable, "-m", "conformance", "run", profile]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert Remembers.opted_out.wait(30)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    assert process.returncode == 130
    assert json.loads(Remembers.wishes[-1])["preference"] == "opt_in"


def test_optimised_python_judges_the_same(tmp_path):
    only = ("--only", "missing-*", "--only", "create-*")
    with served(tmp_path, altered("onlyautomator", answer=answering(200))) as profile:
        lying = in_a_process("run", profile, *only, flags=["-O"])
    with served(tmp_path, proof.reference_of("onlyautomator")()) as profile:
        right = in_a_process("run", profile, *only, flags=["-O"])

    assert (lying.returncode, right.returncode) == (1, 0)


@pytest.mark.parametrize("command", [["run", "none.yaml"], ["list"]])
def test_without_docstrings_there_is_no_verdict(command):
    done = in_a_process(*command, flags=["-OO"])

    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "-OO" in done.stderr


def test_hostile_folder_and_environment_change_nothing(tmp_path):
    for name in ("conftest.py", "pytest_poison.py", "test_poison.py"):
        (tmp_path / name).write_text("raise SystemExit('poisoned')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "pyproject.toml").write_text("[tool.pytest.ini_options]\naddopts = '-p pytest_poison'\n")
    (tmp_path / "schemathesis.toml").write_text("[generation]\nmax-examples = 'poison'\n")
    hostile = {
        "PYTEST_ADDOPTS": "--collect-only",
        "PYTEST_PLUGINS": "pytest_poison",
        "PYTHONWARNINGS": "error",
    }
    hostile |= {
        "http_proxy": "http://127.0.0.1:9",
        "HYPOTHESIS_PROFILE": "poison",
        "CI": "1",
        "COLUMNS": "20",
    }
    with served(tmp_path, proof.reference_of("onlyautomator")()) as profile:
        before = sorted(tmp_path.iterdir())
        done = in_a_process("run", profile, cwd=tmp_path, env={**os.environ, **hostile})

    assert (done.returncode, done.stderr) == (0, "")
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("api", APIS)
def test_list_prints_every_requirement(api):
    done = conformance("list", api)
    lines = done.stdout.splitlines()

    assert [line.split("\t")[0] for line in lines] == [one.id for one in requirement.collect(api)]
    assert all(line.split("\t")[1] in requirement.LEVELS for line in lines)
    assert conformance("list").stdout.startswith(conformance("list", APIS[0]).stdout)


@pytest.mark.parametrize("api", APIS)
def test_init_prints_a_profile(api):
    done = conformance("init", api)

    assert (done.exit_code, done.stderr) == (0, "")
    assert f"\napi: {api}\n" in done.stdout
    assert "# " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["init", "onlyautomat"], "did you mean 'onlyautomator'?"),
        (["list", "onlyautomat"], "did you mean 'onlyautomator'?"),
        (["run", "no-such-file.yaml"], "no-such-file.yaml: cannot be read"),
        (["doctor", "no-such-file.yaml"], "no-such-file.yaml: cannot be read"),
        (["run"], "TARGET.yaml"),
        (["judge"], "judge"),
        (["run", "x.yaml", "--seed", "many"], "--seed"),
        (["run", "x.yaml", "--budget", "0s"], "--budget 0s: has to be more than zero"),
        (["run", "x.yaml", "--budget", "soon"], "--budget soon: is not a duration"),
        (["run", "x.yaml", "--report-dir", ""], "--report-dir: is empty; name a folder"),
        (["run", "x.yaml", "--report-dir", "/dev/null/x"], "--report-dir /dev/null/x: cannot be made"),
    ],
)
def test_misuse_is_status_2_and_no_traceback(arguments, says):
    done = conformance(*arguments)

    assert done.exit_code == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr


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
    assert "junit.xml: cannot be written: Is a directory" in done.stderr
    assert [file.name for file in (tmp_path / "report").iterdir()] == ["junit.xml"]


def test_summary_names_the_first_of_many_that_are_not_tested(tmp_path):
    with served(tmp_path, proof.reference_of("suprsend")()) as profile:
        done = conformance("run", profile, "--mode", "read-only")
    (recalled,) = (line for line in done.stdout.splitlines() if re.match(r"not tested .*, ", line))

    assert re.search(r", suprsend/[a-z-]+ and \d+ more$", recalled)
    assert len(recalled) < 400


@pytest.mark.parametrize("budget", ["0.001s", "0.15s"])
def test_run_out_of_time_writes_no_badge(tmp_path, budget):
    """The shorter time is used up before anything is judged, the other one in the middle."""
    (tmp_path / "badge.json").write_text("of an earlier run")
    with served(tmp_path, proof.reference_of("suprsend")()) as profile:
        done = conformance("run", profile, "--report-dir", tmp_path, "--budget", budget)

    assert done.exit_code == 3
    assert not (tmp_path / "badge.json").exists()
    assert (tmp_path / "report.json").exists()


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["init", "--help"], ["list", "--help"]])
def test_help_is_there(arguments):
    done = conformance(*arguments)

    assert done.exit_code == 0
    assert done.stdout.startswith("Usage: conformance")


def test_help_loads_nothing_heavy():
    heavy = {"pytest", "schemathesis", "hypothesis", "httpx2", "pydantic", "yaml"}
    code = f"import sys, conformance.command.cli; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "set()\n"


def test_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert conformance("--version").stdout == f"conformance {version('preference-api-testbench')}\n"

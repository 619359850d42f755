"""What a run prints: how far it is, a block per failure, the verdict; and a target that is down, once everywhere."""

import json
import re
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from conformance import proof
from conformance.judge.suites import collect_requirements
from conformance.proof.messages import Response
from conformance.proof.mutants.suprsend.authorizations import AcceptsNoKey
from conformance.suite.sentences import quote_sentences
from tests.conformance.command.commands import altered, conformance, served, written

API = "suprsend"
REFERENCE = proof.reference_of(API)
SUBJECT = "object departments/engineering, category status-update-alert"
ONLY = ("--only", "*-key", "--only", "category")
EVERY = re.compile(rf"^(?:passed|FAILED|observed|inconclusive|not tested) +{API}/", re.MULTILINE)


def run(folder, server, *arguments):
    with served(folder, server) as profile:
        return conformance("run", profile, *arguments)


def test_failure_is_a_block_between_progress_and_summary(tmp_path):
    done = run(tmp_path, AcceptsNoKey(), *ONLY)
    (missing_key,) = (one for one in collect_requirements(API) if one.name == "missing-key")
    progress, block, summary = done.stdout.split("\n\n")[1:]

    assert re.fullmatch(r"[.F?]+", progress)
    assert " ".join(line.split()[0] for line in block.splitlines()) == (
        "FAILED MUST says says about expected got exchange"
    )
    assert block.startswith(f"FAILED        {API}/missing-key\n")
    assert f"about     {SUBJECT}\n" in block
    assert re.search(r'exchange  \d+: PATCH http\S+ {"preference": "opt_in"} -> 202 {"name":.*…$', block)
    assert f"says      “{quote_sentences(missing_key)[0].text}” https://docs.suprsend.com/" in block
    assert summary.startswith("NOT CONFORMANT: 1 MUST failed (partial)\n")
    assert "--report-dir keeps the evidence, with a curl line" in summary


def test_failure_names_its_script_where_there_is_one(tmp_path):
    done = run(tmp_path, AcceptsNoKey(), *ONLY, "--report-dir", tmp_path / "my report")
    (script,) = re.findall(r"^ +repeat    sh '(\S+ \S+)'$", done.stdout, re.MULTILINE)
    (finding,) = (
        one
        for one in json.loads((tmp_path / "my report" / "report.json").read_text())["requirements"]
        if one["status"] == "failed"
    )

    assert script == f"{tmp_path}/my report/{finding['script']}"
    assert Path(script).exists()
    assert f'<a href="{finding["script"]}">' in (tmp_path / "my report" / "report.html").read_text()


def test_verbose_adds_a_line_for_each_and_curl_lines(tmp_path):
    done = run(tmp_path, AcceptsNoKey(), *ONLY, "--verbose")

    assert len(EVERY.findall(done.stdout)) == int(re.search(r"of (\d+) requirements", done.stdout)[1]) + 1
    assert re.search(r"^ +repeat    curl -sS -i -X PATCH ", done.stdout, re.MULTILINE)


def test_quiet_prints_the_verdict_alone(tmp_path):
    done = run(tmp_path, AcceptsNoKey(), *ONLY, "--quiet")

    assert (done.exit_code, done.stdout) == (1, "NOT CONFORMANT: 1 MUST failed (partial)\n")


def test_quiet_and_verbose_exclude_each_other(tmp_path):
    done = conformance("run", tmp_path / "none.yaml", "--quiet", "--verbose")

    assert (done.exit_code, done.stderr) == (
        2,
        "conformance: --quiet: is given beside --verbose; keep one of the two\n",
    )


def test_many_failures_are_named_and_the_first_shown(tmp_path):
    done = run(tmp_path, altered(API, answer=lambda *_: Response(202, {})), "--report-dir", tmp_path)
    report = json.loads((tmp_path / "report.json").read_text())
    failed = [one["id"] for one in report["requirements"] if one["status"] == "failed"]

    assert done.stdout.count("\n              expected  ") == 20 < len(failed)
    assert not [id_ for id_ in failed if id_ not in done.stdout]
    assert re.search(
        r"^inconclusive +\S+, .* and \d+ more\n +the answer's [^\n]*$",
        done.stdout,
        re.MULTILINE,
    )
    assert len(done.stdout.splitlines()) < 240


def test_github_folds_the_lines_of_requirements_away(tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    done = run(tmp_path, AcceptsNoKey(), *ONLY)
    before, folded, after = re.split(r"^::(?:group|endgroup)::.*\n", done.stdout, flags=re.MULTILINE)

    assert not EVERY.search(before)
    assert len(EVERY.findall(folded)) > 5
    assert EVERY.findall(after) == [f"FAILED        {API}/"]


@pytest.fixture
def nobody(tmp_path, monkeypatch):
    """Run against nobody, with all reports and what GitHub gets."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    profile = written(tmp_path, REFERENCE().profile("http://127.0.0.1:9"))
    return conformance("run", profile, "--report-dir", tmp_path)


def test_target_that_is_down_is_one_finding_everywhere(nobody, tmp_path):
    why = "cannot connect to http://127.0.0.1:9"
    number = len(collect_requirements(API))
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot().find("testsuite")  # noqa: S314  our own file
    page = (tmp_path / "report.html").read_text()

    assert nobody.exit_code == 3
    assert [line.partition(why)[0] for line in nobody.stdout.splitlines() if why in line] == [
        "NO VERDICT: ",
        f"::error file={tmp_path}/target.yaml,title={API}%3A no verdict::",
    ]
    assert f"of {number} requirements {number} not asked" in nobody.stdout
    assert [case.get("name") for case in suite if case.find("error") is not None] == ["verdict"]
    assert suite.get("failures") == "0"
    assert int(suite.get("skipped")) == number
    assert page.count(why) == 1
    assert (tmp_path / "summary.md").read_text().count(why) == 1


def test_target_that_falls_silent_is_one_finding_everywhere(tmp_path, monkeypatch):
    class Tires(REFERENCE):
        asked = 0

        def answer(self, request):
            Tires.asked += 1
            if Tires.asked > 60:
                time.sleep(1)
            return super().answer(request)

    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    with served(tmp_path, Tires(), patience={"timeout_s": 0.2}) as profile:
        done = conformance("run", profile, "--report-dir", tmp_path)
    why = "in a row, so the run stops here"
    suite = ElementTree.parse(tmp_path / "junit.xml").getroot().find("testsuite")  # noqa: S314  our own file
    after = done.stdout.partition("::endgroup::")[2]

    assert done.exit_code == 3
    assert re.search(
        rf"^NO VERDICT: no answer from .*{why}; \d+ MUSTs could not be judged$", after, re.MULTILINE
    )
    assert len(re.findall("^inconclusive ", after, re.MULTILINE)) == 1
    assert after.count("::error") == 1
    assert [case.get("name") for case in suite if case.find("error") is not None] == ["verdict"]
    assert (tmp_path / "summary.md").read_text().count(why) == 1
    assert len(json.loads((tmp_path / "gl-code-quality-report.json").read_text())) == 1

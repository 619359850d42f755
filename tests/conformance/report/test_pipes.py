"""Where a run is watched by programs: report.json on standard output, and GitHub Actions."""

import json
import os
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from conformance import proof
from conformance.command.cli import app
from conformance.proof.messages import Response
from conformance.proof.server import serve

API = "onlyautomator"
HOSTILE = "50%\n::error::broken, out</pre>`"


class Lying(proof.reference_of(API)):
    """Gives a hostile value back, and lets everybody in."""

    def answer(self, request):
        if not request.headers.get("authorization"):
            return Response(200, {})
        answer = super().answer(request)
        if answer.status == 200 and request.body.endswith(b"true}"):
            answer.body["data"]["value"] = HOSTILE
        return answer


@pytest.fixture
def profile(tmp_path):
    with serve(Lying()) as url:
        file = tmp_path / "target.yaml"
        file.write_text(json.dumps(Lying().profile(url)))
        yield file


def conformance(*arguments, **environment):
    command = ["run", *map(str, arguments), "--only", "missing-token*", "--only", "value-true"]
    return CliRunner(env=environment).invoke(app, command)


def test_report_alone_on_standard_output(profile, tmp_path):
    done = conformance(profile, "--report-dir", "-", "--against", old_report(tmp_path), GITHUB_ACTIONS="true")
    report = json.loads(done.stdout)

    assert done.exit_code == 1
    assert (report["verdict"], report["partial"]) == ("not_conformant", True)
    assert "NOT CONFORMANT" in done.stderr
    assert "since the earlier report" in done.stderr
    assert "::error file=" in done.stderr
    assert not (tmp_path / "-").exists()


def old_report(folder):
    file = folder / "old.json"
    file.write_text(
        json.dumps({"schema": 1, "api": API, "verdict": "conformant", "partial": True, "requirements": []})
    )
    return file


def test_run_outlives_the_reader_of_its_report(profile):
    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [
        sys.executable,
        "-m",
        "conformance",
        "run",
        profile,
        "--only",
        "value-true",
        "--report-dir",
        "-",
    ]
    done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(write_end)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_github_gets_an_annotation_for_each_failure(profile):
    done = conformance(profile, GITHUB_ACTIONS="true")
    commands = [line for line in done.stdout.splitlines() if line.startswith("::")]

    assert [command.partition("::MUST ")[0] for command in commands if "::MUST " in command] == [
        f"::error file={profile},title={API}/value-true",
        f"::error file={profile},title={API}/missing-token",
    ]
    assert "50%25" in "".join(commands)
    assert not [command for command in commands if command.startswith("::error::")]


def test_should_is_a_warning_unless_strict(tmp_path):
    mutant = next(one for one in proof.mutants_of("suprsend") if one.breaks == {"missing-key-status"})()
    waiver = {"id": "suprsend/wrong-key", "reason": "x", "owner": "y", "expires": "2999-01-01"}
    (tmp_path / "waivers.yaml").write_text(json.dumps([waiver]))
    with serve(mutant) as url:
        (tmp_path / "target.yaml").write_text(json.dumps(mutant.profile(url)))
        command = ["run", str(tmp_path / "target.yaml"), "--only", "missing-key-status"]
        command += ["--only", "wrong-key", "--waivers", str(tmp_path / "waivers.yaml")]
        runner = CliRunner(env={"GITHUB_ACTIONS": "true"})
        lenient, strict = (runner.invoke(app, [*command, *more]).stdout for more in ([], ["--strict"]))

    files = [f"file={tmp_path}/{name}" for name in ("target.yaml", "waivers.yaml")]
    assert f"::warning {files[0]},title=suprsend/missing-key-status::SHOULD " in lenient
    assert f"::error {files[0]},title=suprsend/missing-key-status::SHOULD " in strict
    assert f"::error {files[1]},title=waivers::suprsend/wrong-key: " in lenient


def test_github_summary_is_short_and_escaped(profile, tmp_path):
    summary = tmp_path / "summary.md"
    summary.write_text("earlier step\n")
    conformance(profile, GITHUB_STEP_SUMMARY=str(summary))
    text = summary.read_text()

    assert text.startswith(f"earlier step\n### {API}: not conformant\n")
    assert re.search(r"\n2 of \d{2,} MUSTs tested, partial", text)
    assert f"- `{API}/missing-token` MUST" in text
    assert "</pre>`" not in text
    assert text.count("<pre>") == text.count("</pre>")


def test_summary_that_cannot_be_written_changes_no_verdict(profile):
    done = conformance(profile, GITHUB_STEP_SUMMARY="/dev/null/summary.md")

    assert done.exit_code == 1
    assert "GITHUB_STEP_SUMMARY /dev/null/summary.md: cannot be written" in done.stderr


def test_nothing_is_said_to_github_elsewhere(profile):
    done = conformance(profile, GITHUB_ACTIONS=None, GITHUB_STEP_SUMMARY=None)

    assert not [line for line in done.stdout.splitlines() if line.startswith("::")]

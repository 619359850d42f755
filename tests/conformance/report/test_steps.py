"""steps/: scripts that send the requests of a finding again."""

import os
import subprocess
from pathlib import Path

import pytest

from conformance import proof
from conformance.judge.session import judge_target
from conformance.judge.suites import read_profile
from conformance.proof.in_process import IN_PROCESS_URL
from conformance.proof.messages import Response
from conformance.proof.server import serve
from conformance.proof.trial import judge_in_process
from conformance.report.folder import remove_reports, write_reports
from conformance.target.shell import render_shell_command

Reference = proof.reference_of("onlyautomator")


class Odd(Reference):
    """Lets everybody see lists, breaks on large bodies, and notes what it is asked."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def answer(self, request):
        self.asked.append(
            (request.method, request.target, request.headers.get("authorization"), request.body)
        )
        if len(request.body) > 100_000:
            return Response(500, {"status": "error", "error": {"code": "server_error", "message": "No"}})
        if request.method == "GET" and "authorization" not in request.headers:
            return Response(200, {"status": "success", "data": []})
        return super().answer(request)


def run_script(file, folder):
    variables = {"PATH": os.environ["PATH"]}
    return subprocess.run(
        ["sh", file], cwd=folder, env=variables, capture_output=True, text=True, timeout=30, check=False
    )


def test_script_sends_again_what_was_sent(tmp_path, monkeypatch):
    """In order, with a token of the profile's command, and with a body that no line can hold."""
    monkeypatch.chdir(tmp_path)
    server = Odd()
    Path("prefs").mkdir()
    with serve(server) as url:
        profile = server.profile(url)
        Path("prefs/token").write_text(f"Bearer {profile['credentials']['user']}")
        profile["credentials"]["user"] = {"command": ["cat", "token"]}
        Path("prefs/target.yaml").write_text(repr(profile))
        target = read_profile(Path("prefs/target.yaml"))
        only = ("list-missing-token", "huge-string-stays-whole", "no-server-error")
        verdict = judge_target(target, only=only)
        written = write_reports(verdict, Path("report"))
        asked_before, server.asked = server.asked, []
        lists = run_script("report/steps/list-missing-token.sh", tmp_path)
        asked_of_lists, server.asked = server.asked, []
        large = run_script("report/steps/no-server-error.sh", tmp_path)

    scripts = {file.name: file.read_text() for file in Path("report/steps").glob("*.sh")}
    assert Path("report/steps") in written
    assert {*verdict.ids("failed")} == {f"onlyautomator/{name.removesuffix('.sh')}" for name in scripts}
    token_line = "export ONLYAUTOMATOR_USER=\"$(cd prefs && cat token | sed 's/^.*[Bb]earer *//')\""
    assert token_line in scripts["list-missing-token.sh"]
    assert target.credentials.user.reveal() not in "".join(scripts.values())
    assert (lists.returncode, large.returncode) == (0, 0), lists.stderr + large.stderr
    assert asked_of_lists[-1][:3] == ("GET", "/api/v2/get-preferences?fanId=fan-1001", None)
    assert [one for one in asked_before if one in asked_of_lists] == asked_of_lists
    assert server.asked[-1] == max(asked_before, key=lambda one: len(one[3]))
    assert "was answered 500; this one is at fault" in scripts["no-server-error.sh"]


def test_script_says_what_to_export_before_it_sends_anything(tmp_path):
    write_reports(judge_in_process(Odd(), only=["list-missing-token"]), tmp_path)
    done = run_script(tmp_path / "steps" / "list-missing-token.sh", tmp_path)

    assert done.returncode != 0
    assert "ONLYAUTOMATOR_USER: is not set; export it: credentials.user of the profile" in done.stderr
    assert done.stdout == ""


def test_run_without_findings_removes_the_scripts_of_an_earlier_one(tmp_path):
    profile = Reference().profile(IN_PROCESS_URL)
    write_reports(judge_in_process(Odd(), profile, only=["list-missing-token"]), tmp_path)
    assert (tmp_path / "steps" / "list-missing-token.sh").exists()

    write_reports(judge_in_process(Reference(), profile, only=["list-missing-token"]), tmp_path)
    assert not (tmp_path / "steps").exists()


def test_files_of_others_stay(tmp_path):
    steps, others = tmp_path / "steps", {"deploy.sh", "mail.body"}
    steps.mkdir()
    for name in others:
        (steps / name).write_text("# somebody's own")
    only = ["no-server-error", "huge-string-stays-whole"]
    write_reports(judge_in_process(Odd(), only=only), tmp_path)
    ours = {file.name for file in steps.iterdir()} - others
    remove_reports(tmp_path)

    assert {"no-server-error.sh", ".body"} <= {name[-5:] if name.endswith(".body") else name for name in ours}
    assert {file.name for file in steps.iterdir()} == others


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["cat", "token file"], "cd here && cat 'token file'"),
        (["./issue", "--quiet", "--dry-run"], "cd here && ./issue --quiet --dry-run"),
        (["./issue", "--user", "${OA_USER}:$PW"], None),
        (["./issue", "--user", "$OA_USER", "${PW}"], "cd here && ./issue --user '$OA_USER' '${PW}'"),
        (["./issue", "ada", "hunter2"], None),
        (["./issue", "--user", "ada:hunter2"], None),
        (["./issue", "--user=ada"], None),
        (["./issue", "-uada:hunter2"], None),
        (["./issue", "--pass", "x"], None),
        (["./issue", "--pwd", "token file"], None),
        (["./issue", "-p", "x"], None),
        (["./issue", "x" * 300], None),
        (["sh", "-c", "curl -u ada:hunter2 http://h"], None),
        (["echo", "the-token-itself"], None),
        (["./token", "--password", "hunter2"], None),
        (["./token", "--client-secret=hunter2"], None),
        (["curl", "-u", "ada:hunter2", "http://h"], None),
        (["curl", "http://ada:hunter2@h"], None),
        (["sh", "-c", "curl -d 'password=hunter2' http://h"], None),
        (["curl", "-H", "Authorization: Basic aHVudGVyMg=="], None),
        (["login", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"], None),
    ],
)
def test_command_that_may_tell_a_credential_stays_out_of_scripts(words, line, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("here").mkdir()
    Path("here/token file").touch()

    assert render_shell_command(words, Path("here"), "the-token-itself") == line

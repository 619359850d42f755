"""`conformance replay`: a finding of a report, tried again."""

import json
import re
from types import SimpleNamespace

import pytest

from conformance import proof
from conformance.command.replay import conclude
from conformance.judge.result import Result
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.conformance.command.commands import altered, conformance, written

API = "onlyautomator"


def let_everybody_in(self, request):
    reference = proof.reference_of(API)
    return reference.answer(self, request) if request.headers.get("authorization") else Response(200, {})


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of a run against what lets everybody in, in a folder with the profile."""
    folder = tmp_path_factory.mktemp("replay")
    server = altered(API, answer=let_everybody_in)
    with serve(server) as url:
        profile = written(folder, server.profile(url))
        conformance("run", profile, "--report-dir", folder, "--only", "missing-token", "--only", "value-true")
    return folder / "report.json"


def replay(report, server, *arguments):
    """Replay with a profile of *server* in the place of the report's, as it has another port."""
    with serve(server) as url:
        profile = written(report.parent, server.profile(url))
        return conformance("replay", report, *(arguments or ["missing-token"])), profile


def test_finding_that_still_holds(report):
    done, profile = replay(report, altered(API, answer=let_everybody_in), f"{API}/missing-token")

    assert json.loads(report.read_text())["target"]["profile"] == str(profile)
    assert done.exit_code == 1
    assert "reported  failed: expected status 401, got status 200" in done.stdout
    assert "got       status 200\n" in done.stdout
    assert "repeat    curl -sS -i -X POST" in done.stdout
    assert done.stdout.endswith(f"{API}/missing-token: still fails\n")


def test_finding_that_is_mended(report):
    done, _ = replay(report, proof.reference_of(API)())

    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.endswith(f"{API}/missing-token: fails no longer, it passes\n")


def test_finding_that_nobody_can_tell(report, tmp_path):
    profile = written(tmp_path, proof.reference_of(API)().profile("http://127.0.0.1:9"))
    done = conformance("replay", report, "missing-token", "--profile", profile)

    assert done.exit_code == 3
    assert "the report is on http://127.0.0.1:" in done.stdout
    assert f"{API}/missing-token: nobody can tell: not asked: cannot connect to" in done.stdout


def test_what_looks_back_is_asked_after_all_the_others(tmp_path):
    """What it failed by was sent by another requirement, and comes again only with that."""

    def answer(self, request):
        if request.body.startswith(b"["):
            return Response(500, {"status": "error", "error": {"code": "server_error", "message": "No"}})
        return proof.reference_of(API).answer(self, request)

    server = altered(API, answer=answer)
    with serve(server) as url:
        profile = written(tmp_path, server.profile(url))
        run = conformance("run", profile, "--report-dir", tmp_path)
        alone = conformance("run", profile, "--only", "no-server-error")
        done = conformance("replay", tmp_path / "report.json", "no-server-error")

    assert f"{API}/no-server-error" in run.stdout
    assert (alone.exit_code, done.exit_code) == (0, 1)
    assert done.stdout.endswith(f"{API}/no-server-error: still fails\n")


def break_at_large_bodies(self, request):
    if len(request.body) > 100_000:
        return Response(500, {"status": "error", "error": {"code": "server_error", "message": "No"}})
    return proof.reference_of(API).answer(self, request)


def test_body_that_nothing_keeps_is_not_said_to_be_kept(tmp_path, monkeypatch):
    """A run without a folder of reports, and a replay, have nowhere to keep it."""
    monkeypatch.chdir(tmp_path)
    server, only = altered(API, answer=break_at_large_bodies), ("no-server-error", "huge-string-stays-whole")
    with serve(server) as url:
        profile = written(tmp_path, server.profile(url))
        names = [word for name in only for word in ("--only", name)]
        bare = conformance("run", profile, *names, "--verbose")
        kept = conformance("run", profile, *names, "--verbose", "--report-dir", "r")
        done = conformance("replay", "r/report.json", "no-server-error")
    told = "repeat    conformance run --report-dir DIR keeps the curl line and its body of 10"

    assert (told in bare.stdout, told in done.stdout) == (True, True)
    assert "steps/" not in bare.stdout + done.stdout
    [body] = re.findall(r"--data-binary @(steps/\w+\.body)", kept.stdout)
    assert (tmp_path / "r" / body).stat().st_size > 1_000_000


def test_profile_that_is_elsewhere_is_told(report, tmp_path):
    named = {**json.loads(report.read_text()), "target": {"profile": "prefs/target.yaml"}}
    (tmp_path / "far.json").write_text(json.dumps(named))
    done = conformance("replay", tmp_path / "far.json", "missing-token")

    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        "names the profile prefs/target.yaml, which is not there from here; name it with --profile"
        in done.stderr
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["value-true"], f"{API}/value-true: is no finding, it is passed; findings: {API}/missing-token"),
        (["missing-tokn"], f"has no requirement missing-tokn; did you mean {API}/missing-token?"),
        (["missing-token", "--profile", "no.yaml"], "no.yaml: cannot be read"),
    ],
)
def test_misuse_is_status_2_and_says_what_to_do(report, arguments, says):
    done, _ = replay(report, proof.reference_of(API)(), *arguments)

    assert (done.exit_code, done.stdout) == (2, "")
    assert says in done.stderr


def test_report_that_names_no_profile_is_told(report, tmp_path):
    old = json.loads(report.read_text())
    del old["target"]["profile"]
    (tmp_path / "old.json").write_text(json.dumps(old))
    done = conformance("replay", tmp_path / "old.json", "missing-token")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "old.json: names no profile; name it with --profile" in done.stderr


def test_mode_that_there_is_not_is_told(report, tmp_path):
    (tmp_path / "odd.json").write_text(json.dumps({**json.loads(report.read_text()), "mode": "gentle"}))
    done = conformance("replay", tmp_path / "odd.json", "missing-token")

    assert (done.exit_code, done.stdout) == (2, "")
    assert "odd.json: is not a report.json: mode: must be 'full', 'safe' or 'read-only'" in done.stderr


def test_file_cannot_command_the_terminal(report, tmp_path):
    odd = json.loads(report.read_text())
    odd["target"]["base_url"] = "http://h/\x1b[31m"
    for one in odd["requirements"]:
        one["reason"] = "said \x1b[2J"
    (tmp_path / "odd.json").write_text(json.dumps(odd))
    profile = written(tmp_path, proof.reference_of(API)().profile("http://127.0.0.1:9"))
    done = conformance("replay", tmp_path / "odd.json", "missing-token", "--profile", profile)

    (tmp_path / "odd.json").write_text(json.dumps(odd).replace("missing-token", r"missing-\u001btoken"))
    unknown = conformance("replay", tmp_path / "odd.json", "missing-token")

    assert "the report is on http://h/\\x1b[31m" in done.stdout
    assert "reported  failed: said \\x1b[2J" in done.stdout
    assert r"did you mean onlyautomator/missing-\x1btoken?" in unknown.stderr
    assert "\x1b" not in done.stdout + unknown.stderr


def test_pass_that_rests_on_chance_mends_nothing():
    raced = SimpleNamespace(was_raced=True)
    status, sentence = conclude(Result(None, "passed", evidence=[raced]))

    assert status == 3
    assert sentence.startswith("nobody can tell: it passes, but who came first")
    assert conclude(Result(None, "failed", "x", evidence=[raced])) == (1, "still fails")


def test_profile_of_another_api_is_refused(report, tmp_path):
    profile = written(tmp_path, proof.reference_of("suprsend")().profile("http://127.0.0.1:9"))
    done = conformance("replay", report, "missing-token", "--profile", profile)

    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{API}/missing-token: is not asked of suprsend, as the profile says" in done.stderr

"""No report has a line that nobody can read: what is left out is said, and where the whole is."""

import json
import re

import pytest

from conformance import proof, pytest_plugin
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.conformance.command.commands import conformance, served, written

pytest_plugins = ["pytester"]

API = "onlyautomator"
LARGE = "x" * 200_000
LONGEST_LINE = 5_000  # the longest is a body as it was cut, escaped for XML or HTML
REFERENCE = proof.reference_of(API)


class SaysALot(REFERENCE):
    """Answers in one line of 200 KB, with another value than was written."""

    def answer(self, request):
        answer = super().answer(request)
        if answer.status != 200:
            return answer
        return Response(200, {"pad": LARGE, **answer.body, "data": {**answer.body["data"], "value": LARGE}})


class NamesALot(REFERENCE):
    """Keeps every value under a name of 200 KB."""

    def answer(self, request):
        answer = super().answer(request)
        if answer.status != 200:
            return answer
        return Response(200, {**answer.body, "data": {**answer.body["data"], "value": {LARGE: 1}}})


class LeadsFarAway(REFERENCE):
    """Redirects to an address of 30 KB."""

    def answer(self, _request):
        return Response(302, b"", {"location": f"https://h/{LARGE[:30_000]}"})


@pytest.mark.parametrize("server", [SaysALot, NamesALot, LeadsFarAway])
def test_no_report_has_a_line_that_nobody_can_read(server, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "r" / "summary.md"))
    with served(tmp_path, server()) as profile:
        done = conformance("run", profile, "--report-dir", tmp_path / "r", "--only", "value-*", "--verbose")
        doctor = conformance("doctor", profile)
    texts = {file.name: file.read_text() for file in (tmp_path / "r").iterdir() if file.is_file()}
    texts |= {"stdout": done.stdout, "stderr": done.stderr, "doctor": doctor.stdout + doctor.stderr}
    del texts["requests.har"]  # for programs, and its bodies are cut as well

    assert done.exit_code in (1, 3)
    assert {
        name: len(line)
        for name, text in texts.items()
        for line in text.splitlines()
        if len(line) > LONGEST_LINE
    } == {}


def test_whole_answer_is_kept_beside_the_report(tmp_path):
    with served(tmp_path, SaysALot()) as profile:
        conformance("run", profile, "--report-dir", tmp_path, "--only", "value-true")
    (finding,) = json.loads((tmp_path / "report.json").read_text())["requirements"]
    fault = finding["evidence"][-1]
    page = (tmp_path / "report.html").read_text()

    assert finding["member"] == "data.value"
    assert fault["response"]["body"].endswith("bytes more)")
    assert json.loads((tmp_path / fault["answer_file"]).read_text())["data"]["value"] == LARGE
    assert f'<a href="{fault["answer_file"]}">' in page
    assert re.search(
        r"^<mark>&gt;     &#34;value&#34;: &#34;x+… \(\d+ characters more\)</mark>$", page, re.MULTILINE
    )


def test_kept_answer_has_no_credential_and_is_gone_after_the_next_run(tmp_path):
    class Echoes(REFERENCE):
        def answer(self, request):
            answer = super().answer(request)
            return Response(
                answer.status, {**answer.body, "status": request.headers.get("authorization"), "pad": LARGE}
            )

    with serve(Echoes()) as url:
        profile = written(tmp_path, Echoes().profile(url))
        conformance("run", profile, "--report-dir", tmp_path, "--only", "success-status-word")
        (kept,) = (tmp_path / "steps").glob("*.answer")
        text = kept.read_text()
        (tmp_path / "steps" / "notes.answer").write_text("somebody's own")
        conformance("run", profile, "--report-dir", tmp_path, "--only", "nothing")

    assert Echoes().profile("")["credentials"]["user"] not in text
    assert "Bearer $ONLYAUTOMATOR_USER" in text
    assert [file.name for file in (tmp_path / "steps").iterdir()] == ["notes.answer"]


def test_failure_of_a_test_is_short(pytester, monkeypatch):
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    with served(pytester.path, SaysALot()) as profile:
        done = pytester.runpytest_inprocess(
            "-p", "no:cacheprovider", "--pyargs", "conformance", "--conformance-target", profile,
            "-k", "value-true or value-long", plugins=[pytest_plugin],
        )  # fmt: skip
    text = done.stdout.str()

    assert done.ret == 1
    assert max(map(len, text.splitlines())) < 1_500
    assert "\nmember    data.value\n" in text
    assert re.search(r"^says      “.+” https://docs.onlyautomator.com/", text, re.MULTILINE)
    assert re.search(
        r"^repeat    conformance run --report-dir DIR keeps the curl line and its body of \d+ bytes$",
        text,
        re.MULTILINE,
    )

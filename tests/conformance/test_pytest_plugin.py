"""Requirements inside a team's own pytest run: a run within this one, or a process where that is the point."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from conformance import proof, pytest_plugin
from conformance.generation.cases import COUNT, DRAWN, draw_cases
from conformance.judge.session import judge_target
from conformance.judge.suites import collect_requirements
from conformance.proof.messages import Response
from conformance.proof.server import serve
from conformance.report import junit

pytest_plugins = ["pytester"]

API = "suprsend"
REFERENCE = proof.reference_of(API)
# What else is installed here takes longer to load than these tests take.
LEAN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CI": ""}
ALONE = ("-p", "no:cacheprovider")
PLUGIN = ("-p", "conformance.pytest_plugin")
NAMED = ("--pyargs", "conformance")
AIMED = (*NAMED, "--conformance-target", "target.yaml")


class ForbidsWithoutKey(REFERENCE):
    """Answers 403 where 401 is recommended."""

    def answer(self, request):
        answer = super().answer(request)
        return Response(403, {"code": 403, "message": "no"}) if answer.status == 401 else answer


class LetsAllIn(REFERENCE):
    """Takes any key, and none."""

    def answer(self, request):
        key = f"Bearer {self.profile('')['credentials']['api_key']}"
        return super().answer(
            type(request)(
                request.method, request.target, {**request.headers, "authorization": key}, request.body
            )
        )


class Broken(REFERENCE):
    """Fails at everything."""

    def answer(self, request):
        return Response(500, {"code": 500, "message": request.headers.get("authorization", "")})


class Folder:
    """A folder with a test of its own, and how to run pytest in it."""

    def __init__(self, pytester):
        self.path = pytester.path
        self._pytester = pytester
        self.write("pytest.ini", "[pytest]\n")
        self.write("test_own.py", "def test_own(): pass\n")

    def write(self, name, text):
        (self.path / name).write_text(text)

    def run(self, server, *options):
        """Run pytest with a profile of the server, within this run of pytest, and return how it came out."""
        with self._served(server):
            done = self._pytester.runpytest_inprocess(*ALONE, *options, plugins=[pytest_plugin])
        return subprocess.CompletedProcess(options, done.ret, done.stdout.str(), done.stderr.str())

    def run_process(self, server, *options, flags=()):
        """Run pytest with a profile of the server, as a process."""
        with self._served(server):
            return subprocess.run(
                [sys.executable, *flags, "-m", "pytest", *ALONE, *PLUGIN, *options],
                cwd=self.path,
                env={**os.environ, **LEAN},
                capture_output=True,
                text=True,
                timeout=120,
            )

    @contextmanager
    def _served(self, server):
        with serve(server) as url:
            self.write("target.yaml", json.dumps(server.profile(url)))
            yield


@pytest.fixture(scope="module", autouse=True)
def loaded_judge():
    """Import here what judging needs: a run within this one forgets the modules that it was the first to import."""
    draw_cases(API)


@pytest.fixture
def folder(pytester, monkeypatch):
    for name, value in LEAN.items():
        monkeypatch.setenv(name, value)
    return Folder(pytester)


@pytest.fixture
def run(folder):
    return folder.run


def asked(done):
    return re.findall(rf"^conformance::({API}/\S+) (\w+)", done.stdout, re.MULTILINE)


def test_each_requirement_is_a_test_in_document_order(run):
    done = run(REFERENCE(), *AIMED, "-v", "-W", "error")

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert asked(done) == [(one.id, "PASSED") for one in collect_requirements(API)]


def test_outcomes_are_those_of_the_verdict(folder):
    names = ("key", "null", "lock", "list", "object")
    done = folder.run(Broken(), *AIMED, "--junitxml=pytest.xml", "-k", " or ".join(names))
    with serve(Broken()) as url:
        verdict = judge_target(Broken().profile(url), only=[f"*{name}*" for name in names])
    ours = ElementTree.fromstring(junit.render_junit(verdict).partition("\n")[2])  # noqa: S314
    theirs = ElementTree.parse(folder.path / "pytest.xml").getroot()  # noqa: S314  our own file

    def outcomes(tree):
        words = {"error": "failure"}  # pytest has errors only around a test
        return {
            case.get("name").removeprefix(f"{API}/"): [
                words.get(part.tag, part.tag) for part in case if part.tag in ("failure", "error", "skipped")
            ]
            for case in tree.iter("testcase")
        }

    assert done.returncode == 1
    assert outcomes(theirs) == outcomes(ours)
    assert {"failure", "skipped"} == {part for parts in outcomes(theirs).values() for part in parts}


def test_failure_shows_expected_got_and_curl_and_nothing_of_ours(run):
    done = run(LetsAllIn(), *AIMED, "-k", "missing-key and not status", "--showlocals")

    assert done.returncode == 1
    assert (
        "expected a write without a key to be refused, got status 202\nMUST refuse a request without an API key"
        in done.stdout
    )
    assert re.search(r"^repeat    curl -sS -i -X PATCH '", done.stdout, re.MULTILINE)
    assert f"FAILED conformance::{API}/missing-key - Failed: expected" in done.stdout
    assert ".py" not in done.stdout


def test_credentials_stay_out(run):
    key = REFERENCE().profile("")["credentials"]["api_key"]
    done = run(Broken(), *AIMED, "-k", "answers-202 or lists or status", "-rA", "-vv")

    assert "repeat    curl" in done.stdout
    assert key not in done.stdout + done.stderr


def test_should_is_expected_to_fail_unless_strict(run):
    mild = run(ForbidsWithoutKey(), *AIMED, "-rx", "-k", "missing-key-status")
    strict = run(ForbidsWithoutKey(), *AIMED, "-k", "missing-key-status", "--conformance-strict")
    bare = run(ForbidsWithoutKey(), *AIMED, "-k", "missing-key-status", "--runxfail")

    assert (mild.returncode, strict.returncode, bare.returncode) == (0, 1, 1), mild.stdout
    assert "SHOULD failed: expected status 401, got status 403" in mild.stdout


def test_what_lacks_a_fixture_is_skipped_unless_strict(run):
    class Poor(REFERENCE):
        def profile(self, url):
            full = super().profile(url)
            return {**full, "fixtures": {k: v for k, v in full["fixtures"].items() if k != "other_object"}}

    mild = run(Poor(), *AIMED, "-rs", "-k", "objects-are-apart")
    strict = run(Poor(), *AIMED, "-k", "objects-are-apart", "--conformance-strict")

    assert (mild.returncode, strict.returncode) == (0, 1), mild.stdout
    assert "not tested: fixtures.other_object is not in the profile" in mild.stdout


def test_observation_is_a_section_of_a_passed_test(run):
    done = run(REFERENCE(), *AIMED, "-rP", "-k", "key-without-scheme")

    assert done.returncode == 0
    assert re.search(r"- Captured observed call -+\nthe bare key is ", done.stdout)


def test_waiver_excuses_until_it_excuses_nothing(folder):
    waiver = {"id": f"{API}/missing-key", "reason": "known", "owner": "ada"}
    waivers = (*AIMED, "--conformance-waivers", "waivers.yaml", "-rx", "-k", "missing-key and not status")
    tomorrow = str((datetime.now(UTC) + timedelta(days=2)).date())
    folder.write("waivers.yaml", json.dumps([{**waiver, "expires": tomorrow}]))
    waived, mended = folder.run(LetsAllIn(), *waivers), folder.run(REFERENCE(), *waivers)
    folder.write("waivers.yaml", json.dumps([{**waiver, "id": f"{API}/missing-kee", "expires": tomorrow}]))
    unknown = folder.run(REFERENCE(), *waivers)

    assert (waived.returncode, mended.returncode, unknown.returncode) == (0, 1, 4)
    assert (
        f"MUST waived: until {tomorrow}, by ada: known; expected a write without a key to be refused"
        in waived.stdout
    )
    assert "passed, and has a waiver by ada; remove the waiver" in mended.stdout
    assert unknown.stderr.startswith(
        f"ERROR: {API}/missing-kee: has a waiver, and no requirement has this id"
    )


def test_waiver_of_what_looks_back_on_all_holds_where_a_part_is_asked(folder):
    waiver = {"id": f"{API}/media-type", "reason": "known", "owner": "ada", "expires": "2126-01-01"}
    folder.write("waivers.yaml", json.dumps([waiver]))
    done = folder.run(REFERENCE(), *AIMED, "--conformance-waivers", "waivers.yaml", "-k", "media-type")

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("mode", ["safe", "read-only"])
def test_mode_leaves_out_what_it_leaves_out_for_the_command(run, mode):
    class Counts(REFERENCE):
        writes = 0

        def answer(self, request):
            answer = super().answer(request)
            Counts.writes += answer.status < 300
            return answer

    done = run(Counts(), *AIMED, "--conformance-mode", mode, "-rs", "-k", "objects-are-apart or missing-key")

    assert done.returncode == 0, done.stdout
    assert re.search(rf"not tested: .* is left out by --mode {mode}\n", done.stdout)
    assert (Counts.writes == 0) == (mode == "read-only")


def test_budget_stops_the_asking(run):
    class Slow(REFERENCE):
        def answer(self, request):
            time.sleep(0.2)
            return super().answer(request)

    done = run(Slow(), *AIMED, "--conformance-budget", "1s")

    assert done.returncode == 1
    assert "not asked: the run's budget of 1 s is used up" in done.stdout


def test_seed_chooses_the_requests(run, monkeypatch):
    """An exam like the usual one stands in for that of another seed, which takes seconds to draw."""

    class Notes(REFERENCE):
        def __init__(self):
            super().__init__()
            self.bodies = []

        def answer(self, request):
            self.bodies.append(request.body)
            return super().answer(request)

    def generated(*options):
        server = Notes()
        done = run(server, *AIMED, "-k", "generated-no-server-error", *options)
        assert done.returncode == 0, done.stdout
        return server.bodies

    exam = draw_cases(API)
    monkeypatch.setitem(DRAWN, (API, 7, COUNT), replace(exam, cases=exam.cases[::-1]))
    usual = generated()

    assert generated("--conformance-seed", "0") == usual
    assert generated("--conformance-seed", "7") != usual


@contextmanager
def nowhere():
    """Name a port on which nobody listens."""
    with serve(REFERENCE()) as url:
        pass
    yield url


def test_failed_preflight_is_one_error_and_leaves_other_tests_alone(run):
    class Gone(REFERENCE):
        def profile(self, url):  # noqa: ARG002
            with nowhere() as gone:
                return super().profile(gone)

    done = run(Gone(), *AIMED, "test_own.py", "-k", "key or own")

    assert done.returncode == 1
    assert re.search(r"= 1 passed, \d+ skipped, \d+ deselected, 1 error in", done.stdout), done.stdout
    assert done.stdout.count("\ncannot connect to http://") == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (NAMED, "name the target profile: --conformance-target TARGET.yaml"),
        ((*NAMED, "--conformance-target", "nope.yaml"), "ERROR: nope.yaml: cannot be read"),
        (("--conformance-target", "target.yaml"), "nothing is asked of it; add --pyargs conformance"),
        ((*AIMED, "-p", "xdist", "-n", "2"), "add --dist loadfile"),
        (
            (*AIMED, "--conformance-mode", "readonly"),
            "ERROR: --conformance-mode readonly: is not a mode; there are full, safe, read-only",
        ),
        (
            (*AIMED, "--conformance-budget", "60"),
            "ERROR: --conformance-budget 60: is not a duration; write it like 90s, 5m or 1h30m",
        ),
        ((*AIMED, "--conformance-seed", "x"), "--conformance-seed: invalid int value: 'x'"),
    ],
)
def test_what_cannot_be_done_is_one_line(run, options, said):
    done = run(REFERENCE(), *options)
    lines = [line for line in (done.stdout + done.stderr).splitlines() if said in line]

    assert done.returncode in (2, 4)
    assert len(lines) == 1
    assert "Traceback" not in done.stdout + done.stderr


def test_docstrings_are_asked_for(folder):
    done = folder.run_process(REFERENCE(), *AIMED, flags=["-OO"])

    assert (done.returncode, done.stdout) == (4, "")
    assert "run without -OO" in done.stderr


def test_parallel_run_keeps_requirements_together(folder):
    parallel = ("-p", "xdist", "-n", "2", "--dist", "loadfile", "-W", "error")
    done = folder.run_process(REFERENCE(), *AIMED, *parallel, "-k", "key", "test_own.py", "-v")

    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    assert len(set(re.findall(rf"\[(gw\d)\].*PASSED conformance::{API}", done.stdout))) == 1


def test_run_without_a_target_loads_nothing_of_the_judge(folder):
    heavy = ["conformance.command.cli", "conformance.target", "openapi", "pydantic", "typer", "yaml"]
    folder.write(
        "test_own.py",
        f"import sys\n\ndef test_own():\n    assert [name for name in {heavy} if name in sys.modules] == []\n",
    )
    done = folder.run_process(REFERENCE(), "test_own.py")

    assert done.returncode == 0, done.stdout

"""What comes after a verdict: random exams, small findings with their seed, and never a word in the verdict."""

import io
import itertools
import json
import secrets
import signal
import time

import pytest
from rich.console import Console

import openapi
from conformance import proof
from conformance.generation.cases import COUNT, draw_cases
from conformance.judge.exploration import Exploration
from conformance.judge.session import judge_target
from conformance.judge.suites import read_profile, suite_of
from conformance.proof.messages import Response
from conformance.proof.reference.onlyautomator import Reference
from conformance.proof.server import serve
from conformance.report.terminal import Terminal
from tests.conformance.command.commands import conformance, written
from tests.conformance.contract.library import KEY, Library

USUAL = [0]  # the seed whose exam is not drawn anew
LATER = range(1, 60)  # seeds; a test ends with the first that finds something


def changed(value, change):
    """Change what lies at the bottom of a JSON value."""
    if isinstance(value, dict):
        return {name: changed(item, change) for name, item in value.items()}
    if isinstance(value, list):
        return change([changed(item, change) for item in value])
    return change(value)


class Spoils(Reference):
    """Gives back a value that is spoilt now and then."""

    def success_response(self, record):
        answer = super().success_response(record)
        data = answer.body["data"]
        return Response(200, {**answer.body, "data": {**data, "value": changed(data["value"], self.spoil)}})


def examined(kind):
    """List what of that kind lies in the values of the usual exam."""
    found = []
    for case in draw_cases("onlyautomator").cases:
        if case.mode == "positive":
            changed(case.json["value"], lambda value: found.append(value) if type(value) is kind else None)
    return found


class CutsStrings(Spoils):
    """Keeps no string that is longer than those of the usual exam."""

    def __init__(self):
        super().__init__()
        self.longest = max(map(len, examined(str)))

    def spoil(self, value):
        return value[: self.longest] if isinstance(value, str) else value


class CutsNumbers(Spoils):
    """Keeps no integer that is larger than those of the usual exam."""

    def __init__(self):
        super().__init__()
        self.largest = max(map(abs, examined(int)), default=0)

    def spoil(self, value):
        return min(value, self.largest) if type(value) is int else value


class LosesEverything(Spoils):
    def spoil(self, value):
        return "lost" if isinstance(value, str) else value


def explored(profile, seeds, for_s=1000.0, clock=time.monotonic):
    """Explore until the first finding, or to the end of *seeds*."""
    exploration = Exploration(
        suite_of(read_profile(profile)),
        for_s,
        clock=clock,
        seeds=itertools.takewhile(lambda _: not exploration.findings, seeds),
    )
    exploration.run()
    return exploration


@pytest.mark.parametrize("lie", [CutsStrings, CutsNumbers])
def test_lie_that_the_exam_misses_is_found_small_and_its_seed_repeats_it(lie):
    server, asked = lie(), ["exam-value-comes-back"]
    with serve(server) as url:
        profile = server.profile(url)
        missed = judge_target(profile, only=asked)
        (finding,) = explored(profile, LATER).findings
        again = judge_target(profile, only=asked, seed=finding.seed)

    assert missed.verdict == "conformant"
    assert finding.requirement.id == "onlyautomator/exam-value-comes-back"
    assert finding.is_shrunk
    assert len(json.dumps(finding.case.json["value"])) < 40
    assert again.verdict == "not_conformant"


@pytest.mark.parametrize("api", openapi.api_names())
def test_reference_has_no_findings(api):
    server = proof.reference_of(api)()
    with serve(server) as url:
        exploration = explored(server.profile(url), USUAL)

    assert (exploration.findings, exploration.exam_count, exploration.stopped) == ([], 1, None)
    assert exploration.request_count >= COUNT


def library_profile(spec, url, operation):
    return {
        "spec": str(spec),
        "base_url": url,
        "credentials": {"key": KEY},
        "operations": [operation],
    }


def test_any_contract_is_explored(spec):
    class Falls(Library):
        def store(self, book):
            return Response(500) if len(book["title"]) > 2 else super().store(book)

    with serve(Falls()) as url:
        (finding,) = explored(library_profile(spec, url, "createBook"), LATER).findings

    assert finding.requirement.id == "a-library/createBook-no-server-error"
    assert len(finding.case.json["title"]) == 3
    assert set(finding.case.json) == {"title", "kind"}


def test_fault_of_no_generated_request_is_none():
    class Curt(Reference):
        def authentication_refusal(self):
            refusal = super().authentication_refusal()
            refusal.message = ""
            return refusal

    server = Curt()
    with serve(server) as url:
        assert explored(server.profile(url), USUAL).findings == []


def test_search_that_repeats_itself_ends(monkeypatch):
    def repeat(_suite, case, _seed, is_wrong):
        for _ in range(10_000):
            is_wrong(case)
        pytest.fail("the search goes on")

    server = LosesEverything()
    with serve(server) as url:
        suite = suite_of(read_profile(server.profile(url)))
        monkeypatch.setattr(type(suite), "shrink_case", repeat)
        exploration = Exploration(suite, 1000, seeds=iter(USUAL))
        exploration.run()

    assert [one.requirement.name for one in exploration.findings] == ["exam-value-comes-back"]


def test_clock_ends_it():
    server = Reference()
    with serve(server) as url:
        ticks = itertools.count()
        exploration = explored(server.profile(url), LATER, 100, lambda: float(next(ticks)))

    assert 0 < exploration.request_count < 100


def test_slow_server_does_not_keep_it():
    class Slow(Reference):
        def answer(self, request):
            time.sleep(4)
            return super().answer(request)

    server = Slow()
    with serve(server) as url:
        suite_of(read_profile(server.profile(url))).draw_cases(0)
        began = time.monotonic()
        exploration = explored(server.profile(url), USUAL, 1.0)

    assert time.monotonic() - began < 3.5
    assert exploration.findings == []
    shown = io.StringIO()
    Terminal(Console(file=shown, width=200)).print_exploration(exploration)
    assert shown.getvalue().strip().startswith("explored a part of one exam with ")


def test_interrupt_keeps_what_was_found():
    def seeds():
        yield from USUAL
        raise KeyboardInterrupt

    server = LosesEverything()
    with serve(server) as url:
        suite = suite_of(read_profile(server.profile(url)))
        exploration = Exploration(suite, 1000, seeds=seeds())
        exploration.run()

    assert exploration.stopped == "interrupted"
    assert [one.requirement.name for one in exploration.findings] == ["exam-value-comes-back"]


def test_command_saves_candidates_and_an_interrupt_keeps_the_verdict(tmp_path, monkeypatch):
    print_finding = Terminal.print_finding

    def interrupt_afterwards(*finding):
        print_finding(*finding)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Terminal, "print_finding", interrupt_afterwards)
    monkeypatch.setattr(secrets, "randbelow", lambda _: USUAL[0])
    server = LosesEverything()
    with serve(server) as url:
        profile = server.profile(url)
        options = ["--only", "value-one", "--report-dir", tmp_path, "--explore", "5m"]
        done = conformance("run", written(tmp_path, profile), *options)
    printed = done.stdout
    (file,) = (tmp_path / "candidates").iterdir()
    candidate = json.loads(file.read_text())

    assert done.exit_code == 0
    assert "exploring for 300 s with random seeds; the verdict stays as it is" in printed
    assert "not part of the verdict; ended early: interrupted" in printed
    assert f"candidate {file}" in printed
    assert candidate["requirement"] == "onlyautomator/exam-value-comes-back"
    assert candidate["again"].endswith(f"--seed {candidate['seed']} --only {candidate['requirement']}")
    assert "curl " in candidate["evidence"]["curl"]  # after a printf, where a byte is no text
    for secret in profile["credentials"].values():
        assert secret not in file.read_text() + printed


def test_piped_report_stays_alone(spec, tmp_path):
    with serve(Library()) as url:
        profile = written(tmp_path, library_profile(spec, url, "listBooks"))
        done = conformance("run", profile, "--report-dir", "-", "--explore", "0.1s")

    assert json.loads(done.stdout)["verdict"] == "conformant"
    assert "exploring for 0.1 s" in done.stderr


def test_no_verdict_is_not_explored(tmp_path):
    profile = Reference().profile("http://127.0.0.1:9")
    done = conformance("run", written(tmp_path, profile), "--explore", "1m")

    assert done.exit_code == 3
    assert "not explored: cannot connect" in done.stdout


@pytest.mark.parametrize("text", ["", "60", "-1s", "1 m", "1d", "s"])
def test_what_is_no_duration_is_said(text, tmp_path):
    done = conformance("run", tmp_path / "target.yaml", "--explore", text)

    assert done.exit_code == 2
    assert f"--explore {text}: is not a duration" in done.stderr

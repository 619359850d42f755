"""How much a run does to its target is its user's choice, and what is left out is said to be."""

import json

import pytest
from typer.testing import CliRunner

import openapi
from conformance import proof
from conformance.command.cli import app
from conformance.judge.suites import collect_requirements
from conformance.proof.messages import Response
from conformance.proof.server import serve
from conformance.proof.trial import judge_in_process
from conformance.suite.mode import LONGEST_BODY, Mode

APIS = openapi.api_names()
HTML = {"content-type": "text/html"}


def run(folder, server, *arguments):
    with serve(server) as url:
        (folder / "target.yaml").write_text(json.dumps(server.profile(url)))
        command = [arguments[0], str(folder / "target.yaml"), *arguments[1:]]
        return CliRunner().invoke(app, command)


class Counts:
    """Counts what a correct server is asked at the same time, and what it is told to change."""

    def __init__(self, api):
        self.server = proof.reference_of(api)()
        self.profile = self.server.profile
        self.requests, self.writes, self.inside, self.together = [], [], 0, 0

    @property
    def clock(self):
        return self.server.clock

    @clock.setter
    def clock(self, clock):
        self.server.clock = clock

    def answer(self, request):
        self.inside += 1
        self.together = max(self.together, self.inside)
        try:
            answer = self.server.answer(request)
        finally:
            self.inside -= 1
        self.requests.append(request)
        if request.method != "GET" and answer.status < 300:
            self.writes.append(request)
        return answer


@pytest.mark.parametrize("api", APIS)
def test_read_only_writes_nothing_to_a_correct_server(api):
    server = Counts(api)
    verdict = judge_in_process(server, mode=Mode.READ_ONLY)
    tested, musts = verdict.musts_tested, verdict.musts

    assert server.writes == []
    assert (verdict.verdict, verdict.ids("failed"), verdict.ids("inconclusive")) == ("conformant", [], [])
    assert 15 < tested < musts


@pytest.mark.parametrize("api", APIS)
def test_safe_spares_everybody_else(api):
    server = Counts(api)
    verdict = judge_in_process(server, mode=Mode.SAFE)
    tested, musts = verdict.musts_tested, verdict.musts
    fixtures = server.profile("")["fixtures"]
    others = [
        json.dumps(fixtures[name]) for name in fixtures if name.startswith("other_") or name == "tenant_id"
    ]

    assert (verdict.verdict, verdict.ids("failed"), verdict.ids("inconclusive")) == ("conformant", [], [])
    assert musts * 0.7 < tested < musts
    assert server.together == 1
    assert max(len(request.body) for request in server.requests) <= LONGEST_BODY
    assert not [one for one in others for request in server.writes if one.encode() in request.body]
    assert len({request.headers["authorization"] for request in server.writes}) <= 2
    assert verdict.case_set is None


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("mode", ["safe", "read-only"])
def test_what_a_mode_leaves_out_is_not_tested_and_names_it(api, mode, tmp_path):
    done = run(tmp_path, proof.reference_of(api)(), "run", "--mode", mode, "--report-dir", str(tmp_path))
    report = json.loads((tmp_path / "report.json").read_text())
    untested = [one for one in report["requirements"] if one["status"] == "not_tested"]

    assert done.exit_code == 0
    assert untested
    assert {one["reason"].partition(" is left out by ")[2] for one in untested} == {f"--mode {mode}"}
    assert (report["mode"], report["partial"]) == (mode, True)
    assert not (tmp_path / "badge.json").exists()
    assert f"for a verdict on the whole API run without --only, --except and --mode {mode}" in done.stdout
    assert f"in the mode {mode}" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("api", APIS)
def test_read_only_still_finds_who_lets_everybody_in(api, tmp_path):
    class LetsEverybodyIn(proof.reference_of(api)):
        def answer(self, request):
            good = proof.reference_of(api)().profile("")["credentials"]
            authorization = f"Bearer {next(iter(good.values()))}"
            headers = {**request.headers, "authorization": authorization}
            return super().answer(type(request)(request.method, request.target, headers, request.body))

    done = run(tmp_path, LetsEverybodyIn(), "run", "--mode", "read-only")

    assert done.exit_code == 1


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("status", [400, 405, 421])
def test_read_only_run_stops_at_a_proxy_that_refuses_everything(api, status):
    class Proxy(proof.reference_of(api)):
        def answer(self, _request):
            return Response(status, b"<h1>The plain HTTP request was sent to HTTPS port</h1>", HTML)

    verdict = judge_in_process(Proxy(), mode=Mode.READ_ONLY)

    assert verdict.verdict == "no_verdict"
    assert verdict.reason.endswith(
        f"was answered {status}, text/html; check base_url, the main credential and the main fixtures"
    )


@pytest.mark.parametrize(("mode", "only"), [(Mode.READ_ONLY, ()), (Mode.SAFE, ["missing-key"])])
def test_run_that_is_refused_in_one_way_shows_no_api(mode, only):
    class Refuses(proof.reference_of("suprsend")):
        def answer(self, _request):
            return Response(400, {"message": "Bad Request"})

    verdict = judge_in_process(Refuses(), mode=mode, only=only)

    assert verdict.verdict == "no_verdict"
    assert verdict.reason.startswith("every request was refused with the same 400")


@pytest.mark.parametrize(
    ("name", "says"), [("user", "credentials.user was refused"), ("fan_id", "fixtures.fan_id")]
)
def test_read_only_preflight_finds_what_is_wrong_and_writes_nothing(name, says, tmp_path):
    server = Counts("onlyautomator")
    profile = server.profile("")
    part = "credentials" if name in profile["credentials"] else "fixtures"
    profile[part][name] = "nobody"
    if (
        name == "fan_id"
    ):  # which fault is answered first is the server's choice; this one looks the fan up first

        def find_first(body):
            if isinstance(body, dict) and isinstance(body.get("fanId"), str):
                server.server.find_fan(body["fanId"])

        server.server.validate_body = find_first
    server.profile = lambda url: {**profile, "base_url": url}
    done = run(tmp_path, server, "doctor", "--mode", "read-only")

    assert done.exit_code == 3
    assert says in done.stderr
    assert server.writes == []


def test_no_such_mode_is_one_line_at_status_2(tmp_path):
    done = CliRunner().invoke(app, ["run", str(tmp_path / "none.yaml"), "--mode", "readonly"])

    assert done.exit_code == 2
    assert done.stderr == "conformance: --mode readonly: is not a mode; there are full, safe, read-only\n"


@pytest.mark.parametrize(
    ("id_", "modes"),
    [
        ("onlyautomator/missing-token", "full, safe, read-only"),
        ("onlyautomator/value-true", "full, safe"),
        ("onlyautomator/service-unavailable", "full"),
        ("suprsend/objects-are-apart", "full"),
    ],
)
def test_explanation_names_the_modes(id_, modes):
    assert f"  modes: {modes}\n" in CliRunner().invoke(app, ["explain", id_]).stdout


def test_strict_run_that_left_something_out_fails(tmp_path):
    api = APIS[0]
    (first, *_) = (one.name for one in collect_requirements(api) if one.level == "MUST")
    done = run(
        tmp_path,
        proof.reference_of(api)(),
        "run",
        "--mode",
        "read-only",
        "--strict",
        "--only",
        first,
        "--only",
        "missing-token",
    )

    assert done.exit_code == 1
    assert "not tested, and --strict asks for all" in done.stdout


class FailsForAWhile:
    """A correct server that answers *count* requests, from the *first* on, with a *status* of its own."""

    def __init__(self, api, first, count, status):
        self.server = proof.reference_of(api)()
        self.profile, self.clock = self.server.profile, self.server.clock
        self.first, self.count, self.status, self.asked = first, count, status, 0

    def answer(self, request):
        self.asked += 1
        if self.first <= self.asked < self.first + self.count:
            return Response(self.status, {"code": self.status, "message": "in trouble"})
        return self.server.answer(request)


def test_safe_mode_finds_server_errors():
    """Of odd input nothing is sent then, and what is sent is judged all the same."""
    verdict = judge_in_process(FailsForAWhile("suprsend", 4, 1, 500), mode=Mode.SAFE)

    assert "suprsend/no-server-error" in verdict.ids("failed")


@pytest.mark.parametrize(("api", "troubled"), [("onlyautomator", 4), ("suprsend", 20)])
def test_read_only_run_asks_again_after_a_503(api, troubled):
    """No ordinary write may tell then whether one input alone meets it."""
    verdict = judge_in_process(FailsForAWhile(api, troubled, 1, 503), mode=Mode.READ_ONLY)
    undisturbed = judge_in_process(proof.reference_of(api)(), mode=Mode.READ_ONLY)

    assert verdict.verdict == undisturbed.verdict == "conformant"
    assert verdict.counts == undisturbed.counts

"""A run takes no longer than it may, whatever the target does, and says what it did not get to."""

import json
import time
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from conformance import proof
from conformance.assertions.outcome import RunStopped, Unreachable
from conformance.command.cli import app
from conformance.command.options import parse_duration
from conformance.http.client import Client
from conformance.http.redaction import Redaction
from conformance.judge.session import judge_target
from conformance.proof.messages import Response
from conformance.proof.server import serve, serve_bytes

API = "onlyautomator"
REFERENCE = proof.reference_of(API)


class Server(REFERENCE):
    """A right server that turns to something else after *served* requests."""

    served = 0

    def __init__(self, afterwards):
        super().__init__()
        self.afterwards = afterwards
        self.asked = 0

    def answer(self, request):
        self.asked += 1
        return super().answer(request) if self.asked <= self.served else self.afterwards(request)


@contextmanager
def at_most(seconds):
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds


@contextmanager
def client_of(talk, **limits):
    with serve_bytes(talk) as url:
        client = Client(url, Redaction(), **limits)
        yield client
        client.close()


def dripping(connection):
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b" ")
        time.sleep(0.05)


def mute(connection):
    connection.recv(65536)
    time.sleep(5)


@pytest.mark.parametrize(
    ("talk", "what"),
    [(dripping, r"no end of the answer \(200, \d+ bytes of its body\)"), (mute, "no answer")],
)
def test_time_for_one_exchange_is_bounded(talk, what):
    silent = pytest.raises(Unreachable, match=rf"{what} from .* within 0\.3 s")
    with client_of(talk, timeout_s=0.3) as client, at_most(2), silent:
        client.send("GET", "/")


@pytest.mark.parametrize("talk", [dripping, mute])
def test_no_exchange_overruns_the_budget(talk):
    spent = pytest.raises(RunStopped, match=r"the run's budget of 0\.4 s is used up")
    with client_of(talk, timeout_s=60, budget_s=0.4) as client, at_most(2), spent:
        client.send("GET", "/")


def test_no_retry_overruns_the_budget():
    busy = Response(429, {}, {"retry-after": "20"})
    with serve(Server(lambda _: busy)) as url, at_most(5):
        verdict = judge_target({**REFERENCE().profile(url), "patience": {"retry_s": 60, "budget_s": 2}})

    assert verdict.exit_status == 3
    assert "asks to wait (20), longer than" in verdict.reason
    assert "the run's budget of 2 s" in verdict.reason


def test_no_rate_cap_overruns_the_budget():
    with serve(REFERENCE()) as url, at_most(5):
        verdict = judge_target({**REFERENCE().profile(url), "patience": {"rate_per_s": 2, "budget_s": 1.5}})

    assert verdict.exit_status == 3
    assert verdict.requests <= 4


@pytest.mark.parametrize(("written", "seconds"), [("90s", 90), ("5m", 300), ("1h30m", 5400), ("0.5s", 0.5)])
def test_duration_is_read(written, seconds):
    assert parse_duration(written) == seconds


@pytest.mark.parametrize("written", ["", "90", "5 minutes", "-1s", "m", "1s1m", f"{'9' * 400}h"])
def test_what_is_no_duration_is_one_line_at_status_2(written, tmp_path):
    done = CliRunner().invoke(app, ["run", str(tmp_path / "none.yaml"), f"--budget={written}"])

    assert done.exit_code == 2
    assert (
        done.stderr == f"conformance: --budget {written}: is not a duration; write it like 90s, 5m or 1h30m\n"
    )


def ran(folder, server, *arguments):
    with serve(server) as url:
        file = folder / "target.yaml"
        file.write_text(json.dumps(server.profile(url)))
        done = CliRunner().invoke(app, ["run", str(file), "--report-dir", str(folder), *arguments])
    return done, json.loads((folder / "report.json").read_text())


def slow(_request):
    time.sleep(0.3)
    return Response(400, {"status": "error", "error": {"code": "validation_error", "message": "too late"}})


class TiresLate(Server):
    served = 20


def test_run_that_is_out_of_time_stops_and_reports(tmp_path):
    with at_most(10):
        done, report = ran(tmp_path, TiresLate(slow), "--budget", "1s")
    last = report["requirements"][-1]

    assert done.exit_code == 3
    assert (last["status"], last["reason"]) == (
        "inconclusive",
        "not asked: the run's budget of 1 s is used up",
    )
    assert report["verdict"] == "no_verdict"
    assert "passed" in {one["status"] for one in report["requirements"]}


def test_failure_counts_although_time_ran_out(tmp_path):
    class FailsFirst(Server):
        served = 3

        def success_response(self, record):
            answer = super().success_response(record)
            answer.status = 201
            return answer

    some = ("--only", "create-answers-200", "--only", "*-for-*", "--only", "*-body", "--only", "success-data")
    done, report = ran(tmp_path, FailsFirst(slow), "--budget", "1s", *some)
    failed = {one["id"] for one in report["requirements"] if one["status"] == "failed"}

    assert f"{API}/create-answers-200" in failed
    assert (done.exit_code, report["verdict"]) == (1, "not_conformant")
    assert f"{API}/success-data" in {
        one["id"] for one in report["requirements"] if "used up" in (one["reason"] or "")
    }


def test_object_is_left_opted_in_when_time_runs_out():
    class Remembers(proof.reference_of("suprsend")):
        wishes = ()

        def answer(self, request):
            Remembers.wishes += (request.body,)
            time.sleep(0.02)
            return super().answer(request)

    with serve(Remembers()) as url, at_most(6):
        verdict = judge_target(Remembers().profile(url), budget_s=1.5)

    assert verdict.exit_status == 3
    assert b'"opt_out"' in b"".join(Remembers.wishes)
    assert json.loads(Remembers.wishes[-1])["preference"] == "opt_in"

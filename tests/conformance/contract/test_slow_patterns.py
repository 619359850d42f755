"""An operation that nothing can be drawn for in time has no cases, and the run goes on."""

import os
import signal
import time
from functools import partial

import pytest

from conformance.contract import cases, suite
from conformance.contract.cases import draw_cases
from conformance.contract.reading import read_contract
from conformance.generation.child_process import TookTooLong, call_each
from conformance.judge.session import judge_target
from conformance.proof.messages import Response
from conformance.proof.server import serve
from tests.conformance.http.talking import Server

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot copy a process")
LIMIT_S = 1
CONTRACT = """
openapi: 3.0.3
info: {title: Slow, version: "1"}
paths:
  /slow:
    post:
      operationId: makeSlow
      requestBody:
        required: true
        content:
          application/json:
            schema:
              {type: object, required: [a], properties: {a: {type: string, maxLength: 9}}}
      responses: {"200": {description: made}, "400": {description: refused}}
  /plain:
    get:
      operationId: getPlain
      responses: {"200": {description: found}}
"""


@pytest.fixture
def contract(tmp_path, monkeypatch):
    """A contract with an operation that is drawn for ever."""
    draw = cases._draw_positives

    def draw_slowly(operation, *rest):
        while operation.id == "makeSlow":
            pass
        return draw(operation, *rest)

    monkeypatch.setattr(cases, "_draw_positives", draw_slowly)
    file = tmp_path / "slow.yaml"
    file.write_text(CONTRACT)
    return file


@needs_fork
def test_operation_that_takes_too_long_has_no_cases(contract):
    read = read_contract(contract)
    began = time.monotonic()
    drawn = draw_cases(read, tuple(read.operations), limit_s=LIMIT_S)

    assert time.monotonic() - began < 60
    assert {one.operation for one in drawn.cases} == {"getPlain"}
    assert [*drawn.undrawn] == ["makeSlow"]
    assert drawn.undrawn["makeSlow"].startswith(
        "no request to POST /slow (makeSlow) could be drawn within 1 s "
    )


@needs_fork
def test_its_requirements_are_not_tested_and_the_verdict_is_partial(contract, monkeypatch):
    monkeypatch.setattr(suite.cases, "draw_cases", partial(draw_cases, limit_s=LIMIT_S))
    with serve(Server(Response(200, {}))) as url:
        verdict = judge_target({"spec": str(contract), "base_url": url})
    (reason,) = {one.reason for one in verdict.results if "makeSlow" in one.requirement.id}

    assert {one.status for one in verdict.results if "makeSlow" in one.requirement.id} == {"not_tested"}
    assert "POST /slow (makeSlow) could be drawn within 1 s" in reason
    assert verdict.is_partial
    assert f"not asked: {reason}" in verdict.notes


@needs_fork
def test_budget_ends_the_drawing(contract):
    with serve(Server(Response(200, {}))) as url:
        verdict = judge_target({"spec": str(contract), "base_url": url}, budget_s=0.5)

    assert (verdict.exit_status, verdict.reason) == (3, "the run's budget of 0.5 s is used up")


@needs_fork
def test_interrupt_ends_the_drawing(contract):
    read = read_contract(contract)
    with pytest.raises(KeyboardInterrupt):
        draw_cases(read, tuple(read.operations), 1, check=lambda: os.kill(os.getpid(), signal.SIGINT))

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


@needs_fork
def test_calls_are_made_in_a_copy_until_one_takes_too_long():
    """What one of them leaves behind in its process, the next one finds, as if all were made here."""
    made = []

    def work_for_ever():
        while True:
            pass

    def end_process():
        os._exit(7)

    calls = [
        lambda: made.append(1),
        lambda: len(made),
        work_for_ever,
        lambda: "after",
        end_process,
        lambda: "last",
    ]
    found = list(call_each(calls, 0.2, lambda: None))

    assert found[:2] == [None, 1]
    assert [isinstance(one, TookTooLong) for one in found] == [False, False, True, False, True, False]
    assert (found[3], found[5], made) == ("after", "last", [])


@needs_fork
def test_error_of_a_call_is_raised_here():
    def fail():
        raise ValueError("no such thing")

    with pytest.raises(RuntimeError, match="ValueError: no such thing"):
        list(call_each([fail], 1, lambda: None))

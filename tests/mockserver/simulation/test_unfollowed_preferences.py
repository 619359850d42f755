"""A Prefer header that cannot be followed, or not wholly: the answer says so, and so does the journal."""

from __future__ import annotations

import httpx2
import pytest

import openapi
from tests.testbed.calls import PREFERENCE, bearer
from tests.testbed.session_caller import A_FAN, Caller

CODES = "there are " + ", ".join(
    openapi.load_contract("onlyautomator")["paths"][PREFERENCE]["post"]["responses"]
)
KNOWN = "known are code, delay, example, fault, handling, respond-async, return, wait"
# What is asked for, and what is said of it; the write goes through.
IGNORED = {
    "code=418": f"code=418 is not documented; {CODES}",
    "CODE=418": f"code=418 is not documented; {CODES}",
    'code="418"': f"code=418 is not documented; {CODES}",
    "code=abc": "code=abc is not a status from 200 to 599",
    "code=101": "code=101 is not a status from 200 to 599",
    "code=418, example=success": f"code=418 is not documented; {CODES}",
    "code": "code has no value",
    "code=": "code has no value",
    'example=""': "example has no value",
    "cod=429": "cod is not known; did you mean 'code'?",
    "Exmaple=success": "exmaple is not known; did you mean 'example'?",
    "dynamic": f"dynamic is not known; {KNOWN}",
    "dynamic=true": f"dynamic is not known; {KNOWN}",
    "waitt=1": "waitt is not known; did you mean 'wait'?",
    "fault=EMPTY_RESPONS": "fault=EMPTY_RESPONS is not known; did you mean 'EMPTY_RESPONSE'?",
    "fault=connection_reset": "fault=connection_reset is not known; did you mean 'CONNECTION_RESET_BY_PEER'?",
    "delay=abc": "delay=abc is not a number of milliseconds",
    "delay=-5": "delay=-5 is not a number of milliseconds",
    "delay=1s": "delay=1s is not a number of milliseconds",
    "example=sucess": "example=sucess is not documented; did you mean 'success'?",
    "handling=strickt": "handling=strickt is not known; did you mean 'strict'?",
    "cod=429, delay=x": "cod is not known; did you mean 'code'?; delay=x is not a number of milliseconds",
    '"code=503"': f'"code=503" is not known; {KNOWN}',
}


@pytest.mark.parametrize("prefer", IGNORED)
def test_answer_and_journal_name_what_was_not_followed(caller, prefer):
    answer = caller.write(Prefer=prefer)

    assert (answer.status_code, answer.json()["data"]["fanId"]) == (200, "12345")
    assert answer.headers["x-mock-problem"] == f"Prefer: {IGNORED[prefer]}"
    assert "preference-applied" not in answer.headers
    assert caller.journal()[0]["problem"] == f"Prefer: {IGNORED[prefer]}"


@pytest.mark.parametrize(
    ("prefer", "status", "applied", "problem"),
    [
        (
            "code=404, example=no",
            404,
            "code=404",
            "example=no is not documented; known are resource_not_found",
        ),
        ("code=503, dealy=1", 503, "code=503", "dealy is not known; did you mean 'delay'?"),
        ("delay=1, code=418", 200, "delay=1", "code=418 is not documented"),
        ("fault=NONSENSE, code=403", 403, "code=403", "fault=NONSENSE is not known; known are CONNECTION_"),
    ],
)
def test_rest_is_followed(caller, prefer, status, applied, problem):
    answer = caller.write(Prefer=prefer)

    assert (answer.status_code, answer.headers["preference-applied"]) == (status, applied)
    assert answer.headers["x-mock-problem"].startswith(f"Prefer: {problem}")


def test_every_prefer_header_is_looked_at(caller):
    lines = [*bearer(caller.token).items(), ("Prefer", "code=403"), ("Prefer", "cod=404")]

    answer = caller.http.post(PREFERENCE, json=A_FAN, headers=lines)

    assert answer.status_code == 403
    assert answer.headers["x-mock-problem"] == "Prefer: cod is not known; did you mean 'code'?"


@pytest.mark.parametrize(
    "prefer",
    ["respond-async", "return=minimal", 'Return="representation"', "wait=10", "respond-async, wait=10", "code=503",
     "handling=lenient", "handling=strict", "HANDLING=Strict", "code=503, code=404", "delay=1", "", ",;"],
)  # fmt: skip
def test_nothing_is_said_of_what_is_followed_and_of_what_any_server_may_pass_over(caller, prefer):
    answer = caller.write(Prefer=prefer)

    assert answer.status_code in (200, 503)
    assert "x-mock-problem" not in answer.headers
    assert caller.journal()[0]["problem"] is None


@pytest.mark.parametrize(
    "prefer",
    [
        *sorted(IGNORED.keys() - {"handling=strickt"}),
        "code=404, example=no",
        "code=503, dealy=1",
        "fault=NONSENSE",
    ],
)
def test_strict_handling_refuses_it_before_anything_is_written(caller, prefer):
    answer = caller.write(Prefer=f"handling=STRICT, {prefer}")

    assert answer.status_code == 400
    said = answer.json()["error"]["message"]
    assert said.startswith(f"Prefer: {IGNORED.get(prefer, '')}")
    assert caller.journal()[0]["violations"] == [said]
    assert caller.admin("GET", "state")["onlyautomator"]["preferences"] == []


@pytest.mark.parametrize("prefer", ["respond-async", "return=minimal", "wait=10"])
def test_strict_handling_passes_over_what_any_server_may(caller, prefer):
    assert caller.write(Prefer=f"{prefer}, handling=strict").status_code == 200


@pytest.mark.parametrize("prefer", ["x" * 9000, ", ".join(f"x{number}" for number in range(400)), '"' * 3000])
def test_much_nonsense_is_named_in_short(caller, prefer):
    answer = caller.write(Prefer=prefer)

    assert answer.status_code == 200
    assert len(answer.headers["x-mock-problem"]) < 1000


@pytest.mark.parametrize("fault", ["CONNECTION_RESET_BY_PEER", "empty_response", '"EMPTY_RESPONSE"'])
def test_connection_is_broken_as_preferred_and_nothing_is_written(caller: Caller, fault):
    with pytest.raises(httpx2.TransportError):
        caller.write(Prefer=f"fault={fault}")

    entry = caller.journal()[0]
    assert (entry["fault"], entry["response"]) == (f"Prefer: fault={fault.strip(chr(34)).upper()}", None)
    assert caller.admin("GET", "state")["onlyautomator"]["preferences"] == []


@pytest.mark.parametrize(("prefer", "status"), [("", 200), ("code=404, ", 404)])
@pytest.mark.parametrize("rules", [[], [{"latency": {"fixed_ms": 1}}]])
def test_answer_is_cut_as_preferred(caller, prefer, status, rules):
    caller.faults(*rules)
    headers = {**bearer(caller.token), "Prefer": f"{prefer}fault=TRUNCATED_BODY"}
    with caller.http.stream("POST", PREFERENCE, json=A_FAN, headers=headers) as answer:
        assert answer.status_code == status
        assert answer.headers["preference-applied"] == headers["Prefer"]
        with pytest.raises(httpx2.RemoteProtocolError):
            answer.read()

"""The control plane's own contract: valid, true to its examples, and kept whatever is sent."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
import pytest

import openapi
from mockserver.contract.schema import Schema
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.openapi.test_examples import find_misfits
from tests.testbed.session_caller import A_FAN
from tests.testbed.stubs import serve_stub

CONTRACT = Path(openapi.__file__).parent.parent / "mockserver" / "control" / "admin.yaml"
SPEC = openapi.read_contract(CONTRACT)
# It has no end, and is tried where the journal is.
STREAM = "stream_events"
OPERATIONS = [
    item[method]["operationId"]
    for item in SPEC["paths"].values()
    for method in openapi.METHODS
    if method in item and item[method]["operationId"] != STREAM
]


def test_contract_is_openapi_3_0():
    from openapi_spec_validator import OpenAPIV30SpecValidator

    assert [error.message for error in OpenAPIV30SpecValidator(SPEC).iter_errors()] == []


def test_every_sample_fits_its_schema():
    assert find_misfits(SPEC) == {}


def test_contract_is_served_like_the_others(caller):
    assert "/sessions/{id}" in caller.http.get("/__admin/openapi/admin.yaml").text
    assert caller.http.get("/__admin/docs/admin").status_code == 200


@pytest.mark.parametrize("id", OPERATIONS)
def test_whatever_is_sent_the_answer_fits_and_is_no_fault_of_the_server(fuzzed, operations, id):
    from hypothesis import HealthCheck, Phase, given, settings
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

    @settings(
        max_examples=8, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operations[id].as_strategy())
    def check_answer(case: Any) -> None:
        if isinstance(case.body, dict) and id == "wait_for_requests":
            case.body["timeout_s"] = 0
        answer = case.call(base_url=f"{fuzzed}/__admin")
        checks = [not_a_server_error, response_schema_conformance, status_code_conformance]
        case.validate_response(answer, checks=checks)
        assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR

    check_answer()


def test_answers_that_are_written_in_pieces_fit_as_a_whole(caller):
    """The stub checks no answer of its own that it writes as bytes; here one holds calls and records of each kind."""
    caller.faults(
        {"match": {"path": "/broken"}, "fault": "EMPTY_RESPONSE"}, {"match": {"path": "/slow"}, "status": 503}
    )
    caller.write()
    caller.set({"preference": "opt_in"})
    caller.write({**A_FAN, "value": None}, Prefer="code=599")
    for path, content in (("/nowhere", b"text"), ("/broken", b"\xff"), ("/slow", b"")):
        with suppress(httpx2.TransportError):
            caller.http.post(f"{caller.base_url}{path}", content=content)
    caller.admin("PUT", "snapshots/here")

    answers = {
        "/state": caller.admin("GET", "state"),
        "/snapshots/{name}": caller.admin("GET", "snapshots/here"),
        "/requests": caller.admin("GET", "requests"),
        "/requests/find": caller.admin("POST", "requests/find", {"match": {"path": "*"}}),
        "/requests/wait": caller.admin("POST", "requests/wait", {"match": {}, "count": 6}),
        "/requests/unmatched": caller.admin("GET", "requests/unmatched"),
        "/requests.har": caller.admin("GET", "requests.har"),
    }

    assert [one["response"] is None for one in answers["/requests"]] == [False] * 4 + [True, False]
    assert len(answers["/requests.har"]["log"]["entries"]) == len(answers["/requests/find"]) == 6
    for path, answer in answers.items():
        response = next(iter(SPEC["paths"][path].values()))["responses"]["200"]
        (content,) = openapi.resolve_reference(SPEC, response)["content"].values()
        assert Schema(content["schema"], SPEC, needless="writeOnly").find_violations(answer) == [], path


@pytest.fixture(scope="module")
def operations() -> dict[str, Any]:
    """The operations as Schemathesis reads them; here, since every worker loads this module and few run it."""
    import schemathesis

    found = [one.ok() for one in schemathesis.openapi.from_dict(SPEC).get_all_operations()]
    return {one.definition.raw["operationId"]: one for one in found}


@pytest.fixture(scope="module")
def fuzzed() -> Any:
    """A stub of its own, since anything may happen to it."""
    with serve_stub(Stub(load_services(), options=Options(session_limit=50))) as url:
        yield url

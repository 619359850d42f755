"""The control plane's own contract: valid, true to its examples, and kept whatever is sent."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import OpenAPIV30SpecValidator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

import openapi
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.openapi.test_examples import find_misfits
from tests.testbed.stubs import serve_stub

CONTRACT = Path(openapi.__file__).parent.parent / "mockserver" / "control" / "admin.yaml"
SPEC = openapi.read_contract(CONTRACT)
SCHEMA = schemathesis.openapi.from_dict(SPEC)
# It has no end, and is tried where the journal is.
STREAM = "stream_events"
OPERATIONS = {
    one.ok().definition.raw["operationId"]: one.ok()
    for one in SCHEMA.get_all_operations()
    if one.ok().definition.raw["operationId"] != STREAM
}


def test_contract_is_openapi_3_0():
    assert [error.message for error in OpenAPIV30SpecValidator(SPEC).iter_errors()] == []


def test_every_sample_fits_its_schema():
    assert find_misfits(SPEC) == {}


def test_contract_is_served_like_the_others(caller):
    assert "/sessions/{id}" in caller.http.get("/__admin/openapi/admin.yaml").text
    assert caller.http.get("/__admin/docs/admin").status_code == 200


@pytest.mark.parametrize("id", OPERATIONS)
def test_whatever_is_sent_the_answer_fits_and_is_no_fault_of_the_server(fuzzed, id):
    operation = OPERATIONS[id]

    @settings(
        max_examples=8, derandomize=True, deadline=None, database=None, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=operation.as_strategy())
    def check_answer(case: Any) -> None:
        if isinstance(case.body, dict) and id == "wait_for_requests":
            case.body["timeout_s"] = 0
        answer = case.call(base_url=f"{fuzzed}/__admin")
        checks = [not_a_server_error, response_schema_conformance, status_code_conformance]
        case.validate_response(answer, checks=checks)
        assert answer.status_code != HTTPStatus.INTERNAL_SERVER_ERROR

    check_answer()


@pytest.fixture(scope="module")
def fuzzed() -> Any:
    """A stub of its own, since anything may happen to it."""
    with serve_stub(Stub(load_services(), options=Options(session_limit=50))) as url:
        yield url

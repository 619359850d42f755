"""Of a contract alone an operation is compiled when it is called, and of a large one only that."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.command.banner import render_banner
from mockserver.contract.schema import compilation
from mockserver.http.problems import InvalidContract
from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.mockserver.services.conftest import Serve
from tests.mockserver.services.contracts import answers, contract, written

THING = {"$ref": "#/components/schemas/Thing"}
THINGS = contract(
    {
        f"/things/{number}": {
            "post": {
                "operationId": f"make_{number}",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
                "requestBody": {"content": {"application/json": {"schema": {**THING}}}},
                "responses": answers({**THING}, "201"),
            }
        }
        for number in range(20)
    },
    components={"schemas": {"Thing": {"type": "object", "properties": {"id": {"type": "integer"}}}}},
)


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """List the schemas that are compiled from now on."""
    found = []
    whole = compilation.ContractSchemas.compile

    def compile_schema(self: Any, schema: Any) -> Any:
        found.append(schema.source)
        return whole(self, schema)

    monkeypatch.setattr(compilation.ContractSchemas, "compile", compile_schema)
    return found


def test_start_and_lists_compile_nothing(serve: Serve, compiled: list[Any]) -> None:
    """MUST start, and list the operations on every page, without compiling one of them."""
    client = serve(THINGS)
    for path in ("/", "/__admin", "/nothing", "/__admin/openapi/library", "/things/nothing"):
        assert client.get(path, headers={"Accept": "text/html"}).status_code in (200, 404, 405), path
    assert [one for one in compiled if one in (THING, {"type": "integer"})] == []

    assert client.post("/things/7", json={"id": 1}).status_code == 201
    assert client.post("/things/7", json={"id": "x"}).status_code == 400
    assert 0 < len([one for one in compiled if one == THING]) <= 3


def test_banner_compiles_no_operation(tmp_path: Any, compiled: list[Any]) -> None:
    """MUST print the commands to try without compiling the operations, but for the values that it makes up."""
    render_banner(Stub([openapi_file.load_service(written(tmp_path, THINGS))]), "http://localhost")

    assert len(compiled) <= 5


def test_operations_with_a_behaviour_are_compiled_at_the_start(compiled: list[Any]) -> None:
    """MUST compile the operations of a built-in API at the start, so that no call waits for it."""
    stub = Stub(load_services(["onlyautomator"]))
    assert compiled
    compiled.clear()
    for operation in stub.operations:
        operation.compile()

    assert compiled == []


def test_what_cannot_be_compiled_stops_one_operation(tmp_path: Any) -> None:
    """MUST say of the operation that is compiled what is wrong with it, and compile the others."""
    spec = contract(
        {
            "/good": {"get": {"operationId": "good", "responses": answers({"type": "integer"})}},
            "/bad": {"get": {"operationId": "bad", "responses": answers({"type": "integer"})}},
        }
    )
    service = openapi_file.load_service(written(tmp_path, spec))
    response = service.spec["paths"]["/bad"]["get"]["responses"]["200"]
    response["content"]["application/json"]["schema"] = {"$ref": "#/components/schemas/None"}
    operations = {one.name: one for one in Stub([service]).operations}

    operations["good"].compile()
    with pytest.raises(InvalidContract, match="there is no #/components/schemas/None"):
        operations["bad"].compile()

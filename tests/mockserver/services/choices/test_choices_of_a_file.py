"""An OpenAPI file that is served from its examples may have choices as well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from mockserver.services import openapi_file
from mockserver.services.chosen import ChoiceSource, take_chosen
from mockserver.services.service import Service
from mockserver.stub import Stub


def load_tea(folder: Path, method: str, operation: dict[str, Any], **schemas: Any) -> Service:
    spec = {
        "openapi": "3.0.3",
        "info": {"title": "Tea", "version": "1"},
        "paths": {"/tea": {method: operation}},
        "components": {"schemas": schemas},
    }
    (folder / "tea.json").write_text(json.dumps(spec))
    return openapi_file.load_service(folder / "tea.json")


def test_example_is_that_of_the_alternative(tmp_path):
    black = {"text": "black", "contract": {"example": {"kind": "black"}}}
    choice = {"id": "kind-of-tea", "reason": "Nobody says.", "default": "green"}
    choice["alternatives"] = {"green": "green", "black": black}
    media = {"schema": {"type": "object"}, "example": {"kind": "green"}, "x-choice": choice}
    answer = {"description": "Tea", "content": {"application/json": media}}
    service = load_tea(tmp_path, "get", {"responses": {"200": answer}})

    assert TestClient(Stub([service]).application).get("/tea").json() == {"kind": "green"}
    other = Stub(take_chosen([service], [ChoiceSource({"tea": {"kind-of-tea": "black"}})]))
    assert TestClient(other.application).get("/tea").json() == {"kind": "black"}
    assert other.list_chosen() == ["tea/kind-of-tea=black"]


def test_malformed_choice_has_no_effect_and_is_told(tmp_path):
    service = load_tea(
        tmp_path, "get", {"responses": {"200": {"description": "Tea", "x-choice": {"id": "tea"}}}}
    )

    assert service.choices.names == {}
    assert service.document is not None
    assert list(map(str, service.document.flaws)) == [
        "the document: x-choice at GET tea 200: tea: alternatives must be two or more, each with its name; "
        "no choice of this contract has an effect"
    ]


def test_schema_that_is_a_part_of_itself_is_served(tmp_path):
    leaf = {"anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Leaf"}]}
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Leaf"}}}}
    operation = {"requestBody": body, "responses": {"200": {"description": "Tea"}}}
    client = TestClient(Stub([load_tea(tmp_path, "post", operation, Leaf=leaf)]).application)

    assert client.post("/tea", json="green").status_code == 200

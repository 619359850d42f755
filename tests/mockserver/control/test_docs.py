"""The pages of a contract: what the interactive one is given, and the plain one."""

from __future__ import annotations

import html
import json
import re
import sys

import pytest
from starlette.testclient import TestClient

from mockserver.control.docs import swagger_ui
from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.testbed.calls import PREFERENCE

A_WRITE = {"fanId": "12345", "category": "content", "preference": "likes_fitness_videos", "value": True}
HOSTILE = "</script><img src=http://evil.example/x onerror=alert(1)>"
SECURED = {
    "openapi": "3.0.3",
    "info": {"title": HOSTILE, "version": "1"},
    "servers": [{"url": "https://vendor.example/{stage}/v9", "variables": {"stage": {"default": "live"}}}],
    "security": [{"key": []}],
    "paths": {
        "/x": {
            "get": {
                "operationId": "read_x",
                "x-vendor": 1,
                "responses": {
                    "200": {"description": "", "headers": {"x-rate": {"schema": {"type": "integer"}}}}
                },
            }
        }
    },
    "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
}


@pytest.fixture
def client() -> TestClient:
    return TestClient(Stub(load_services()).application, base_url="http://localhost")


def read_settings(page: str) -> dict[str, dict[str, str]]:
    return json.loads(html.unescape(re.search('data-settings="(.*?)"', page)[1]))


def test_reference_says_what_works_here(client):
    session = client.post("/__admin/sessions").json()["id"]
    reference = client.get(f"/__admin/docs/onlyautomator/reference.json?session={session}").json()
    operation = reference["paths"]["/api/v2/update-preference"]["post"]
    prefer = operation["parameters"][-1]

    assert reference["servers"] == [{"url": f"/__session/{session}", "description": "This stub"}]
    assert {"code=503", "delay=1500", "fault=EMPTY_RESPONSE"} < {*prefer["schema"]["enum"]}
    assert "in `fanId`: `mock-400` for `code=400`" in operation["description"]
    assert "**The document is silent; this stub takes** `accepted`**:**" in operation["description"]
    assert not re.search('"x-[a-z]', json.dumps(reference))
    assert client.get("/__admin/docs/onlyautomator/reference.json").json()["servers"][0]["url"] == "/"
    admin = client.get("/__admin/docs/admin/reference.json").json()
    assert admin["servers"][0]["url"] == "/__admin"
    assert "parameters" not in admin["paths"]["/health"]["get"]


def test_each_preference_that_the_reference_offers_is_followed(client):
    filled = read_settings(client.get("/__admin/docs/onlyautomator").text)["authorizations"]
    reference = client.get("/__admin/docs/onlyautomator/reference.json").json()
    prefer = reference["paths"]["/api/v2/update-preference"]["post"]["parameters"][-1]
    headers = {"Authorization": f"Bearer {filled['bearer']}"}
    for value in prefer["schema"]["enum"]:
        if value.startswith("code="):
            answer = client.post(PREFERENCE, json=A_WRITE, headers={**headers, "Prefer": value})
            assert answer.headers["preference-applied"], value
            assert value[5:8] == str(answer.status_code)


def test_reference_of_an_own_contract(tmp_path):
    file = tmp_path / "own.json"
    file.write_text(json.dumps(SECURED))
    client = TestClient(Stub([openapi_file.load_service(file)]).application, base_url="http://localhost")
    page = client.get("/__admin/docs/own").text
    reference = client.get("/__admin/docs/own/reference.json").json()

    assert "<img" not in page
    assert read_settings(page)["authorizations"]["key"]
    assert reference["servers"][0]["url"] == "/live/v9"
    operation = reference["paths"]["/x"]["get"]
    assert "x-vendor" not in operation
    assert "x-rate" in operation["responses"]["200"]["headers"], "the name of a header is no mark"
    assert operation["tags"] == ["own"]


def test_pages_have_strict_policies_and_no_framework_is_imported(client):
    policies = [
        client.get(f"/__admin/docs/suprsend{query}").headers["content-security-policy"]
        for query in ("", "?plain=true")
    ]

    assert all(one.startswith("default-src 'none'; ") for one in policies)
    assert all("script-src 'self';" in one or "script-src" not in one for one in policies)
    assert client.get("/__admin/assets/swagger-ui.css").headers["content-type"] == "text/css; charset=utf-8"
    assert not {"fastapi", "fastapi_standalone_docs"} & {*sys.modules}


def test_plain_page_stands_in_where_the_extra_is_missing(client, monkeypatch):
    monkeypatch.setattr(swagger_ui, "find_files", dict)
    page = client.get("/__admin/docs/suprsend").text

    assert "<script" not in page
    assert "Interactive reference" not in page
    assert "Opt an object in to or out of a category" in page

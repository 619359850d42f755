"""Which operation a request means, and what it hears when it means none."""

from __future__ import annotations

import json
import time

import httpx2
import pytest
from starlette.testclient import TestClient

from mockserver.services import openapi_file
from mockserver.stub import Stub
from openapi.document.operations import VARIABLE
from tests.testbed.calls import CATEGORY, KEY, PREFERENCE, bearer, fresh, token
from tests.testbed.stubs import serve_stub

OBJECT = "/v1/object/{object_type}/{id}/preference"
WORDS = [
    "preference",
    "category",
    "object",
    "fan",
    "channel",
    "tenant",
    "section",
    "report",
    "invoice",
    "order",
]


@pytest.mark.parametrize(
    ("method", "path", "near_miss"),
    [
        ("POST", "/api/v2/update-preferences",
         "POST /api/v2/update-preference: segment 3 is 'update-preferences', not 'update-preference'"),
        ("POST", "/api/v1/update-preference", "POST /api/v2/update-preference: segment 2 is 'v1', not 'v2'"),
        ("POST", "/api/v2", "POST /api/v2/update-preference: the path lacks /update-preference at its end"),
        ("POST", "/nothing",
         "POST /api/v2/update-preference: segment 1 is 'nothing', not 'api'; "
         "the path lacks /v2/update-preference at its end"),
        ("POST", "//api/v2/update-preference",
         "POST /api/v2/update-preference: the path has a slash too many at its beginning"),
        ("POST", "/api/v2//update-preference",
         "POST /api/v2/update-preference: the path has a slash too many after /v2"),
        ("POST", "/update-preference", "POST /api/v2/update-preference: the path lacks /api/v2 at its beginning"),
        ("POST", "/v1/update-preference",
         "POST /api/v2/update-preference: segment 1 is 'v1', not 'api'; the path lacks /v2 after /v1"),
        ("PUT", "/update-preference",
         "POST /api/v2/update-preference: the path lacks /api/v2 at its beginning; it takes POST, not PUT"),
        ("PATCH", "/api/v2/update-preferences",
         "POST /api/v2/update-preference: segment 3 is 'update-preferences', not 'update-preference'; "
         "it takes POST, not PATCH"),
        ("GET", "/api/v2/get-preference",
         "GET /api/v2/get-preferences: segment 3 is 'get-preference', not 'get-preferences'"),
        ("POST", "/API/V2/update-preference",
         "POST /api/v2/update-preference: segment 1 is 'API', not 'api'; segment 2 is 'V2', not 'v2'"),
        ("POST", "/api/v2/api/v2/update-preference",
         "POST /api/v2/update-preference: the path should not have /api/v2 after /v2"),
    ],
)  # fmt: skip
def test_near_miss_names_the_nearest_operation_and_why_it_was_not_that(
    default_caller, url, method, path, near_miss
):
    answer = default_caller.http.request(method, url + path)

    assert answer.status_code == 404
    assert answer.headers["x-mock-near-miss"] == near_miss
    assert answer.json()["error"]["code"] == "resource_not_found"
    assert near_miss in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("PATCH", "/v1/object/departments/engineering/preference/status-update-alert/",
         "{category_slug}: the path lacks /category after /preference"),
        ("GET", "/v1/user/anna/preference", "/preference: the path lacks /object after /v1"),
        ("PATCH", "/nothing/here", "the path lacks /v1/object at its beginning; the path lacks /preference at its end"),
        ("PATCH", CATEGORY + "/more", "{category_slug}: the path should not have /more at its end"),
        ("PATCH", CATEGORY.replace("/object/", "/objects/"), "{category_slug}: segment 2 is 'objects', not 'object'"),
        ("PATCH", CATEGORY.replace("/v1/", "/"), "{category_slug}: the path lacks /v1 at its beginning"),
        ("PATCH", CATEGORY.replace("/v1/", "/v2/"), "{category_slug}: segment 1 is 'v2', not 'v1'"),
        ("PATCH", CATEGORY.replace("/engineering/", "/"), "{category_slug}: the path lacks /{id} after /departments"),
    ],
)  # fmt: skip
def test_near_miss_is_told_in_the_nearest_apis_voice(default_caller, method, path, reason):
    answer = default_caller.http.request(method, path)

    assert answer.status_code == 404
    assert answer.json()["code"] == 404
    assert answer.headers["x-mock-near-miss"].endswith(reason)


def test_near_miss_quotes_a_path_without_breaking_the_answer(default_caller):
    answer = default_caller.http.post("/api/v2/%0d%0aSet-Cookie:%20a=b" + "%C3%A9" * 200)

    assert answer.status_code == 404
    assert "set-cookie" not in answer.headers
    assert "%0d%0aSet-Cookie:%20a=b" in answer.headers["x-mock-near-miss"]
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    ("method", "path", "near_miss"),
    [
        ("GET", "/__admin/request", "GET /__admin/requests: segment 2 is 'request', not 'requests'"),
        ("POST", "/__admin/fault",
         "GET /__admin/faults: segment 2 is 'fault', not 'faults'; it takes GET, PUT, DELETE, not POST"),
        ("GET", "/_admin/", "the control plane, whose paths begin with /__admin"),
        ("POST", "/admin/sessions", "the control plane, whose paths begin with /__admin"),
        ("GET", "/__Admin", "the control plane, whose paths begin with /__admin"),
        ("POST", f"/_session/shop{PREFERENCE}", "the path of a session, which begins with /__session/NAME"),
    ],
)  # fmt: skip
def test_near_miss_of_the_control_plane_leads_to_it(default_caller, method, path, near_miss):
    answer = default_caller.http.request(method, path)

    assert (answer.status_code, answer.headers["x-mock-near-miss"]) == (404, near_miss)


def test_near_miss_is_found_soon_however_much_there_is_to_compare(tmp_path):
    """A contract of a thousand operations, and paths of eight kilobytes."""
    paths = {
        f"/api/v{number % 3}/{'-'.join(WORDS[number % 7 : number % 7 + 3])}-{number}/{{id}}": {
            "get": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"204": {"description": "Done"}},
            }
        }
        for number in range(1000)
    }
    file = tmp_path / "large.json"
    file.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "L", "version": "1"}, "paths": paths}))
    routes = Stub([openapi_file.load_service(file)]).application.routes
    hardest = ["/api/v1/" + "/".join(WORDS * 200), "/" + "a/" * 4096, "/" + "x" * 8192, "//" * 4096]

    began = time.process_time()
    nearest = [routes.find_nearest("POST", path) for path in hardest]
    spent_s = time.process_time() - began

    assert len(nearest) == len(hardest)
    assert spent_s < 2
    one = routes.find_nearest("GET", "/v2/fan-channels-tenant-500/7")
    assert one.operation.template == "/api/v2/fan-channel-tenant-500/{id}"


def test_token_in_a_path_is_shown_nowhere(caller):
    """None belongs there; but who puts it there sends it nowhere else."""
    path = f"/api/v2/{caller.token}/{caller.key}/update-preference"
    answer = caller.http.post(caller.base_url + path)

    shown = answer.text + str(answer.headers) + caller.ask("GET", "requests").text
    assert "/api/v2/[redacted]/[redacted]/update-preference" in shown
    assert caller.token not in shown
    assert caller.key not in shown


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_is_405_with_the_one_that_is_allowed(default_caller, method):
    answer = default_caller.http.request(method, PREFERENCE)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.headers["x-mock-near-miss"] == f"POST {PREFERENCE}: takes POST, not {method}"
    assert method == "HEAD" or answer.json()["error"]["message"] == f"{method} is not allowed here; use POST"


def test_405_comes_before_401(default_caller):
    answer = default_caller.http.post(CATEGORY)

    assert (answer.status_code, answer.headers["allow"]) == (405, "PATCH, GET, HEAD")
    assert answer.json() == {"code": 405, "message": "POST is not allowed here; use PATCH, GET, HEAD"}


@pytest.mark.parametrize("is_literal_first", [True, False])
def test_literal_segment_wins_over_a_variable_one_whichever_comes_first(tmp_path, is_literal_first):
    """The leftmost place where the two differ decides; a segment that is partly variable comes between."""
    templates = ["/a/b", "/a/b/{y}", "/a/{x}.json", "/a/{x}", "/a/{x}/c"]
    paths = {
        template: {
            "get": {
                "parameters": [
                    {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
                    for name in VARIABLE.findall(template)
                ],
                "responses": {
                    "200": {"description": "", "content": {"application/json": {"example": template}}}
                },
            }
        }
        for template in (templates if is_literal_first else templates[::-1])
    }
    file = tmp_path / "paths.json"
    file.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "P", "version": "1"}, "paths": paths}))

    with serve_stub(Stub([openapi_file.load_service(file)])) as url:
        found = {
            path: httpx2.get(url + path).json()
            for path in ("/a/b", "/a/b/", "/a/%62", "/a/b/c", "/a/d/c", "/a/d.json", "/a/d")
        }

    assert found == {
        "/a/b": "/a/b",
        "/a/b/": "/a/b",
        "/a/%62": "/a/b",
        "/a/b/c": "/a/b/{y}",
        "/a/d/c": "/a/{x}/c",
        "/a/d.json": "/a/{x}.json",
        "/a/d": "/a/{x}",
    }


@pytest.mark.parametrize("path", [PREFERENCE, PREFERENCE + "/"])
def test_path_answers_with_and_without_its_trailing_slash(default_caller, path):
    answer = default_caller.http.post(path, json=fresh(), headers=bearer(token()))

    assert (answer.status_code, answer.history) == (200, [])


def test_faults_are_found_in_one_order(default_caller):
    """Credential, then media type, then body, then what the body names."""
    text = {"Content-Type": "text/plain"}
    steps = [
        (401, {**text}, b"{"),
        (415, {**bearer(token()), **text}, b"{"),
        (400, {**bearer(token()), "Content-Type": "application/json"}, b'{"fanId": "nobody"}'),
    ]

    for status, headers, content in steps:
        assert default_caller.http.post(PREFERENCE, content=content, headers=headers).status_code == status


def test_credential_is_repeated_in_no_answer(default_caller):
    """What a caller sends as a secret never comes back, whatever is wrong with the rest."""
    secret = token()
    for method, path in (("POST", PREFERENCE), ("PATCH", CATEGORY), ("PATCH", "/nowhere")):
        for credential in (secret, secret + "x", KEY, KEY + "x"):
            answer = default_caller.http.request(method, path, json={}, headers=bearer(credential))
            assert credential not in answer.text + str(answer.headers)


def test_path_that_lacks_the_method_leaves_the_call_to_a_more_general_one(tmp_path):
    """As it is in most servers: ``PUT /users/me`` is ``PUT /users/{id}`` where only GET is of its own."""
    paths = {
        "/users/me": {"get": {"responses": {"200": {"description": "Me"}}}},
        "/users/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"responses": {"203": {"description": "One"}}},
            "put": {"responses": {"204": {"description": "Put"}}},
        },
    }
    file = tmp_path / "users.json"
    file.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "U", "version": "1"}, "paths": paths}))
    client = TestClient(Stub([openapi_file.load_service(file)]).application, base_url="http://localhost")

    assert client.get("/users/me").status_code == 200
    assert client.put("/users/me").status_code == 204
    refused = client.delete("/users/me")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD, PUT")

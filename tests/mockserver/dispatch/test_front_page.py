"""The page at /: what is served, and a command that calls each operation."""

from __future__ import annotations

import html
import itertools
import json
import re
import shlex

import pytest
from starlette.testclient import TestClient

from mockserver.command.banner import render_banner
from mockserver.services import openapi_file
from mockserver.stub import Stub

OBJECT = "/v1/object/{object_type}/{id}/preference"
HTML = {"Accept": "text/html"}
JWT = re.compile(r"eyJ[\w.-]+")


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/plain"])
def test_front_page_names_the_operations_as_json(default_caller, accept):
    answer = default_caller.http.get("/", headers={"Accept": accept} if accept else {})

    assert answer.headers["content-type"] == "application/json"
    assert [(row["api"], row["operation"], row["method"], row["path"]) for row in answer.json()["operations"]] == [
        ("onlyautomator", "update_preference", "POST", "/api/v2/update-preference"),
        ("onlyautomator", "get_preferences", "GET", "/api/v2/get-preferences"),
        ("suprsend", "update_object_category_preference", "PATCH", f"{OBJECT}/category/{{category_slug}}"),
        ("suprsend", "get_object_category_preference", "GET", f"{OBJECT}/category/{{category_slug}}"),
        ("suprsend", "list_object_category_preferences", "GET", f"{OBJECT}/category"),
        ("suprsend", "get_object_channel_preference", "GET", f"{OBJECT}/channel_preference"),
        ("suprsend", "update_object_channel_preference", "PATCH", f"{OBJECT}/channel_preference"),
        ("suprsend", "get_object_preference", "GET", OBJECT),
        ("suprsend", "update_object_preference", "PATCH", OBJECT),
    ]  # fmt: skip


def test_front_page_is_html_for_a_browser(default_caller):
    answer = default_caller.http.get(
        "/?utm=x", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    )

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert '<b class="post">POST</b> <code>/api/v2/update-preference</code>' in answer.text
    assert "OnlyAutomator preferences" in answer.text


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_control_plane_has_the_front_page_too(default_caller, accept):
    http, headers = default_caller.http, {"Accept": accept}
    front, again = (http.get(path, headers=headers) for path in ("/", "/__admin/operations"))

    assert again.headers["content-type"] == front.headers["content-type"]
    # A token of another second is another one.
    assert JWT.sub("", again.text) == JWT.sub("", front.text)


def test_operations_are_listed_elsewhere_where_the_contract_has_the_front(tmp_path):
    file = tmp_path / "own.json"
    paths = {"/": {"get": {"responses": {"200": {"description": "Its own front page"}}}}}
    file.write_text(
        json.dumps({"openapi": "3.0.3", "info": {"title": "Own", "version": "1"}, "paths": paths})
    )
    stub = Stub([openapi_file.load_service(file)])
    http = TestClient(stub.application, base_url="http://localhost")
    page = http.get("/__admin/operations?operation=own/GET%20/&session=default", headers=HTML)

    mistaken = http.get("/__admin/operations?session=@elsewhere", headers=HTML)

    assert "elsewhere" not in mistaken.text
    assert render_banner(stub, "http://localhost").endswith(": http://localhost/__admin/operations")
    assert list_curls(page.text)[0][3] == "http://localhost/__session/default/"
    assert "<h1>mockserver</h1>" not in http.get("/", headers=HTML).text


def list_curls(page: str) -> list[list[str]]:
    return [shlex.split(html.unescape(one)) for one in re.findall(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)]


def call_as_curl(http: TestClient, words: list[str]) -> int:
    """Send what a command of curl asks for."""
    named = list(itertools.pairwise(words))
    headers = dict(text.split(": ", 1) for option, text in named if option == "-H")
    body = next((text for option, text in named if option == "-d"), "")
    return http.request(words[2], words[3], headers=headers, content=body).status_code


def test_each_curl_of_the_front_page_works(default_caller):
    """Whoever pastes one is answered, in the session that the address of the page names."""
    session = default_caller.http.post("/__admin/sessions").json()["id"]
    page = default_caller.http.get(f"/__session/{session}/", headers=HTML).text
    curls = list_curls(page)

    assert len(curls) == 9
    assert {call_as_curl(default_caller.http, words) for words in curls} <= {200, 202}
    assert len(default_caller.http.get(f"/__admin/requests?session={session}").json()) == 9
    assert f'href="/__admin/docs/suprsend?session={session}#get_object_preference"' in page


def test_front_page_of_a_long_contract_shows_a_curl_at_a_time(tmp_path):
    body = {
        "content": {
            "application/json": {"schema": {"type": "object", "properties": {"size": {"minimum": 7}}}}
        }
    }
    paths = {
        f"/things/{number}": {"post": {"operationId": f"make_{number}", "requestBody": body, "responses": {}}}
        for number in range(400)
    }
    file = tmp_path / "long.json"
    file.write_text(
        json.dumps({"openapi": "3.0.3", "info": {"title": "Long", "version": "1"}, "paths": paths})
    )
    http = TestClient(Stub([openapi_file.load_service(file)]).application, base_url="http://localhost")
    page, one = (http.get(f"/{query}", headers=HTML).text for query in ("", "?operation=long/make_7"))

    assert page.count('class="row"') == 400
    assert list_curls(page) == []
    assert len(page) < 120_000
    (words,) = list_curls(one)
    assert (words[3], json.loads(words[-1])) == ("http://localhost/things/7", {"size": 7})

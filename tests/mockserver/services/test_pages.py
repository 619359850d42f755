"""A page that a contract answers runs nothing in the browser, since the control plane is on the same origin."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from mockserver.services import openapi_file
from mockserver.stub import Stub
from tests.testbed.calls import ask, request
from tests.testbed.stubs import serve_stub

CONTRACT = """
openapi: 3.0.3
info: {title: Pages, version: "1"}
paths:
  /json: {get: {responses: {"200": {description: Done, content: {application/json: {example: {a: 1}}}}}}}
  /own:
    get:
      responses:
        "200":
          description: Done
          headers:
            content-security-policy: {schema: {type: string}, example: "default-src 'self'"}
            X-Content-Type-Options: {schema: {type: string}, example: none}
          content: {text/html: {example: "<p>"}}
"""
MEDIA_TYPES = {
    "text/html": "sandbox", "text/html; charset=utf-8": "sandbox", "Application/XHTML+xml": "sandbox",
    "image/svg+xml": "sandbox", "text/xml": "sandbox", "application/xml": "sandbox",
    "text/plain": None, "image/png": None, "nonsense": None, "application/octet-stream": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def http(tmp_path_factory) -> Iterator[httpx2.Client]:
    file = tmp_path_factory.mktemp("contracts") / "pages.yaml"
    answers = (
        f'  "/{number}": {{get: {{responses: {{"200": {{description: Done, content: {{"{media_type}": '
        f'{{example: "<script>1</script>"}}}}}}, "4XX": {{description: None, content: {{"{media_type}": '
        f'{{example: "<b>"}}}}}}}}}}}}\n'
        for number, media_type in enumerate(MEDIA_TYPES)
    )
    file.write_text(CONTRACT + "".join(answers))
    with serve_stub(Stub([openapi_file.load_service(file)])) as url, httpx2.Client(base_url=url) as http:
        yield http


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("prefer", ["", "code=404"])
def test_page_runs_no_script(http, media_type, prefer):
    answer = http.get(f"/{[*MEDIA_TYPES].index(media_type)}", headers={"Prefer": prefer})

    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers.get("content-security-policy") == MEDIA_TYPES[media_type]


def test_forced_page_runs_no_script_wherever_it_is(http):
    for path in ("/json", "/no/such/path"):
        forced = {"status": 200, "headers": {"content-type": "text/html"}, "body": "<script>1</script>"}
        http.post("/__admin/overrides", json={"response": forced}).raise_for_status()

        assert http.get(path).headers["content-security-policy"] == "sandbox"


def test_page_for_what_is_no_http_runs_no_script(http):
    """A URL that is too long comes from a browser as well."""
    answer = ask(str(http.base_url), request("GET", "/0?" + "x" * 66_000), "GET")

    assert (answer.status, answer.headers["content-security-policy"]) == (414, "sandbox")


def test_header_of_the_contract_stays(http):
    headers = http.get("/own").headers

    assert headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert headers.get_list("x-content-type-options") == ["none"]


def test_json_has_no_further_header(http):
    headers = http.get("/json").headers

    assert not {"x-content-type-options", "content-security-policy"} & {*headers}

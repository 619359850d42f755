"""What the banner shows of a contract of one's own: calls that work when they are pasted, and no thousand of them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from mockserver.command.banner import print_flaws, render_banner
from mockserver.services import openapi_file
from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.mockserver.services.contracts import answers, contract, written
from tests.testbed.stubs import list_banner_commands, serve_stub

THING = {
    "type": "object",
    "required": ["name", "count"],
    "properties": {"name": {"type": "string", "minLength": 3}, "count": {"type": "integer", "minimum": 5}},
}


def parameter(name: str, place: str, schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": schema}


def body(media_type: str, **content: Any) -> dict[str, Any]:
    return {"required": True, "content": {media_type: content}}


def post(media_type: str, **content: Any) -> dict[str, Any]:
    return {"post": {"requestBody": body(media_type, **content), "responses": answers(example="done")}}


OTHERS = [
    parameter("sizes", "query", {"type": "array", "items": {"type": "integer"}, "minItems": 1}),
    parameter("X-Kind", "header", {"enum": ["red", "blue"]}),
    parameter("shop", "cookie", {"type": "string", "minLength": 1}),
]
PATHS = {
    "/things/{id}": {
        "get": {
            "parameters": [parameter("id", "path", {"type": "integer", "minimum": 7}), *OTHERS],
            "responses": answers(example="done"),
        }
    },
    "/json": post("application/json", schema=THING),
    "/patch": post("application/merge-patch+json", schema=THING),
    "/form": post("application/x-www-form-urlencoded", schema=THING),
    "/text": post("text/plain", example="@no-file"),
}


def list_curls(
    folder: Path, paths: Any, *, keeps_state: bool = False, **rest: Any
) -> tuple[list[str], list[str]]:
    """Run each call of the banner; return its other lines, and what the calls print."""
    file = written(folder, contract(paths, **rest))
    stub = Stub([openapi_file.load_service(file, keeps_state=keeps_state)])
    with serve_stub(stub) as url:
        banner = render_banner(stub, url)
        calls = list_banner_commands(banner)
        printed = [
            subprocess.run(["sh", "-c", call], capture_output=True, text=True, timeout=10).stdout
            for call in calls
        ]
    others = [line for line in banner.splitlines() if not line.startswith(("curl ", "  -"))]
    return others, printed


@pytest.mark.parametrize("path", PATHS)
def test_call_is_made_from_the_schemas_and_works_when_it_is_pasted(tmp_path, path):
    assert list_curls(tmp_path, {path: PATHS[path]})[1] == ['"done"']


def test_call_has_all_credentials_that_are_asked_for_together(tmp_path):
    schemes = {name: {"type": "apiKey", "in": "header", "name": f"X-{name}"} for name in ("Key", "App")}
    paths = {"/things": {"get": {"security": [{"Key": [], "App": []}], "responses": answers(example="got")}}}

    assert list_curls(tmp_path, paths, components={"securitySchemes": schemes})[1] == ['"got"']


def test_contract_has_one_call_in_the_banner_which_sends_json_if_any_does(tmp_path):
    paths = {f"/{number}": {"get": {"responses": answers(example="got")}} for number in range(20)}
    others, printed = list_curls(tmp_path, {**paths, "/form": PATHS["/form"], "/json": PATHS["/json"]})

    assert printed == ['"done"']
    assert re.fullmatch(r"# all 22 operations: http://[\d.:]+/", others[-1])
    assert len(others) == 6


def test_call_in_the_banner_is_one_that_is_served(tmp_path):
    broken = {"post": {"requestBody": body("application/json", schema={"$ref": "#/no"}), "responses": {}}}

    assert list_curls(tmp_path, {"/broken": broken, "/text": PATHS["/text"]})[1] == ['"done"']


def test_call_in_the_banner_needs_nothing_that_another_call_writes(tmp_path):
    item = {"type": "object", "properties": {"id": {"type": "integer"}}}
    with_id = {
        "parameters": [parameter("id", "path", {"type": "integer"})],
        "responses": answers(schema=item),
    }
    replace = {"requestBody": body("application/json", schema=item), **with_id}
    paths = {
        "/things/{id}": {"get": with_id, "put": replace},
        "/things": {"get": {"responses": answers(schema={"type": "array", "items": item})}},
    }

    assert list_curls(tmp_path, paths, keeps_state=True)[1] == ["[]"]


def test_wide_call_has_a_line_for_each_option():
    """A token alone is 240 characters long; what can be read beside it stands in lines of its own."""
    stub = Stub(load_services(["onlyautomator"]))
    (call,) = list_banner_commands(render_banner(stub, "http://127.0.0.1:4010"))
    first, *others = call.split(" \\\n  ")

    assert first == "curl -X POST http://127.0.0.1:4010/api/v2/update-preference"
    assert [one.split()[:2] for one in others] == [
        ["-H", "'Authorization:"],
        ["-H", "'Content-Type:"],
        ["-d", '\'{"fanId":'],
    ]
    assert [one for one in (first, *others) if len(one) > 118] == [others[0]]


def test_narrow_call_has_one_line(tmp_path):
    file = written(tmp_path, contract({"/json": PATHS["/json"]}))
    banner = render_banner(Stub([openapi_file.load_service(file)]), "http://127.0.0.1:4010")

    assert [line for line in banner.splitlines() if line.startswith("curl ")] == list_banner_commands(banner)


def test_flaws_are_told_at_the_start_in_a_few_lines(tmp_path, capsys):
    broken = {"200": {"$ref": "#/components/responses/No"}}
    paths = {f"/{number}": {"get": {"responses": broken}} for number in range(5)}
    file = written(tmp_path, contract(paths))
    print_flaws(Stub([openapi_file.load_service(file)]), "http://localhost:1")
    lines = capsys.readouterr().err.splitlines()

    assert lines[0] == (
        f"mockserver: {file}: 5 flaws; http://localhost:1/__admin/problems and mockserver check {file} list all"
    )
    assert len(lines) == 2
    assert lines[1].startswith("mockserver:   paths./0.get")


def test_flaw_of_another_file_is_told_with_the_contract_to_check(tmp_path, capsys):
    part = tmp_path / "part.yaml"
    part.write_text("get: {responses: {200: {$ref: gone.yaml}}}")
    file = written(tmp_path, contract({"/a": {"$ref": "part.yaml"}}))
    print_flaws(Stub([openapi_file.load_service(file)]), "http://localhost:1")

    summary, flaw = capsys.readouterr().err.splitlines()
    assert summary.endswith(f"mockserver check {file} list all")
    assert flaw.startswith(f"mockserver:   {part}: get.responses.200.$ref: gone.yaml is not there")

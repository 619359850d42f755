"""Any OpenAPI file is read: YAML 1.2 or JSON by its content, every version, with a byte order mark or without."""

from __future__ import annotations

import json

import pytest

import openapi
from openapi.document import read_document
from tests.openapi.document.contracts import contract, list_flaws, read

YAML = """
openapi: 3.0.3
info: {title: Shops, version: "1"}
paths:
  /a:
    get:
      responses:
        200: {description: No, content: {application/json: {example: {country: NO, lights: on, at: 10:30, day: 2024-05-01, code: 01234}}}}
"""  # noqa: E501 - as people write it


@pytest.fixture
def written(tmp_path):
    def write(content: str | bytes, name: str = "library.yaml"):
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    return write


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("name", ["a.json", "a.yaml", "a.yml", "a", "a.txt"])
def test_json_is_read_under_any_name(written, name, mark):
    document = read_document(written(mark + json.dumps(contract()), name))

    assert (document.version, document.flaws, list(document.spec["paths"])) == ("3.0.3", [], ["/a"])
    assert document.files == [document.file]


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("name", ["a.yaml", "a.json"])
def test_yaml_is_read_under_any_name_as_yaml_1_2(written, name, mark):
    document = read_document(written(mark + YAML, name))

    response = document.spec["paths"]["/a"]["get"]["responses"]["200"]
    assert response["description"] == "No"
    assert response["content"]["application/json"]["example"] == {
        "country": "NO",
        "lights": "on",
        "at": "10:30",
        "day": "2024-05-01",
        "code": "01234",
    }
    assert document.flaws == []


def test_yaml_in_braces_is_read(written):
    assert (
        read_document(written("{openapi: 3.1.0, info: {title: a, version: '1'}, paths: {}}")).version
        == "3.1.0"
    )


@pytest.mark.parametrize("version", ["3.0.0", "3.0.4", "3.1.0", "3.1.2", "3.2.0"])
def test_every_version_is_read(version):
    document = read(contract(version=version))

    assert (document.version, document.spec["openapi"], document.flaws) == (version, version, [])


@pytest.mark.parametrize(
    ("version", "known"),
    [("3.0", "3.0.4"), ("3.1", "3.1.1"), ("3", "3.0.4"), ("3.1.0-rc1", "3.1.1"), ("3.9.0", "3.2.0")],
)
def test_odd_version_is_read_as_a_known_one(version, known):
    document = read(contract(version=version))

    assert (document.version, document.spec["openapi"]) == (version, known)
    assert list(map(str, document.flaws)) == [f"openapi: {version} is read as {known}, so write that"]


def test_member_that_is_there_twice_is_told(written):
    text = (
        YAML
        + "  /a:\n    parameters: []\n    put: {responses: {200: {description: a}, 200: {description: b}}}\n"
    )
    document = read_document(written(text))

    assert list(document.spec["paths"]["/a"]) == ["parameters", "put"]
    assert document.spec["paths"]["/a"]["put"]["responses"] == {"200": {"description": "b"}}
    assert list(map(str, document.flaws)) == [
        "paths./a: is there twice; the last one counts, so remove one",
        "paths./a.put.responses.200: is there twice; the last one counts, so remove one",
    ]


def test_member_of_json_that_is_there_twice_is_told(tmp_path):
    file = tmp_path / "library.json"
    file.write_text(
        '{"openapi": "3.0.3", "info": {"title": "a", "title": "", "version": "1"}, "paths": {"/a": {"put": {},'
        ' "get": {"responses": {"200": {"description": "a"}}, "tags": [], "tags": []}, "put": {"responses":'
        ' {"200": {"description": "b"}, "200": {"description": "c"}}}}}}'
    )
    document = read_document(file)

    assert document.spec["paths"]["/a"]["put"]["responses"] == {"200": {"description": "c"}}
    twice = "is there twice; the last one counts, so remove one"
    assert sorted(map(str, document.flaws)) == [
        "info.title: is empty; it is shown where the API is named, so add it",
        f"info.title: {twice}",
        f"paths./a.get.tags: {twice}",
        f"paths./a.put.responses.200: {twice}",
        f"paths./a.put: {twice}",
    ]


REFUSED = {
    "a list": ("- a", "not an OpenAPI document"),
    "nothing": ("", "not an OpenAPI document"),
    "another file": ("title: a", "not an OpenAPI document"),
    "broken YAML": ("openapi: 3.0.0\n\tx: [", "line 2, column 1"),
    "broken JSON": ('{"openapi": "3.0.0",, }', "line 1"),
    "a later version": ("openapi: 4.0.0", "openapi 4.0.0 is not known; 2.0, 3.0, 3.1 and 3.2 can be read"),
    "no version": ("openapi: [3]", "is not known"),
    "an early version": ('swagger: "1.2"', "swagger 1.2 is not known"),
    "a tag": ("openapi: !!binary aGVsbG8=", "the tag !!binary names no value of JSON"),
    "a circle": ("openapi: 3.0.0\npaths: &a\n  /x: *a\n", "contains an alias of itself in line 2"),
    "too deep": ("{openapi: 3.0.0, x-a: " + "[" * 300 + "]" * 300 + "}", "nested deeper than 200 levels"),
    "far too deep": ('{"openapi": "3.0.0", "x-a": ' + "[" * 99_999 + "]" * 99_999 + "}", "nested"),
    "another encoding": ("openapi: 3.0.0".encode("utf-16"), "is UTF-16; save it as UTF-8"),
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("suffix", ["yaml", "json"])
def test_what_is_no_openapi_is_refused_in_one_line(written, name, suffix):
    content, said = REFUSED[name]

    with pytest.raises(openapi.BadSpec) as refused:
        read_document(written(content, f"library.{suffix}"))

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert f"library.{suffix}: " in str(refused.value)


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(openapi.BadSpec, match=r"nowhere\.yaml: cannot be read: No such file"):
        read_document(tmp_path / "nowhere.yaml")


def test_contract_without_info_and_paths_is_read():
    assert list_flaws("openapi: 3.0.0\nwebhooks: {a: {post: {}}}") == [
        "info.title: is missing; it is shown where the API is named, so add it",
        "info.version: is missing; it is shown where the API is named, so add it",
        "paths: no operation is in it; every call answers 404, so add one",
    ]

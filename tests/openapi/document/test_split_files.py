"""A contract in several files is read as the one that they are together."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openapi.document.json_form import read_json_form
from openapi.document.split_files import bundle_files

# Apart, since no file of this project names a place outside of it.
UP = ".." + "/"

Bundle = Callable[..., tuple[dict[str, Any], list[Path], list[str]]]


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    """Write a contract, its other files by their names, into a folder of its own, and bundle it."""
    folder = tmp_path / "api"

    def write(main: str, version: str = 'openapi: "3.0.3"', **files: str) -> Any:
        for name, text in {"main.yaml": f"{version}\n{main}", **files}.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        main_file = folder / "main.yaml"
        spec, read, _, missing, _, _ = bundle_files(read_json_form(main_file), main_file, read_json_form)
        told = [f"{reference} {reason}" for reference, reason in missing.items()]
        return spec, [file.relative_to(folder).as_posix() for file in read], told

    return write


def schemas_of(spec: dict[str, Any]) -> dict[str, Any]:
    return spec["components"]["schemas"]


def test_contract_of_one_file_is_left_alone(tmp_path):
    spec = {"openapi": "3.0.3", "paths": {"/x": {"$ref": "#/paths/~1y"}, "/y": {}}}

    assert bundle_files(spec, tmp_path / "x.yaml", read_json_form) == (
        spec,
        [tmp_path / "x.yaml"],
        [],
        {},
        {},
        {},
    )


def test_schema_in_a_file_has_the_name_that_the_main_file_gives(bundle):
    spec, files, flaws = bundle(
        "components: {schemas: {Pet: {$ref: ./schemas/animal.yaml}, Herd: {items: {$ref: schemas/animal.yaml}}}}",
        **{
            "schemas/animal.yaml": "{type: object, properties: {mother: {$ref: animal.yaml}, n: {$ref: '#/x'}}, x: {}}"
        },
    )

    assert schemas_of(spec)["Herd"] == {"items": {"$ref": "#/components/schemas/Pet"}}
    assert schemas_of(spec)["Pet"]["properties"]["mother"] == {"$ref": "#/components/schemas/Pet"}
    assert schemas_of(spec)["Pet"]["properties"]["n"] == {"$ref": "#/components/schemas/x"}
    assert files == ["main.yaml", "schemas/animal.yaml"]
    assert flaws == []


def test_parts_go_where_such_parts_are(bundle):
    spec, files, flaws = bundle(
        """
paths:
  /pets: {$ref: "paths/pets.yaml"}
components: {examples: {}}
""",
        **{
            "paths/pets.yaml": f"""
parameters: [{{$ref: "{UP}common.json#/parameters/Limit"}}]
get:
  responses:
    "200": {{$ref: "{UP}common.json#/responses/Pets"}}
    "404": {{$ref: "{UP}main.yaml#/components/responses/Gone"}}
""",
            "common.json": """{
 "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"$ref": "#/schemas/Limit"}}},
 "schemas": {"Limit": {"type": "integer"}},
 "responses": {"Pets": {"description": "", "content": {"application/json":
   {"schema": {"$ref": "schemas/index.yaml"}, "examples": {"one": {"$ref": "examples/one%20pet.yaml"}}}}}}}""",
            "schemas/index.yaml": "type: array",
            "examples/one pet.yaml": f"value: [1]\nexternalValue: {UP}{UP}never.json",
        },
    )

    assert spec["paths"]["/pets"] == {
        "parameters": [{"$ref": "#/components/parameters/Limit"}],
        "get": {
            "responses": {
                "200": {"$ref": "#/components/responses/Pets"},
                "404": {"$ref": "#/components/responses/Gone"},
            }
        },
    }
    content = {"schema": {"$ref": "#/components/schemas/schemas"},
               "examples": {"one": {"$ref": "#/components/examples/one-pet"}}}  # fmt: skip
    assert spec["components"] == {
        "examples": {"one-pet": {"value": [1], "externalValue": f"{UP}{UP}never.json"}},
        "parameters": {
            "Limit": {"name": "limit", "in": "query", "schema": {"$ref": "#/components/schemas/Limit"}}
        },
        "responses": {"Pets": {"description": "", "content": {"application/json": content}}},
        "schemas": {"Limit": {"type": "integer"}, "schemas": {"type": "array"}},
    }
    assert len(files) == 5
    assert flaws == []


def test_whole_maps_and_texts_are_put_in_place(bundle):
    spec, _, flaws = bundle(
        """
info: {$ref: info.yaml}
paths: {$ref: paths.yaml}
components: {schemas: {$ref: schemas/_all.yaml}}
""",
        **{
            "info.yaml": "{title: T, description: {$ref: words.md}}",
            "words.md": "# Words: many",
            "paths.yaml": "/x: {$ref: 'x.yaml#/item'}",
            "x.yaml": "item: {post: {requestBody: {content: {a/b: {schema: {$ref: schemas/a.yaml}}}}}}",
            "schemas/_all.yaml": "{A: {$ref: a.yaml}, B: {$ref: '#/A'}}",
            "schemas/a.yaml": "{type: string}",
        },
    )

    assert spec["info"] == {"title": "T", "description": "# Words: many"}
    assert spec["paths"]["/x"]["post"]["requestBody"]["content"]["a/b"] == {
        "schema": {"$ref": "#/components/schemas/A"}
    }
    assert schemas_of(spec)["A"] == {"type": "string"}
    assert flaws == []


def test_names_that_are_taken_get_the_file_before_them(bundle):
    spec, _, _ = bundle(
        "components: {schemas: {A: {}, B: {$ref: 'x.yaml#/A'}, C: {items: {$ref: 'y.yaml#/A'}}}}",
        **{"x.yaml": "A: {type: string}", "y.yaml": "A: {type: number}"},
    )

    assert schemas_of(spec) == {
        "A": {},
        "B": {"type": "string"},
        "C": {"items": {"$ref": "#/components/schemas/y.A"}},
        "y.A": {"type": "number"},
    }


def test_files_in_a_circle_are_read_once(bundle):
    spec, files, flaws = bundle(
        "components: {schemas: {A: {items: {$ref: b.yaml}}}}",
        **{
            "b.yaml": "{items: {$ref: c.yaml}}",
            "c.yaml": "{items: {$ref: b.yaml}, not: {$ref: 'main.yaml#/components/schemas/A'}}",
        },
    )

    assert schemas_of(spec)["c"] == {
        "items": {"$ref": "#/components/schemas/b"},
        "not": {"$ref": "#/components/schemas/A"},
    }
    assert files == ["main.yaml", "b.yaml", "c.yaml"]
    assert flaws == []


def test_discriminator_may_name_files(bundle):
    mapping = "{discriminator: {propertyName: p, mapping: {a: a.yaml, b: B, c: './gone.yaml'}}}"
    spec, _, flaws = bundle(f"components: {{schemas: {{A: {mapping}}}}}", **{"a.yaml": "type: object"})

    assert schemas_of(spec)["A"]["discriminator"]["mapping"] == {
        "a": "#/components/schemas/a",
        "b": "B",
        "c": "./gone.yaml",
    }
    assert flaws == ["./gone.yaml is not there"]


def test_swagger_keeps_definitions(bundle):
    spec, _, flaws = bundle(
        """
paths:
  /x:
    get:
      parameters: [{$ref: p.yaml}]
      responses: {"200": {description: "", schema: {$ref: s.yaml}, headers: {H: {$ref: h.yaml}}}, "404": {$ref: r.yaml}}
""",
        version='swagger: "2.0"',
        **{
            "p.yaml": "{in: body}",
            "s.yaml": "{type: object}",
            "h.yaml": "{type: string}",
            "r.yaml": "{description: n}",
        },
    )

    assert spec["definitions"] == {"s": {"type": "object"}}
    assert spec["parameters"] == {"p": {"in": "body"}}
    assert spec["responses"] == {"r": {"description": "n"}}
    assert spec["paths"]["/x"]["get"]["responses"]["200"]["headers"] == {"H": {"type": "string"}}
    assert flaws == []


def test_path_items_are_shared_since_3_1(bundle):
    spec, _, _ = bundle("paths: {/x: {$ref: x.yaml}}", version="openapi: 3.1.0", **{"x.yaml": "get: {}"})

    assert spec["paths"]["/x"] == {"$ref": "#/components/pathItems/x"}
    assert spec["components"]["pathItems"] == {"x": {"get": {}}}


def test_name_may_begin_as_an_extension_does(bundle):
    main = "components: {headers: {x-id: {$ref: h.yaml}}, schemas: {A: {properties: {x-id: {$ref: s.yaml}}}}}"
    spec, _, missing = bundle(main, **{"h.yaml": "{description: h}", "s.yaml": "{type: string}"})

    assert spec["components"]["headers"] == {"x-id": {"description": "h"}}
    assert schemas_of(spec)["A"]["properties"] == {"x-id": {"$ref": "#/components/schemas/s"}}
    assert missing == []


def test_what_is_no_reference_is_left_alone(bundle):
    text = """
paths: {/x: {get: {x-a: {$ref: gone.yaml}, description: $ref}}}
components: {schemas: {A: {example: {$ref: gone.yaml}, default: {$ref: gone.yaml}, items: {$ref: b.yaml}}}}
"""
    spec, _, flaws = bundle(text, **{"b.yaml": "{properties: {$ref: {type: string}}}"})

    assert spec["paths"]["/x"]["get"]["x-a"] == {"$ref": "gone.yaml"}
    assert schemas_of(spec)["A"]["example"] == {"$ref": "gone.yaml"}
    assert schemas_of(spec)["b"] == {"properties": {"$ref": {"type": "string"}}}
    assert flaws == []


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("gone.yaml", "is not there"),
        (f"{UP}secret.yaml", "lies outside of the folder of main.yaml; put it there"),
        ("/etc/hostname", "lies outside of the folder of main.yaml; put it there"),
        ("%2e%2e/secret.yaml", "lies outside of the folder of main.yaml; put it there"),
        ("link.yaml", "lies outside of the folder of main.yaml; put it there"),
        ("linked/secret.yaml", "lies outside of the folder of main.yaml; put it there"),
        (
            "https://example.com/a.yaml",
            "is no file beside this one, and nothing is fetched; bundle it into one file",
        ),
        (
            "file:///etc/hostname",
            "is no file beside this one, and nothing is fetched; bundle it into one file",
        ),
        (
            "//example.com/a.yaml",
            "is no file beside this one, and nothing is fetched; bundle it into one file",
        ),
        ("list.yaml", "is no object"),
        ("list.yaml#/a", "is not in list.yaml"),
        ("empty.yaml", "is empty"),
        ("bad.yaml", "cannot be read: is not YAML: "),
        ("bad.json", "cannot be read: "),
        ("folder", "is no file"),
        ("list.yaml#name", "is no pointer; write # and a slash before the first name"),
        ("http://[", "is no reference; write a path, and # and a pointer behind it"),
        ("a%00b", "is no path of a file"),
    ],
)
def test_reference_that_cannot_be_followed_stays(bundle, tmp_path, reference, reason):
    (tmp_path / "secret.yaml").write_text("a: b")
    (tmp_path / "api" / "folder").mkdir(parents=True)
    (tmp_path / "api" / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    (tmp_path / "api" / "linked").symlink_to(tmp_path)
    spec, _, flaws = bundle(
        f"components: {{schemas: {{A: {{not: {{$ref: '{reference}'}}}}}}}}",
        **{"list.yaml": "[1]", "empty.yaml": "", "bad.yaml": "a: b: c", "bad.json": "{'a"},
    )

    assert schemas_of(spec) == {"A": {"not": {"$ref": reference}}}
    [flaw] = flaws
    assert flaw.startswith(f"{reference} {reason}")


def test_place_leads_to_the_file_in_which_it_was_written(tmp_path):
    (tmp_path / "a.yaml").write_text("{A: {properties: {b: {$ref: b.yaml}}}, L: [{type: object}]}")
    (tmp_path / "b.yaml").write_text("{items: {type: string}}")
    main = tmp_path / "main.yaml"
    schemas = {"A": {"$ref": "a.yaml#/A"}, "L": {"not": {"$ref": "a.yaml#/L/0"}}, "Own": {}}
    bundled = bundle_files({"openapi": "3.0.3", "components": {"schemas": schemas}}, main, read_json_form)
    at = ("components", "schemas")

    assert bundled.find_origin((*at, "A", "properties", "c")) == (
        tmp_path / "a.yaml",
        ("A", "properties", "c"),
    )
    assert bundled.find_origin((*at, "b", "items", "type")) == (tmp_path / "b.yaml", ("items", "type"))
    assert bundled.find_origin((*at, "a.L.0", "type")) == (tmp_path / "a.yaml", ("L", 0, "type"))
    assert bundled.find_origin((*at, "Own")) is None


def test_link_within_the_folder_is_followed(bundle, tmp_path):
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "link.yaml").symlink_to(tmp_path / "api" / "a.yaml")
    spec, _, flaws = bundle("components: {schemas: {A: {$ref: link.yaml}}}", **{"a.yaml": "type: string"})

    assert schemas_of(spec) == {"A": {"type": "string"}}
    assert flaws == []


def test_flaw_of_another_file_names_it(bundle):
    _, _, flaws = bundle(
        "components: {schemas: {A: {$ref: a.yaml}}}", **{"a.yaml": "{items: {$ref: gone.yaml}}"}
    )

    assert flaws == ["gone.yaml is not there (named in a.yaml)"]


def test_file_that_is_only_itself_is_told(bundle):
    _, _, flaws = bundle(
        "paths: {/x: {$ref: x.yaml}}", **{"x.yaml": "$ref: y.yaml", "y.yaml": "$ref: x.yaml"}
    )

    assert flaws == ["x.yaml leads back to itself (named in y.yaml)"]


def test_reference_to_what_only_the_main_file_has_leads_there(bundle):
    spec, _, flaws = bundle(
        "components: {schemas: {A: {$ref: a.yaml}, B: {}}}",
        **{"a.yaml": "{items: {$ref: '#/components/schemas/B'}}"},
    )

    assert schemas_of(spec)["A"] == {"items": {"$ref": "#/components/schemas/B"}}
    assert flaws == []


def test_copies_are_bounded(bundle, monkeypatch):
    monkeypatch.setattr("openapi.document.split_files.bundle._MOST_NODES", 100)
    files = {
        f"{number}.yaml": f"{{{', '.join(f'/{one}: {{$ref: {number + 1}.yaml}}' for one in range(6))}}}"
        for number in range(8)
    }
    spec, _, flaws = bundle("info: {$ref: 0.yaml}", **{**files, "8.yaml": "title: T"})

    assert "the contract has become too large" in flaws[0]
    assert len(str(spec)) < 100_000


def test_files_and_bytes_are_bounded(bundle, monkeypatch):
    monkeypatch.setattr("openapi.document.split_files.file_tree._MOST_FILES", 2)
    main = "components: {schemas: {A: {$ref: a.yaml}, B: {$ref: b.yaml}}}"
    _, files, [flaw] = bundle(main, **{"a.yaml": "{}", "b.yaml": "{}"})
    assert files == ["main.yaml", "a.yaml"]
    assert "more than 2 files" in flaw

    monkeypatch.setattr("openapi.document.split_files.file_tree._MOST_BYTES", 1)
    _, _, told = bundle(main)
    assert "more than 0 MB" in told[0]


def test_damaged_files_are_bundled(bundle):
    draw = random.Random(3)  # noqa: S311 - which damage is tried
    nodes = [
        "null",
        "[]",
        "{}",
        "1",
        "{$ref: 1}",
        "{$ref: b.yaml}",
        "{$ref: '#/a'}",
        "{$ref: 'a.yaml#/x/0'}",
        "[{$ref: a.yaml}]",
    ]
    for _ in range(60):
        one, two, three, four = draw.choices(nodes, k=4)
        bundle(
            f"paths: {{/x: {one}, /y: {{$ref: a.yaml}}}}\ncomponents: {draw.choice((two, f'{{schemas: {two}}}'))}",
            **{
                "a.yaml": f"{{get: {three}, parameters: {four}, x: [{one}], a: {two}}}",
                "b.yaml": draw.choice((f"{{a: {four}}}", four)),
            },
        )

"""Whatever stands anywhere in a contract, it is read, and what is left has the types that OpenAPI gives it."""

from __future__ import annotations

import copy
import random
import time
from typing import Any

import yaml

import openapi
from openapi.document.operations import list_parameters, walk_operations
from tests.openapi.document.contracts import read
from tests.testbed.wrong_keywords import list_wrong_schemas, make_contract

RICH = yaml.safe_load("""
openapi: 3.1.0
info: {title: Rich, version: "1"}
servers: [{url: "https://{region}.example.com/v9", variables: {region: {default: eu}}}]
security: [{key: []}]
tags: [{name: things}]
paths:
  /things/{id}:
    parameters: [{$ref: "#/components/parameters/id"}]
    servers: [{url: /v1}]
    post:
      operationId: change
      security: [{key: [], token: [read]}]
      parameters: [{name: sort, in: query, explode: false, style: form, schema: {type: array, items: {type: string}}}]
      requestBody:
        required: true
        content:
          application/json: {schema: {$ref: "#/components/schemas/Thing"}, examples: {a: {value: {id: 1}}}}
          multipart/form-data:
            schema: {type: object}
            encoding: {a: {contentType: text/csv, headers: {X: {schema: {}}}}}
      responses:
        "200":
          description: d
          headers: {X-Left: {required: true, schema: {type: integer, minimum: 1, default: 2}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}, text/csv: {example: "a,b"}}
        "404": {$ref: "#/components/responses/Gone"}
    additionalOperations: {COPY: {responses: {default: {description: d}}}}
  /others: {$ref: "#/components/pathItems/Others"}
components:
  parameters: {id: {name: id, in: path, required: true, schema: {type: integer, maximum: 5}}}
  pathItems: {Others: {get: {responses: {2XX: {description: d}}}}}
  responses:
    Gone: {description: d, content: {text/plain: {examples: {gone: {$ref: "#/components/examples/gone"}}}}}
  examples: {gone: {value: gone}}
  securitySchemes: {key: {type: apiKey, in: header, name: X-Key}, token: {type: http, scheme: bearer}}
  schemas:
    Thing:
      $id: https://example.com/thing
      type: object
      required: [id]
      discriminator: {propertyName: kind, mapping: {a: "#/components/schemas/Thing"}}
      properties:
        id: {type: [integer, "null"], readOnly: true, exclusiveMinimum: 0, enum: [1, 2, 2]}
        name: {type: string, minLength: 2, maxLength: 9, pattern: "^a", default: ab}
        parts: {type: array, minItems: 0, items: {$ref: "#"}, prefixItems: [true]}
        kind: {oneOf: [{type: string}, {allOf: [{$ref: "#/components/schemas/Thing"}]}], $defs: {a: {$anchor: b}}}
      patternProperties: {"^x": {if: {const: 1}, then: false}}
      dependentRequired: {id: [name]}
""")
OTHERS = (
    None,
    [],
    {},
    5,
    "x",
    True,
    [None],
    {"$ref": 5},
    {"$ref": "#/paths"},
    {"$ref": "#/components/schemas/Thing"},
)


def list_places(node: Any) -> list[tuple[Any, Any]]:
    """List each place below *node*, as what holds it and its key."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    return [place for key in keys for place in ((node, key), *list_places(node[key]))]


def spoil(spec: Any, dice: random.Random, count: int) -> Any:
    spoilt = copy.deepcopy(spec)
    for _ in range(count):
        holder, key = dice.choice(list_places(spoilt))
        if not (holder is spoilt and key == "openapi"):
            holder[key] = copy.deepcopy(dice.choice(OTHERS))
    return spoilt


def look_at_all(spec: Any) -> None:
    """Take from each operation what those who serve and judge it take, by its type."""
    for operation in walk_operations(spec):
        for one in list_parameters(spec, operation):
            assert isinstance(one["name"], str)
            assert isinstance(one.get("schema", {}), (dict, bool))
        body = openapi.resolve_reference(spec, operation.document.get("requestBody", {}))
        responses = [openapi.resolve_reference(spec, one) for one in operation.document["responses"].values()]
        for message in (body, *responses):
            for media_type in message.get("content", {}).values():
                assert isinstance(media_type.get("schema", {}), (dict, bool))
                assert all(isinstance(one, dict) for one in media_type.get("examples", {}).values())
            assert all(isinstance(one, dict) for one in message.get("headers", {}).values())


def test_contract_that_is_spoilt_in_any_place_is_read():
    dice = random.Random(1)  # noqa: S311 - no secret
    begun = time.process_time()
    for round_ in range(400):
        document = read(spoil(RICH, dice, 1 + round_ % 6))
        look_at_all(document.spec)
        assert all("\n" not in str(flaw) for flaw in document.flaws)

    assert time.process_time() - begun < 20


# What cannot be mended.
LASTING = ("has no default", "no operation is in it", "is missing", "is not known")


def test_what_was_mended_needs_no_mending():
    dice = random.Random(2)  # noqa: S311
    for round_ in range(100):
        once = read(spoil(RICH, dice, 1 + round_ % 6)).spec
        told = list(map(str, read(once).flaws))
        assert [line for line in told if not any(word in line for word in LASTING)] == []


def test_keyword_of_a_wrong_type_is_told_with_its_place():
    silent = {}
    for version in ("3.0.3", "3.1.0"):
        for keyword, value in list_wrong_schemas():
            flaws = list(map(str, read(make_contract({keyword: value}, version)).flaws))
            is_told = any(
                "components.schemas.Thing.properties.a" in line and keyword in line for line in flaws
            )
            if not is_told:
                silent[version, keyword] = flaws

    assert silent == {}

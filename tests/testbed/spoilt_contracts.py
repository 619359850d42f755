"""A contract that has something of everything, with anything else at any place of it."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

import yaml

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


def list_spoilt_contracts(seed: int, count: int) -> Iterator[Any]:
    """Yield *count* contracts, each spoilt at one to six places, in the dialects of schemas in turn."""
    dice = random.Random(seed)  # noqa: S311  nobody has to guess them
    for number in range(count):
        spoilt = spoil_contract(RICH, dice, 1 + number % 6)
        yield {**spoilt, "openapi": "3.0.3"} if number % 2 else spoilt


def spoil_contract(spec: Any, dice: random.Random, count: int) -> Any:
    """Copy *spec* with other values at *count* places."""
    spoilt = copy.deepcopy(spec)
    for _ in range(count):
        holder, key = dice.choice(list_places(spoilt))
        if not (holder is spoilt and key == "openapi"):
            holder[key] = copy.deepcopy(dice.choice(OTHERS))
    return spoilt

"""A library in Swagger 2.0 with a little of everything, and documents of a few members."""

from __future__ import annotations

from typing import Any

import yaml

from openapi.document.swagger import lift_swagger

RICH = """
swagger: "2.0"
info: {title: Library, version: "1"}
host: books.example.com
basePath: /v1/
schemes: [https, http]
consumes: [application/json]
produces: [application/json, application/xml]
tags: [{name: books}]
security: [{key: []}]
securityDefinitions:
  key: {type: apiKey, in: header, name: X-Key}
  login: {type: basic, description: A name and a password}
  implicit: {type: oauth2, flow: implicit, authorizationUrl: https://example.com/a, scopes: {read: Read, x-more: {}}}
  password: {type: oauth2, flow: password, tokenUrl: https://example.com/t, scopes: {}}
  machine: {type: oauth2, flow: application, tokenUrl: https://example.com/t, scopes: {}}
  code:
    {type: oauth2, flow: accessCode, authorizationUrl: "https://a.example", tokenUrl: "https://t.example", scopes: {}}
definitions:
  Book:
    type: object
    required: [title]
    discriminator: title
    properties:
      title: {type: string, x-nullable: true, enum: [A, B]}
      id: {type: integer, readOnly: true, minimum: 0, exclusiveMinimum: true}
      author: {$ref: "#/definitions/Author", x-nullable: true}
      cover: {type: string, format: byte, x-example: Zm9v}
  Author: {type: object, additionalProperties: {$ref: "#/definitions/Book"}}
  Novel: {allOf: [{$ref: "#/definitions/Book"}, {type: object}]}
  List«Book»: {type: array, items: {$ref: "#/definitions/Book"}}
parameters:
  limit: {name: limit, in: query, type: integer, default: 5}
  book: {name: book, in: body, required: true, schema: {$ref: "#/definitions/Book"}}
  file: {name: file, in: formData, type: file, required: true}
responses:
  Missing:
    description: none
    schema: {$ref: "#/definitions/Author"}
    headers: {X-Ids: {type: array, items: {type: integer}, description: Ids}}
paths:
  /books:
    parameters: [{$ref: "#/parameters/limit"}]
    get:
      operationId: listBooks
      parameters:
        - {name: csv, in: query, type: array, items: {type: string}}
        - {name: ssv, in: query, type: array, items: {type: string}, collectionFormat: ssv}
        - {name: pipes, in: query, type: array, items: {type: string}, collectionFormat: pipes}
        - {name: multi, in: query, type: array, items: {type: string}, collectionFormat: multi, allowEmptyValue: true}
        - {name: X-Ids, in: header, type: array, items: {type: integer}, x-example: [1]}
        - {name: word, in: query, type: string, pattern: "^a", x-nullable: true, x-examples: {one: ab}}
      responses:
        200:
          description: ok
          schema: {$ref: "#/definitions/List«Book»"}
          examples: {application/json: [], text/csv: "a,b"}
        404: {$ref: "#/responses/Missing"}
        default: {description: gone}
    post:
      parameters: [{$ref: "#/parameters/book"}]
      produces: [text/plain]
      responses: {"201": {description: made}, "404": {$ref: "#/responses/Missing"}}
    put:
      consumes: [application/xml]
      parameters: [{$ref: "#/parameters/book"}]
      responses: {"200": {description: ok, schema: {type: string}}}
  /books/{id}/cover:
    parameters: [{name: id, in: path, required: true, type: array, items: {type: string}}]
    post:
      parameters:
        - {$ref: "#/parameters/file"}
        - {name: words, in: formData, type: array, items: {type: string}, collectionFormat: pipes}
      consumes: [multipart/form-data, application/x-www-form-urlencoded]
      responses: {"200": {description: ok, schema: {type: file}}}
    put:
      parameters: [{name: note, in: formData, type: string}]
      security: []
      responses:
        200: {description: ok, schema: {$ref: "#/paths/~1books/get/responses/200/schema"}}
"""


def read_yaml(text: str) -> Any:
    """Read YAML with names of text only."""
    return keys_to_text(yaml.safe_load(text))


def keys_to_text(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(name): keys_to_text(value) for name, value in node.items()}
    return [keys_to_text(item) for item in node] if isinstance(node, list) else node


def lift(**members: Any) -> tuple[dict[str, Any], list[str]]:
    """Lift a document of a few members."""
    info = {"title": "t", "version": "1"}
    lifted, flaws, _ = lift_swagger({"swagger": "2.0", "info": info, "paths": {}, **members})
    return lifted, [str(flaw) for flaw in flaws]


def lift_operation(**members: Any) -> tuple[dict[str, Any], list[str]]:
    """Lift a document with one operation."""
    responses = {"200": {"description": "ok"}}
    lifted, flaws = lift(paths={"/x": {"post": {"responses": responses, **members}}})
    return lifted["paths"]["/x"]["post"], flaws


def lift_parameter(**members: Any) -> tuple[dict[str, Any], list[str]]:
    """Lift a document with one parameter."""
    operation, flaws = lift_operation(parameters=[{"name": "p", "in": "query", **members}])
    return operation["parameters"][0], flaws

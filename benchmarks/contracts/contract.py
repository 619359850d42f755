"""A contract as this benchmark reads it, apart from what is measured: its operations, and validators of its schemas."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
from referencing import Registry
from referencing.jsonschema import DRAFT4, DRAFT202012

from openapi.pointer import walk_references
from openapi.yaml_text import parse_yaml

METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
JSON = "application/json"
# Headers that OpenAPI passes over, and one that would have to be true of the body.
_NOT_WRITTEN = ("accept", "content-type", "authorization", "content-encoding")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Unreadable(Exception):
    """A file, or an operation in it, cannot be read here; the message says why."""


@dataclass(frozen=True, eq=False)
class Parameter:
    """style: of OpenAPI 3; Swagger's ways of writing a list are put into it."""

    name: str
    place: str
    is_required: bool
    schema: Any
    style: str
    explode: bool


@dataclass(frozen=True)
class Operation:
    """An operation with its references followed.

    path: with the path of the contract's first server. bodies and, by status, answers: schemas by media type.
    """

    method: str
    base: str
    path: str
    parameters: list[Parameter]
    bodies: Mapping[str, Any]
    is_body_required: bool
    answers: Mapping[str, Mapping[str, Any]]
    credentials: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"


class Contract:
    """One file. Raises Unreadable."""

    def __init__(self, file: Path) -> None:
        try:
            text = file.read_text("utf-8-sig")
            content = json.loads(text) if text.lstrip()[:1] == "{" else parse_yaml(text, may_repeat_keys=True)
            self.document: dict[str, Any] = _name_members(content)
            self.version = str(self.document.get("openapi") or self.document["swagger"])
        except (ValueError, LookupError, AttributeError, RecursionError) as error:
            raise Unreadable(f"{file}: {error}") from None
        self.is_swagger = self.version.startswith("2")
        self.is_2020 = self.version.startswith(("3.1", "3.2"))
        self._registry: Registry[Any] = Registry()
        specification = DRAFT202012 if self.is_2020 else DRAFT4
        for needless in ("readOnly", "writeOnly"):
            known = specification.create_resource(self._translate(self.document, needless))
            self._registry = self._registry.with_resource(f"urn:{needless}", known)

    def make_validator(self, schema: Any, needless: str) -> Any:
        """Make a validator of *schema* in a request (needless: readOnly) or an answer (writeOnly)."""
        cls = jsonschema.Draft202012Validator if self.is_2020 else jsonschema.Draft4Validator
        return cls(self._translate(schema, needless), registry=self._registry)

    def follow(self, node: Any) -> Any:
        """Follow references; raises Unreadable for one that leads nowhere."""
        for _ in range(20):
            if not isinstance(node, dict) or not isinstance(node.get("$ref"), str):
                return node
            target: Any = self.document
            try:
                for step in node["$ref"].removeprefix("#").split("/")[1:]:
                    step = unquote(step).replace("~1", "/").replace("~0", "~")
                    target = target[int(step)] if isinstance(target, list) else target[step]
            except (LookupError, TypeError, ValueError):
                raise Unreadable(f"no {node['$ref']}") from None
            node = target
        raise Unreadable("a reference that leads back to itself")

    def list_operations(self) -> Iterator[Operation]:
        """Yield the operations that can be read."""
        for path, item in (self.document.get("paths") or {}).items():
            # A fragment stands in no request.
            if not path.startswith("/") or "#" in path:
                continue
            item = self.follow(item)
            for method in (method for method in METHODS if isinstance(item.get(method), dict)):
                try:
                    yield self._read_operation(path, method, item)
                except (Unreadable, LookupError, AttributeError, TypeError):
                    continue

    def _read_operation(self, path: str, method: str, item: dict[str, Any]) -> Operation:
        operation = item[method]
        if any(not text.startswith("#") for text in walk_references(operation)):
            raise Unreadable("a part in another file")
        named = {}
        for one in [*item.get("parameters", []), *operation.get("parameters", [])]:
            one = self.follow(one)
            named[one["in"], one.get("name")] = one
        fields = [one for (place, _), one in named.items() if place == "formData"]
        whole = [one for (place, _), one in named.items() if place == "body"]
        bodies, is_required = self._read_body(operation, fields, whole)
        return Operation(
            method,
            self._read_base(operation, item),
            path,
            [
                self._read_parameter(one)
                for (place, name), one in named.items()
                if place not in ("body", "formData")
                and not (place == "header" and name.lower() in _NOT_WRITTEN)
            ],
            bodies,
            is_required,
            {str(code): self._read_answer(one, operation) for code, one in operation["responses"].items()},
            self._read_credentials(operation),
        )

    def _read_base(self, operation: dict[str, Any], item: dict[str, Any]) -> str:
        if self.is_swagger:
            return str(self.document.get("basePath", "")).rstrip("/")
        servers = operation.get("servers") or item.get("servers") or self.document.get("servers") or []
        for server in servers[:1]:
            url = server["url"]
            for name, variable in server.get("variables", {}).items():
                url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
            path = re.sub(r"[{}]", "", urlsplit(url).path).rstrip("/")
            return path if path.startswith("/") or not path else f"/{path}"
        return ""

    def _read_parameter(self, one: dict[str, Any]) -> Parameter:
        place = one["in"]
        style = one.get("style") or {"query": "form", "cookie": "form"}.get(place, "simple")
        explode = one.get("explode", style == "form")
        if self.is_swagger:
            kind = one.get("collectionFormat", "csv")
            style = {"ssv": "spaceDelimited", "pipes": "pipeDelimited"}.get(kind, style)
            explode = kind == "multi"
            schema = {key: value for key, value in one.items() if key not in ("name", "in", "required")}
        elif "content" in one:
            style, schema = "json", next(iter(one["content"].values())).get("schema", {})
        else:
            schema = one.get("schema", {})
        return Parameter(
            one["name"], place, place == "path" or one.get("required") is True, schema, style, explode
        )

    def _read_body(
        self, operation: dict[str, Any], fields: list[dict[str, Any]], whole: list[dict[str, Any]]
    ) -> tuple[Mapping[str, Any], bool]:
        if not self.is_swagger:
            body = self.follow(operation.get("requestBody", {}))
            content = body.get("content", {})
            return {name: one.get("schema", {}) for name, one in content.items()}, body.get(
                "required"
            ) is True
        consumes = operation.get("consumes") or self.document.get("consumes") or [JSON]
        if whole:
            return dict.fromkeys(consumes, whole[0].get("schema", {})), whole[0].get("required") is True
        if not fields:
            return {}, False
        required = [one["name"] for one in fields if one.get("required")]
        members = {
            one["name"]: {k: v for k, v in one.items() if k not in ("name", "in", "required")}
            for one in fields
        }
        schema = {"type": "object", "properties": members, **({"required": required} if required else {})}
        forms = [name for name in consumes if name in _FORMS] or [_FORMS[0]]
        return dict.fromkeys(forms, schema), bool(required)

    def _read_answer(self, one: Any, operation: dict[str, Any]) -> Mapping[str, Any]:
        answer = self.follow(one)
        if not self.is_swagger:
            return {name: content.get("schema") for name, content in answer.get("content", {}).items()}
        if "schema" not in answer:
            return {}
        produces = operation.get("produces") or self.document.get("produces") or [JSON]
        return dict.fromkeys(produces, answer["schema"])

    def _read_credentials(self, operation: dict[str, Any]) -> list[Mapping[str, Any]]:
        wanted = operation.get("security", self.document.get("security")) or [{}]
        if self.is_swagger:
            schemes = self.document.get("securityDefinitions", {})
        else:
            schemes = self.document.get("components", {}).get("securitySchemes", {})
        known = [names for names in wanted if all(name in schemes for name in names)]
        return [self.follow(schemes[name]) for name in (known or [{}])[0]]

    def _translate(self, node: Any, needless: str) -> Any:
        """Translate to JSON Schema: references, ``nullable``, and members that one direction does without."""
        if isinstance(node, list):
            return [self._translate(one, needless) for one in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            target = f"urn:{needless}{node['$ref']}"
            if not self.is_2020:
                is_nullable = node.get("nullable") is True or node.get("x-nullable") is True
                return {"anyOf": [{"$ref": target}, *([{"enum": [None]}] if is_nullable else [])]}
            return {**{key: self._translate(one, needless) for key, one in node.items()}, "$ref": target}
        made = {key: self._translate(one, needless) for key, one in node.items()}
        if isinstance(made.get("required"), list) and isinstance(node.get("properties"), dict):
            made["required"] = [
                name for name in made["required"] if not self._is_needless(node, name, needless)
            ]
        if isinstance(made.get("required"), bool) or made.get("required") == []:
            del made["required"]
        if made.get("type") == "file":
            made["type"] = "string"
        if not self.is_2020 and (made.get("nullable") is True or made.get("x-nullable") is True):
            return {"anyOf": [made, {"enum": [None]}]} if "type" in made or "allOf" in made else made
        return made

    def _is_needless(self, node: dict[str, Any], name: Any, needless: str) -> bool:
        try:
            member = self.follow(node["properties"].get(name))
            parts = [member, *map(self.follow, member.get("allOf", []))]
        except (Unreadable, AttributeError, TypeError):
            return False
        return any(isinstance(one, dict) and one.get(needless) is True for one in parts)


def _name_members(node: Any) -> Any:
    """Make texts of the names of members, which YAML reads as numbers where they look like it."""
    if isinstance(node, dict):
        return {
            key if isinstance(key, str) else json.dumps(key): _name_members(value)
            for key, value in node.items()
        }
    return [_name_members(one) for one in node] if isinstance(node, list) else node

"""A contract without a behaviour, served from its own examples."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft4Validator, ValidationError

import openapi
from mockserver import fixtures
from mockserver.contract.examples import example_headers, named_examples
from mockserver.contract.handler import Handler
from mockserver.contract.parameters.path_template import VARIABLE
from mockserver.http.problems import CannotStart
from mockserver.http.reply import Reply
from mockserver.samples.sample import build_sample
from mockserver.services.service import Service
from mockserver.session.session import Session
from mockserver.session.store import Key, Record
from openapi import Spec
from openapi.media_type import is_json
from openapi.text_file import read_utf_8
from openapi.yaml_text import to_json_form

# Connexion reads a document by recursion, some frames for each level.
_DEEPEST = 100


class NoFixtures(fixtures.Fixtures):
    """The fixtures of an API without a state."""

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield nothing."""
        yield from ()

    @classmethod
    def render_records(cls, records: Any) -> dict[str, Any]:  # noqa: ARG003 - there are none
        """Render the empty document."""
        return {}


class ExampleHandler:
    """Answers every valid call of an operation with the same reply."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    async def handle(self, session: Session, arguments: dict[str, Any]) -> Reply:  # noqa: ARG002
        """Answer, whatever the arguments."""
        return self._reply

    async def look_up(self, session: Session, body: Any) -> None:
        """Do nothing: examples are there whatever is named."""

    def argument_mismatch(self, given: Collection[str]) -> None:
        """Accept the arguments of every contract, since the reply depends on none."""


def load_service(file: Path) -> Service:
    """Make a service of the OpenAPI 3.0 file *file*, named after it.

    An operation without an operationId is called ``METHOD path``.
    Raises CannotStart for a file that cannot be served, with one line that says why.
    """
    spec = _read_document(file)
    names = set()
    for path, method, operation in _list_operations(spec, file):
        name = operation.get("operationId") or f"{method.upper()} {path}"
        operation["operationId"] = name
        operation.pop("x-openapi-router-controller", None)
        if name in names:
            raise CannotStart(f"{file}: two operations are called {name}; give one another operationId")
        names.add(name)
        for response in operation["responses"].values():
            _add_examples(spec, openapi.resolve_reference(spec, response))
    return Service(file.stem, spec, None, NoFixtures(), str(file), make_handlers=_make_handlers)


def _make_handlers(spec: Spec) -> dict[str, Handler]:
    """Make a handler of the examples of each operation."""
    operations = [
        item[method] for item in spec["paths"].values() for method in openapi.METHODS if method in item
    ]
    return {one["operationId"]: ExampleHandler(_choose_reply(spec, one["responses"])) for one in operations}


def _read_document(file: Path) -> Spec:
    try:
        content = json.loads(read_utf_8(file)) if file.suffix == ".json" else openapi.read_contract(file)
        spec = to_json_form(content, _DEEPEST)
        _check_version(spec)
        _check_document(spec)
        _simplify_references(spec, spec, {})
    except openapi.BadSpec as error:
        raise CannotStart(" ".join(str(error).split())) from None
    except OSError as error:
        raise CannotStart(f"{file}: cannot be read: {error.strerror}") from None
    except RecursionError:
        raise CannotStart(f"{file}: nested too deep to be read") from None
    except ValueError as error:
        raise CannotStart(f"{file}: {' '.join(str(error).split())[:300]}") from None
    return _inline_references(spec)


def _check_version(spec: Any) -> None:
    """Make the version one that is known, with three numbers."""
    version = str(spec.get("openapi")) if isinstance(spec, dict) else None
    if version is None or not re.fullmatch(r"3\.0(\..*)?", version):
        raise ValueError(f"OpenAPI {version} cannot be served; write openapi: 3.0.3")
    if not re.fullmatch(r"3\.0\.\d", version):
        spec["openapi"] = "3.0.3"


@cache
def _openapi_schema() -> Draft4Validator:
    """Compile the schema of OpenAPI 3.0 documents, which Connexion brings along."""
    # Imported late: it takes as long as all the rest of the start.
    from mockserver.contract.connexion import read_document_schema

    return Draft4Validator(read_document_schema(), validate_formats=False)


def _check_document(spec: Spec) -> None:
    """Raise ValueError for what is no OpenAPI document that can be served."""
    if not spec.get("paths") and isinstance(spec.get("paths", {}), dict):
        raise ValueError("names no paths; there is nothing to serve")
    for error in _openapi_schema().iter_errors(spec):
        worst = _find_deepest(error)
        raise ValueError(f"{'.'.join(map(str, worst.instance_path)) or 'the document'}: {worst.message}")
    for name in ("x-error-body", "x-error-codes"):
        if (name in spec) and not (
            isinstance(spec.get("x-error-body"), dict) and isinstance(spec.get("x-error-codes"), dict)
        ):
            raise ValueError(f"{name} needs x-error-body and x-error-codes beside it, both objects")
    for server in spec.get("servers", [])[:1]:
        try:
            server["url"].format(
                **{name: one["default"] for name, one in server.get("variables", {}).items()}
            )
        except (LookupError, ValueError):
            raise ValueError(f"servers.0.url: {server['url']} has a variable without a default") from None


def _find_deepest(error: ValidationError) -> ValidationError:
    """Find the error at the deepest place: of several alternatives the one that fits furthest is the intended one."""
    context: list[list[ValidationError]] = getattr(error.kind, "context", [])
    causes = [_find_deepest(one) for branch in context for one in branch]
    return max(causes, key=lambda cause: len(cause.instance_path), default=error)


def _simplify_references(node: Any, spec: Spec, moved: dict[str, str]) -> None:
    """Point the references that are hard to read, with escapes in them, to plain names in components.

    Raises ValueError for one that leads nowhere, out of the file or back to itself.
    """
    if isinstance(node, dict) and "$ref" in node:
        reference = node["$ref"]
        if not isinstance(reference, str):
            raise ValueError("a member that is called $ref, and no reference, cannot be served")
        if not reference.startswith("#/"):
            raise ValueError(f"{reference} lies in another file; bundle both into one")
        try:
            target = openapi.resolve_reference(spec, {"$ref": reference})
        except (LookupError, TypeError):
            raise ValueError(f"there is no {reference}") from None
        if not isinstance(target, dict):
            raise ValueError(f"{reference} is no object")
        if "%" in reference or "~" in reference:
            if reference not in moved:
                place = f"x-place-{len(moved)}"
                spec.setdefault("components", {})[place] = target
                moved[reference] = f"#/components/{place}"
            node["$ref"] = moved[reference]
    for value in list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else ():
        _simplify_references(value, spec, moved)


def _inline_references(spec: Spec) -> Spec:
    """Put what path items and security schemes refer to in their place."""
    paths = {path: item for path, item in spec["paths"].items() if path.startswith("/")}
    spec["paths"] = {path: openapi.resolve_reference(spec, item) for path, item in paths.items()}
    components = spec.get("components", {})
    if "securitySchemes" in components:
        schemes = components["securitySchemes"].items()
        components["securitySchemes"] = {
            name: openapi.resolve_reference(spec, scheme) for name, scheme in schemes
        }
    return spec


def _list_operations(spec: Spec, file: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    known: dict[tuple[str, str], str] = {}
    for path, item in spec["paths"].items():
        for method in (method for method in openapi.METHODS if method in item):
            same = known.setdefault((method, VARIABLE.sub("{}", path).removesuffix("/")), path)
            if same != path:
                raise CannotStart(f"{file}: {same} and {path} are the same path; keep one {method.upper()}")
            yield path, method, item[method]


def _add_examples(spec: Spec, response: dict[str, Any]) -> None:
    """Give a response without an example one that its schema allows, and its headers theirs."""
    for media_type, content in response.get("content", {}).items():
        if content.get("schema") and not content.get("examples") and "example" not in content:
            content["example"] = _build_example(spec, media_type, content["schema"])
    headers = {
        name: openapi.resolve_reference(spec, header) for name, header in response.get("headers", {}).items()
    }
    for header in headers.values():
        schema = openapi.resolve_reference(spec, header.get("schema", {}))
        if "example" not in header and (header.get("required") or {"example", "default"} & {*schema}):
            header["example"] = build_sample(spec, schema)
    if headers:
        response["headers"] = headers


def _build_example(spec: Spec, media_type: str, schema: Any) -> Any:
    """Build an example; nothing in a format that cannot be written, unless the schema shows how it looks."""
    value = build_sample(spec, schema)
    if is_json(media_type) or "*" in media_type:
        return value
    is_text = media_type.startswith("text/") and not media_type.startswith("text/xml")
    is_shown = is_text or "example" in openapi.resolve_reference(spec, schema)
    return value if isinstance(value, str) and is_shown else ""


def _choose_reply(spec: Spec, responses: dict[str, Any]) -> Reply:
    """Give the first success's example; where there is none, that of a redirect, or of whatever else there is."""
    code = min(responses, key=lambda code: ("23d".find(code[0]) % 4, code), default="default")
    response = openapi.resolve_reference(spec, responses.get(code, {}))
    for media_type, content in response.get("content", {}).items():
        if not content.get("examples"):
            content.setdefault("example", _build_example(spec, media_type, {}))
    status = int(code.replace("X", "0")) if code != "default" else 200
    shown = next(iter(named_examples(spec, response).values()), Reply(status))
    return Reply(status, shown.body, shown.headers).with_headers(example_headers(response))

"""A contract without a behaviour, served from its own examples."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft4Validator, ValidationError

import openapi
from mockserver import fixtures
from mockserver.contract.handler import Handler
from mockserver.contract.parameters.path_template import VARIABLE
from mockserver.contract.responses.example_handler import ExampleHandler
from mockserver.http.problems import CannotStart
from mockserver.services.service import Service
from mockserver.session.store import Key, Record
from openapi import Spec
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
    return Service(file.stem, spec, None, NoFixtures(), str(file), make_handlers=_make_handlers)


def _make_handlers(spec: Spec) -> dict[str, Handler]:
    """Make a handler of each operation."""
    operations = [
        item[method] for item in spec["paths"].values() for method in openapi.METHODS if method in item
    ]
    return {one["operationId"]: ExampleHandler() for one in operations}


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

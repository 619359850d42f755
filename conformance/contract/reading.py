"""An OpenAPI file as the judge reads it: its operations, their credentials, and what they promise to answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openapi
from conformance.contract.keyword_types import check_keyword_types
from conformance.contract.patterns import list_unread_patterns, remove_patterns
from conformance.target.model import BadProfile
from openapi.media_type import is_json
from openapi.pointer import escape_step, walk_references
from openapi.yaml_text import BadYaml, parse_yaml, to_json_form

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError
    from schemathesis.schemas import APIOperation
    from schemathesis.specs.openapi.schemas import OpenApiSchema

    Generator = APIOperation[Any, Any, Any, Any]

METHODS = ("get", "put", "post", "patch", "delete")  # asked; what others answer is plumbing
_ODD_METHODS = (
    "head",
    "options",
    "trace",
    "query",
)  # the last one since OpenAPI 3.2, with any others by name
_DEEPEST = 200  # levels; the libraries that read a contract recurse, a few frames for each
_LONGEST_COMPLAINT = 300


class BadContract(BadProfile):
    """An OpenAPI file is not fit to judge by; the message says which, and what is wrong with it."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation of a contract.

    id: its operationId, or method and path, in letters that an id may have. pointer: where it stands in the
    file. generator: makes requests to it. validator: checks responses; formats are left out of it, for they are only
    hints. security: sets of schemes by name, of which a request has to satisfy one; none if it needs no credential.
    """

    id: str
    method: str
    path: str
    pointer: str
    raw: Mapping[str, Any] = field(repr=False)
    generator: Generator = field(repr=False)
    validator: Generator = field(repr=False)
    security: Sequence[frozenset[str]] = ()

    @property
    def statuses(self) -> list[str]:
        """The statuses that are documented, as they are written: 200, 4XX, default."""
        return [str(status) for status in self.raw.get("responses", {})]

    def documents_status(self, status: int) -> bool:
        """Tell whether *status* is documented by number or by its class."""
        return {str(status), f"{status // 100}XX"} & {one.upper() for one in self.statuses} != set()

    @cached_property
    def media_types(self) -> list[str]:
        """The media types that a body may have; none if there is no body."""
        return [str(body.media_type) for body in self.generator.body]

    @property
    def takes_only_non_json(self) -> bool:
        """Whether there is a body, and none that is JSON."""
        return bool(self.media_types) and not any(map(is_json, self.media_types))


@dataclass(frozen=True, eq=False)
class Contract:
    """A whole file.

    name: the API's, made of its title. schemes: the security schemes by name. unread_patterns: those that nothing is
    compared with.
    """

    file: Path
    name: str
    sha256: str
    spec: openapi.Spec = field(repr=False)
    operations: Sequence[Operation] = field(repr=False)
    schemes: Mapping[str, Mapping[str, Any]] = field(repr=False)
    unread_patterns: Sequence[str] = ()

    @property
    def base_path(self) -> str:
        """The path of the first server that the file names, which base_url is to end with; empty if it has none."""
        server = (self.spec.get("servers") or [{}])[0]
        url = str(server.get("url", self.spec.get("basePath", "")))
        for name, variable in (server.get("variables") or {}).items():
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")))
        path = re.sub(r"^(\w+:)?//[^/]*", "", url).rstrip("/")
        return path if re.fullmatch(r"(/[\w.~%-]+)+", path, re.ASCII) else ""


def read_contract(file: Path) -> Contract:
    """Read an OpenAPI 3 or Swagger 2 file.

    Raises BadContract if it cannot be read, is no such file, or refers to other files.
    """
    try:
        return _read_content(file, file.read_bytes())
    except OSError as error:
        raise BadContract(f"{file}: cannot be read: {error.strerror}; name an OpenAPI file") from None
    except UnicodeDecodeError:
        raise BadContract(f"{file}: is not UTF-8 text; name an OpenAPI file") from None
    except RecursionError:
        raise BadContract(f"{file}: is nested too deep to be read") from None
    except BadYaml as error:
        raise BadContract(f"{file}: {error}") from None
    except (ValueError, LookupError, TypeError) as error:
        if isinstance(error, BadContract):
            raise
        raise BadContract(f"{file}: {' '.join(str(error).split())[:_LONGEST_COMPLAINT]}") from None


@lru_cache  # by content: a profile is read several times in a run, and a contract takes a second
def _read_content(file: Path, content: bytes) -> Contract:
    return build_contract(
        file, _parse(file, content.decode("utf-8-sig")), hashlib.sha256(content).hexdigest()
    )


def build_contract(file: Path, document: Any, sha256: str = "") -> Contract:
    """Make the contract of a *document* that was read from *file*; raises ValueError if it is none to judge by."""
    spec = to_json_form(document, _DEEPEST)
    _check_document(spec)
    return _make_contract(file, spec, sha256)


def _parse(file: Path, text: str) -> Any:
    return json.loads(text) if file.suffix == ".json" else parse_yaml(text, may_repeat_keys=True)


def list_odd_operations(spec: openapi.Spec) -> list[str]:
    """List the operations with methods that are not asked, as method and path."""
    found = []
    for path, reference in (spec.get("paths") or {}).items():
        item = openapi.resolve_reference(spec, reference)
        if isinstance(item, dict):
            methods = [method for method in _ODD_METHODS if method in item]
            found += [
                f"{method.upper()} {path}" for method in (*methods, *item.get("additionalOperations", {}))
            ]
    return found


def _check_document(spec: Any) -> None:
    """Raise ValueError for what is no OpenAPI document, has a keyword of a wrong type, or refers to another."""
    if not isinstance(spec, dict) or not {"openapi", "swagger"} & spec.keys():
        raise ValueError("is no OpenAPI document; it needs 'openapi' or 'swagger' at its root")
    for name in {"openapi", "swagger"} & spec.keys():
        spec[name] = str(spec[name])
    check_keyword_types(spec)
    anchors = {
        f"#{name}" for keyword in ("$anchor", "$dynamicAnchor") for name in walk_references(spec, keyword)
    }
    dynamic = [one for keyword in ("$dynamicRef", "$recursiveRef") for one in walk_references(spec, keyword)]
    for reference in (*walk_references(spec), *(one for one in dynamic if one != "#" and one not in anchors)):
        if not reference.startswith("#"):
            raise ValueError(
                f"{reference} lies in another file, and nothing is fetched; bundle them into one"
            )
        try:
            openapi.resolve_reference(spec, {"$ref": reference})
        except (LookupError, TypeError):
            raise ValueError(f"there is no {reference}") from None


def _make_contract(file: Path, spec: openapi.Spec, sha256: str) -> Contract:
    name = _derive_name(str((spec.get("info") or {}).get("title", "")))
    if not name:
        raise ValueError("info.title is missing; it names the API")
    if name in openapi.api_names():
        name = f"{name}-spec"  # whose ids are not those of the API of that name
    unread_patterns = list_unread_patterns(spec)
    root = spec.get("components") or {}
    schemes = root.get("securitySchemes") or spec.get("securityDefinitions") or {}
    return Contract(
        file=file,
        name=name,
        sha256=sha256,
        spec=spec,
        operations=_list_operations(remove_patterns(spec, unread_patterns) if unread_patterns else spec),
        schemes={str(key): openapi.resolve_reference(spec, scheme) for key, scheme in schemes.items()},
        unread_patterns=unread_patterns,
    )


def _derive_name(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def _list_operations(spec: openapi.Spec) -> list[Operation]:
    generators, validators = _load_operations(spec), _load_operations(_remove_formats(spec))
    operations = []
    for (path, method), generator in generators.items():
        if method not in METHODS:
            continue
        raw = generator.definition.raw
        step = escape_step(path)
        operations.append(
            Operation(
                id=re.sub(
                    r"[^\w.]+", "-", raw.get("operationId") or f"{method}-{path}", flags=re.ASCII
                ).strip("-"),
                method=method.upper(),
                path=path,
                pointer=f"#/paths/{step}/{method}",
                raw=raw,
                generator=generator,
                validator=validators[path, method],
                security=_list_security_alternatives(raw.get("security", spec.get("security") or [])),
            )
        )
    ids = [one.id for one in operations]
    for one in operations:
        if ids.count(one.id) > 1:
            raise ValueError(f"two operations are called {one.id}; give each its own operationId")
    if not operations:
        raise ValueError("has no operations; there is nothing to judge")
    # What is deleted cannot be asked any more, so that comes last.
    return sorted(operations, key=lambda one: one.method == "DELETE")


def _list_security_alternatives(alternatives: Sequence[Mapping[str, Any]]) -> list[frozenset[str]]:
    # An empty alternative means that the operation needs no credential.
    ways = [frozenset(map(str, one)) for one in alternatives]
    return [] if frozenset() in ways else ways


def _load_operations(spec: openapi.Spec) -> dict[tuple[str, str], Generator]:
    import jsonschema_rs
    import schemathesis
    from schemathesis.core.errors import LoaderError
    from schemathesis.core.result import Err

    # Credentials come from the profile, nothing is kept between runs, and many servers take no zero bytes.
    generation = {"with-security-parameters": False, "database": "none", "allow-x00": False}
    config = schemathesis.Config.from_dict({"generation": generation, "cache": {"enabled": False}})
    try:
        schema: OpenApiSchema = schemathesis.openapi.from_dict(spec, config=config)
        schema.validate()
    except LoaderError as error:
        raise ValueError(str(error)) from None
    except jsonschema_rs.ValidationError as error:
        cause = _find_deepest(error)
        at = ".".join(map(str, cause.instance_path)) or "the document"
        raise ValueError(f"{at}: {cause.message}") from None
    found: dict[tuple[str, str], Generator] = {}
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise ValueError(str(result.err()))
        operation = result.ok()
        found[operation.path, operation.method] = operation
    return found


def _find_deepest(error: ValidationError) -> ValidationError:
    """Find the error at the deepest place: of several alternatives the one that fits furthest is the intended one."""
    context: list[list[ValidationError]] = getattr(error.kind, "context", [])
    causes = [_find_deepest(one) for branch in context for one in branch]
    return max(causes, key=lambda cause: len(cause.instance_path), default=error)


def _remove_formats(node: Any) -> Any:
    """Copy a contract without ``format``, which JSON Schema leaves to the reader."""
    if isinstance(node, list):
        return [_remove_formats(item) for item in node]
    if isinstance(node, dict):
        return {
            key: _remove_formats(value)
            for key, value in node.items()
            if key != "format" or not isinstance(value, str)
        }
    return node

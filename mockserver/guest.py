"""A contract without a behaviour, served from its own examples."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openapi
from mockserver import exact_json, fixtures
from mockserver.exchange import Reply
from mockserver.operation import JSON, json_content
from mockserver.problems import CannotStart
from mockserver.sample import sample
from mockserver.service import Service
from mockserver.store import Key, Record
from openapi import Spec


class Fixtures(fixtures.Fixtures):
    """A guest knows nothing and remembers nothing."""

    def records(self) -> Iterator[tuple[Key, Record]]:
        """Yield nothing."""
        yield from ()

    @classmethod
    def of(cls, records: Any) -> Fixtures:  # noqa: ARG003 - there are none
        """Make the empty document."""
        return cls()


def service(file: Path) -> Service:
    """Make a service of the OpenAPI 3.0 file *file*, named after it.

    An operation without an operationId is called ``METHOD path``.
    Raises CannotStart for a file that cannot be served, with one line that says why.
    """
    spec = _read(file)
    handlers: dict[str, Any] = {}
    for path, method, operation in _operations(spec, file):
        name = operation.setdefault("operationId", f"{method.upper()} {path}")
        if name in handlers:
            raise CannotStart(f"{file}: two operations are called {name}; give one another operationId")
        responses = operation.get("responses") or {}
        for response in responses.values():
            _complete(spec, openapi.resolved(spec, response))
        handlers[name] = _handler(_reply(spec, responses))
    api = type("Api", (), {**handlers, "__init__": lambda *_: None})
    return Service(file.stem, spec, api, Fixtures())


def _read(file: Path) -> Spec:
    try:
        content = json.loads(file.read_text("utf-8")) if file.suffix == ".json" else openapi.read(file)
        spec: Spec = _plain(content)
        _check_references(spec, spec)
    except openapi.BadSpec as error:
        raise CannotStart(" ".join(str(error).split())) from None
    except OSError as error:
        raise CannotStart(f"{file}: cannot be read: {error.strerror}") from None
    except RecursionError:
        raise CannotStart(f"{file}: an alias in it refers to itself; use $ref instead") from None
    except ValueError as error:
        raise CannotStart(f"{file}: {error}") from None
    version = str(spec.get("openapi")) if isinstance(spec, dict) else None
    if version is None or not version.startswith("3.0"):
        raise CannotStart(f"{file}: OpenAPI {version} cannot be served; write openapi: 3.0.3")
    return {**spec, "openapi": version if version.count(".") == 2 else "3.0.3"}


def _plain(node: Any) -> Any:
    """Take YAML for the JSON it stands for: a status without quotes is a name, a date is text."""
    if isinstance(node, dict):
        return {_name(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(item) for item in node]
    return node.isoformat() if isinstance(node, datetime.date) else node


def _name(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key, default=str).strip('"')


def _check_references(node: Any, spec: Spec) -> None:
    """Raise ValueError for a reference that leads nowhere."""
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            if not reference.startswith("#/"):
                raise ValueError(f"{reference} lies in another file; bundle both into one")
            try:
                openapi.resolved(spec, {"$ref": reference})
            except (LookupError, TypeError):
                raise ValueError(f"there is no {reference}") from None
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _check_references(value, spec)


def _operations(spec: Spec, file: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    paths = spec.get("paths")
    if not isinstance(paths, dict) or not paths:
        raise CannotStart(f"{file}: names no paths; there is nothing to serve")
    for path, item in paths.items():
        if not isinstance(item, dict):
            raise CannotStart(f"{file}: {path} holds no operations")
        if "$ref" in item:
            item = paths[path] = openapi.resolved(spec, item)
        for method in (method for method in openapi.METHODS if isinstance(item.get(method), dict)):
            yield path, method, item[method]


def _complete(spec: Spec, response: dict[str, Any]) -> None:
    """Give a response without an example one that its schema allows."""
    content: Any = json_content(response)
    if content.get("schema") and not content.get("examples") and "example" not in content:
        content["example"] = sample(spec, content["schema"])


def _handler(reply: Reply) -> Callable[..., Any]:
    async def handler(self: Any, /, **anything: Any) -> Reply:  # noqa: ARG001 - the example is the same for all
        return reply

    return handler


def _reply(spec: Spec, responses: dict[str, Any]) -> Reply:
    """Give the first success's example."""
    code = min((code for code in responses if code.startswith("2")), default="default")
    content = openapi.resolved(spec, responses.get(code, {})).get("content") or {}
    status = int(code) if code.isdigit() else 200
    if not content:
        return Reply(status)
    media_type = JSON if JSON in content else next(iter(content))
    body = _example(spec, content[media_type] or {})
    if media_type == JSON and body is not None:
        return Reply(status, body)
    is_text = isinstance(body, str)
    raw = body.encode() if is_text else exact_json.dumps(body)
    return Reply(status, raw, {"Content-Type": media_type if "*" not in media_type else "text/plain"})


def _example(spec: Spec, content: dict[str, Any]) -> Any:
    for example in (content.get("examples") or {}).values():
        return openapi.resolved(spec, example).get("value")
    return content["example"] if "example" in content else sample(spec, content.get("schema", {}))

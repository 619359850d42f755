"""The operations of a contract, as an agent needs them to call one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from typing_extensions import TypedDict  # of which pydantic can make schemas before Python 3.12

import openapi
from mockserver.command.mcp.bounds import MOST_CHARACTERS, count_characters
from openapi import Spec
from openapi.document.operations import (
    FoundOperation,
    find_security,
    find_server,
    list_parameters,
    read_base_path,
    walk_operations,
)
from openapi.pointer import walk_references
from openapi.yaml_text import parse_yaml


class ListedOperation(TypedDict):
    """One line on an operation. credentials: the ways to call it, by their names in the contract; one is needed.

    statuses: of the answers that the contract has; any other can be forced, too.
    """

    api: str
    operation: str
    method: str
    path: str
    summary: str
    credentials: list[str]
    statuses: list[str]


class DescribedOperation(TypedDict):
    """What the contract says of an operation; references has what stands behind each $ref."""

    api: str
    operation: str
    method: str
    path: str
    contract: dict[str, Any]
    references: dict[str, Any]


@lru_cache(8)
def parse_contract(text: str) -> Spec:
    """Read a contract as the control plane writes it; the same object for the same text, so treat it as read-only."""
    spec: Spec = parse_yaml(text, may_repeat_keys=True)
    return spec


def list_operations(api: str, spec: Spec) -> Iterator[ListedOperation]:
    """Yield the operations of *api* in the order of its contract."""
    for one in walk_operations(spec):
        said = one.document.get("summary") or one.document.get("description") or ""
        yield {
            "api": api,
            "operation": one.document["operationId"],
            "method": one.http_method,
            "path": _find_path(spec, one),
            "summary": str(said).partition("\n")[0],
            "credentials": [" and ".join(names) or "none" for names in find_security(spec, one)],
            "statuses": list(map(str, one.document.get("responses", {}))),
        }


def describe_operation(api: str, spec: Spec, name: str) -> DescribedOperation | None:
    """Return what the contract says of the operation called *name*; None if there is none."""
    for one in walk_operations(spec):
        if one.document["operationId"] == name:
            contract = _strip_marks({**one.document, "parameters": list_parameters(spec, one)})
            return {
                "api": api,
                "operation": name,
                "method": one.http_method,
                "path": _find_path(spec, one),
                "contract": contract,
                "references": _collect_references(spec, contract, _name_schemes(spec, one)),
            }
    return None


def _find_path(spec: Spec, one: FoundOperation) -> str:
    return read_base_path(find_server(spec, one)) + one.path


def _strip_marks(node: Any) -> Any:
    """Leave out what is in a contract for this project and for other tools."""
    if isinstance(node, dict):
        return {key: _strip_marks(value) for key, value in node.items() if not str(key).startswith("x-")}
    return [_strip_marks(item) for item in node] if isinstance(node, list) else node


def _name_schemes(spec: Spec, one: FoundOperation) -> list[str]:
    """Return references to what describes the credentials of an operation."""
    return [f"#/components/securitySchemes/{name}" for names in find_security(spec, one) for name in names]


def _collect_references(spec: Spec, node: Any, others: Sequence[str]) -> dict[str, Any]:
    """Map *others*, the references in *node* and those in what they refer to, to what stands there.

    What there is no room for is left out.
    """
    found: dict[str, Any] = {}
    left = MOST_CHARACTERS - count_characters(node)
    waiting = [*others, *walk_references(node)]
    while waiting:
        reference = unquote(waiting.pop(0))
        if reference in found or not reference.startswith("#/"):
            continue
        target = _strip_marks(openapi.resolve_reference(spec, {"$ref": reference}))
        left -= count_characters(target)
        if left < 0:
            found[reference] = "left out, since it is long"
            continue
        found[reference] = target
        waiting += walk_references(target)
    return found

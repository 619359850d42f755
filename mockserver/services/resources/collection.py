"""The collections of a contract: a path, and below it a path with one variable more, whose items are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import openapi
from mockserver.services.resources.shape import (
    ANY_ITEM,
    Shape,
    find_item_shape,
    find_list_shape,
    list_id_members,
    read_success_schema,
)
from openapi import Spec
from openapi.document.operations import VARIABLE, FoundOperation, list_parameters, walk_operations

# What each method does to a collection, and to an item of one.
_ON_COLLECTION = {"get": "list", "post": "create"}
_ON_ITEM = {"get": "read", "put": "replace", "patch": "change", "delete": "remove"}


@dataclass(frozen=True)
class Action:
    """What one operation does, such as ``create``; shape: of the item or list in its answer, None if it has none."""

    name: str
    operation: FoundOperation
    shape: Shape | None


@dataclass(frozen=True)
class Collection:
    """Items under one path template.

    variable: what names an item in its path. id_member: the member of an item that has the same value; id_schema: its
    schema. shape: of an item. actions: by operationId.
    """

    template: str
    variable: str
    id_member: str
    id_schema: Mapping[str, Any]
    shape: Shape
    actions: Mapping[str, Action] = field(default_factory=dict)

    @property
    def has_numbers(self) -> bool:
        """Whether the ids are numbers."""
        kind = self.id_schema.get("type")
        return "integer" in kind if isinstance(kind, list) else kind in ("integer", "number")

    def fill_path(self, values: Mapping[str, Any]) -> str:
        """Write the path of the collection with the *values* of its variables."""
        return VARIABLE.sub(lambda match: str(values.get(match[1], match[0])), self.template)

    def owns_path(self, path: str) -> bool:
        """Tell whether *path* is one that fill_path() may write."""
        ours, theirs = self.template.split("/"), path.split("/")
        return len(ours) == len(theirs) and all(
            bool(part) if VARIABLE.fullmatch(segment) else segment == part
            for segment, part in zip(ours, theirs, strict=True)
        )


def find_collections(spec: Spec) -> list[Collection]:
    """Find the collections in which something can be written, and read again."""
    operations: dict[str, dict[str, FoundOperation]] = {}
    for operation in walk_operations(spec):
        operations.setdefault(operation.path.rstrip("/"), {})[operation.method] = operation
    found = (
        _make_collection(spec, path, operations.get(path.rpartition("/")[0], {}), of_item)
        for path, of_item in operations.items()
        if VARIABLE.fullmatch(path.rpartition("/")[2])
    )
    return [collection for collection in found if collection is not None]


def _make_collection(
    spec: Spec,
    item_path: str,
    of_collection: Mapping[str, FoundOperation],
    of_item: Mapping[str, FoundOperation],
) -> Collection | None:
    template, _, last = item_path.rpartition("/")
    variable = last[1:-1]
    is_written = "post" in of_collection or "put" in of_item
    if not is_written or not ({"get"} & {*of_collection, *of_item}):
        return None
    id_members = list_id_members(variable)
    shapes = list(_find_shapes(spec, of_collection, of_item, id_members))
    # Of the item alone first: a list may show less of it.
    shape, id_member = next(
        ((shape, found) for _, shape, found in shapes), (ANY_ITEM, _guess_id_member(variable))
    )
    if _answers_otherwise(spec, [*of_collection.values(), *of_item.values()], shapes):
        return None
    by_operation = {operation.document["operationId"]: found for operation, found, _ in shapes}
    actions = {
        operation.document["operationId"]: Action(
            name, operation, _find_own_shape(spec, operation, by_operation)
        )
        for names, group in ((_ON_COLLECTION, of_collection), (_ON_ITEM, of_item))
        for method, name in names.items()
        if (operation := group.get(method)) is not None
    }
    id_schema = shape.members.get(id_member) or _find_variable_schema(spec, of_item, variable)
    return Collection(template, variable, id_member, id_schema, shape, actions)


def _find_shapes(
    spec: Spec,
    of_collection: Mapping[str, FoundOperation],
    of_item: Mapping[str, FoundOperation],
    id_members: Sequence[str],
) -> Iterator[tuple[FoundOperation, Shape, str]]:
    """Find the items in the answers, in the order in which they are believed."""
    order = [of_item.get("get"), of_collection.get("post"), of_item.get("put"), of_item.get("patch")]
    for operation in order:
        schema = None if operation is None else read_success_schema(spec, operation.document)
        found = None if schema is None else find_item_shape(spec, schema, id_members)
        if operation is not None and found is not None:
            id_members = [found[1]]
            yield operation, *found
    if "get" in of_collection:
        operation = of_collection["get"]
        found = find_list_shape(spec, read_success_schema(spec, operation.document) or {}, id_members)
        if found is not None:
            yield operation, *found


def _answers_otherwise(
    spec: Spec, operations: Sequence[FoundOperation], shapes: Sequence[tuple[FoundOperation, Shape, str]]
) -> bool:
    """Tell whether answers have schemas, and none of them has an item in it: then it is no collection."""
    schemas = [read_success_schema(spec, operation.document) for operation in operations]
    return not shapes and any(schemas)


def _find_own_shape(spec: Spec, operation: FoundOperation, found: Mapping[str, Shape]) -> Shape | None:
    name = operation.document["operationId"]
    if name in found:
        return found[name]
    return ANY_ITEM if read_success_schema(spec, operation.document) == {} else None


def _guess_id_member(variable: str) -> str:
    return "id" if variable.lower().endswith("id") else variable


def _find_variable_schema(
    spec: Spec, of_item: Mapping[str, FoundOperation], variable: str
) -> Mapping[str, Any]:
    for operation in of_item.values():
        for parameter in list_parameters(spec, operation):
            if parameter["name"] == variable and parameter["in"] == "path":
                schema: Mapping[str, Any] = openapi.resolve_reference(spec, parameter.get("schema", {}))
                return schema
    return {}

"""The operations that a choice is about: those that refer to its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from openapi.choices.choice import MARK, Choice
from openapi.pointer import Steps, find_node, unescape_step

# A stub knows these by their ids. They mean the same in every operation, wherever they stand.
OF_EVERY_OPERATION = frozenset(
    [
        "invalid-request",
        "missing-credentials",
        "bad-credentials",
        "false-signature",
        "missing-permission",
        "not-in-fixtures",
        "unknown-path",
        "other-method",
        "service-unavailable",
        "order-of-refusals",
        "trailing-slash",
    ]
)
# And these in every operation that has a body.
OF_EVERY_BODY = frozenset(
    [
        "other-media-type",
        "missing-media-type",
        "charset-parameter",
        "too-large-body",
        "byte-order-mark",
        "duplicate-members",
        "not-a-number",
        "number-forms",
        "fraction-beyond-doubles",
        "integer-beyond-doubles",
        "lone-surrogate",
    ]
)
_READS = ("get", "head", "options", "trace")


def list_operations(spec: Any) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """Yield the steps to each operation that has responses, and the operation."""
    for path, item in spec.get("paths", {}).items():
        for method, operation in item.items():
            if isinstance(operation, dict) and isinstance(operation.get("responses"), dict):
                yield ("paths", path, method), operation


def find_operations(spec: Any, choice: Choice) -> list[dict[str, Any]]:
    """Find the operations that may answer as *choice* says; all of them if none refers to its place."""
    operations = list(list_operations(spec))
    found = [operation for _, operation in operations]
    if choice.id in OF_EVERY_OPERATION:
        return found
    if choice.id in OF_EVERY_BODY:
        return [operation for operation in found if "requestBody" in operation]
    # What a request may have is refused where it is sent, though answers may show the same schema.
    for list_parts in (_list_request_parts, _list_error_parts):
        reaching = [one for at, one in operations if is_reached(spec, list_parts(at, one), choice.at)]
        if reaching:
            return reaching
    reaching_at = [
        (at, one)
        for at, one in operations
        if at[: len(choice.at)] == choice.at or is_reached(spec, [at], choice.at)
    ]
    # What only a success shows, such as whether it may be changed, is a reason to refuse a write.
    is_shown = choice.at[:1] == ("components",)
    writes = [one for at, one in reaching_at if is_shown and at[-1] not in _READS]
    return writes or [one for _, one in reaching_at] or found


def is_reached(spec: Any, parts: Iterable[Steps], place: Steps) -> bool:
    """Tell whether *place* is in one of *parts* of a contract, or in what they refer to."""
    return any(place[: len(at)] == at for at in list_reached(spec, parts))


def list_reached(spec: Any, parts: Iterable[Steps]) -> list[Steps]:
    """List the steps to *parts* and to all that they refer to, each once; what is not there is left out."""
    found: dict[Steps, None] = {}
    waiting = list(parts)
    while waiting:
        at = waiting.pop(0)
        if at in found:
            continue
        try:
            node = find_node(spec, at)
        except (LookupError, TypeError):
            continue
        found[at] = None
        waiting += [_parse_reference(spec, reference) for reference in _walk_references(node)]
    return list(found)


def _list_request_parts(at: Steps, _: Any) -> list[Steps]:
    return [(*at[:2], "parameters"), (*at, "parameters"), (*at, "requestBody")]


def _list_error_parts(at: Steps, operation: Any) -> list[Steps]:
    return [
        (*at, "responses", status) for status in operation["responses"] if not str(status).startswith("2")
    ]


def _walk_references(node: Any) -> Iterator[str]:
    """Yield the references in *node*, but not those of the choices themselves."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = [value for key, value in node.items() if key != MARK]
    if isinstance(node, list):
        for item in node:
            yield from _walk_references(item)


def _parse_reference(spec: Any, reference: str) -> Steps:
    steps: list[str | int] = []
    for step in map(unescape_step, unquote(reference.removeprefix("#/")).split("/")):
        holder = spec if not steps else _find_or_none(spec, tuple(steps))
        steps.append(int(step) if isinstance(holder, list) and step.isdigit() else step)
    return tuple(steps)


def _find_or_none(spec: Any, at: Steps) -> Any:
    try:
        return find_node(spec, at)
    except (LookupError, TypeError):
        return None

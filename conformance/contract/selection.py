"""Operations of a contract by what people call them: an operationId, a tag, a path, a method and a path."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable, Sequence

from conformance.contract.reading import METHODS, Operation

_TAG = "tag:"


def matches_any(operation: Operation, selectors: Iterable[str]) -> bool:
    """Tell whether one of *selectors* selects *operation*.

    Each is a glob of operationIds (``get*``), of tags (``tag:books``), of paths (``/books/*``), or of the paths of one
    method (``GET /books/*``).
    """
    return any(_matches_selector(operation, one) for one in selectors)


def describe_unknown(selector: str, operations: Sequence[Operation]) -> str | None:
    """Say that *selector* selects none of *operations*, and what is nearest; None if it does select one."""
    if any(_matches_selector(one, selector) for one in operations):
        return None
    near = difflib.get_close_matches(selector, _list_names(selector, operations), n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else "`conformance list --spec FILE` lists them"
    return f"the contract has no such operation; {hint}"


def _matches_selector(operation: Operation, selector: str) -> bool:
    if selector.startswith(_TAG):
        return any(_fits_pattern(tag, selector.removeprefix(_TAG)) for tag in operation.tags)
    method, path = _split_place(selector)
    if path:
        return method in ("", operation.method) and _fits_pattern(operation.path, path)
    return any(_fits_pattern(name, selector) for name in (operation.id, operation.own_name))


def _fits_pattern(name: str, selector: str) -> bool:
    return name == selector or fnmatch.fnmatchcase(name, selector)  # a name may have brackets of its own


def _split_place(selector: str) -> tuple[str, str]:
    """Return the method and the path that are named; no path if it is an operationId that is."""
    if selector.startswith("/"):
        return "", selector
    method, _, path = selector.partition(" ")
    is_place = path.startswith("/") and method.lower() in METHODS
    return (method.upper(), path) if is_place else ("", "")


def _list_names(selector: str, operations: Sequence[Operation]) -> list[str]:
    if selector.startswith(_TAG):
        return [f"{_TAG}{tag}" for one in operations for tag in one.tags]
    if selector.startswith("/"):
        return [one.path for one in operations]
    if " /" in selector:
        return [f"{one.method} {one.path}" for one in operations]
    return [name for one in operations for name in (one.id, one.own_name) if name]

"""What a query has for a parameter: spread over several names, or in one text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_plus

from mockserver.contract.parameters.reading import Sent
from mockserver.contract.parameters.shape import Shape
from mockserver.contract.parameters.style import Decode, Misspelt, Style
from mockserver.http.request import Request

ListSent = Callable[[Request], "list[Sent] | None"]
_KEY = re.compile(r"\[([^\[\]]*)\]")
# Nobody means more, and each level takes a frame of the stack.
_DEEPEST = 24


class QueryNames(NamedTuple):
    """The names in a query that belong to something else than to a free map.

    exact: of parameters, of the members of objects, and of credentials. roots: of what has brackets behind it.
    """

    exact: frozenset[str]
    roots: frozenset[str]

    def is_taken(self, name: str) -> bool:
        """Tell whether *name* belongs to something else."""
        return name in self.exact or name.partition("[")[0] in self.roots


def make_query_reader(
    name: str, style: Style, shape: Shape, names: QueryNames, *, is_reserved: bool
) -> ListSent:
    """Make what lists the readings of the parameter *name*, the likeliest first, or gives None where it is left out.

    names: what no free map takes. is_reserved: whether reserved characters stand for themselves, the plus sign too.
    """
    decode = unquote if is_reserved else unquote_plus

    def list_named(request: Request) -> list[Sent] | None:
        """Read what has the name of the parameter itself."""
        texts = [text for other, text in request.query_pairs() if other == name]
        if not texts:
            return None
        if style.is_exploded:
            is_single = not shape.takes_list
            return [[decode(text) for text in (texts[-1:] if is_single else texts)]]
        return style.list_readings(name, texts[-1], decode, shape)

    def list_members(request: Request) -> list[Sent] | None:
        """Read an object of which each member is a parameter of the query."""
        found: dict[str, list[str]] = {}
        for other, text in request.query_pairs():
            if other in shape.properties or (shape.is_map and not names.is_taken(other)):
                found.setdefault(other, []).append(decode(text))
        named = list_named(request)
        return [found, *(named or [])] if found else named

    def list_tree(request: Request) -> list[Sent] | None:
        """Read an object with the names of its members in brackets behind its own."""
        tree = build_tree(name, request.query_pairs(), decode)
        named = list_named(request)
        return [tree, *(named or [])] if tree else named

    if style.name == "deepObject":
        return list_tree
    return list_members if style.is_exploded and shape.takes_object else list_named


def build_tree(name: str, pairs: Iterable[tuple[str, str]], decode: Decode) -> dict[str, Sent]:
    """Build what ``name[a][b]=1`` and the like are an object of; ``name[a][]=1`` is a list.

    Raises Misspelt for what is a text and an object at once, or nested deeper than anybody means.
    """
    tree: dict[str, Any] = {}
    for other, text in pairs:
        if not other.startswith(f"{name}["):
            continue
        rest = other[len(name) :]
        keys = _KEY.findall(rest)
        if "".join(f"[{key}]" for key in keys) != rest:
            continue
        if len(keys) > _DEEPEST:
            raise Misspelt(f"nests more than {_DEEPEST} levels deep")
        if len(keys) > 1 and keys[-1] == "":
            keys.pop()
        node = tree
        for key in keys[:-1]:
            node = _open_node(node, key, rest)
        texts = node.setdefault(keys[-1], [])
        if isinstance(texts, dict):
            raise Misspelt(_describe_clash(rest))
        texts.append(decode(text))
    return tree


def _open_node(node: dict[str, Any], key: str, place: str) -> dict[str, Any]:
    inner = node.setdefault(key, {})
    if not isinstance(inner, dict):
        raise Misspelt(_describe_clash(place))
    return inner


def _describe_clash(place: str) -> str:
    return f"has both a value and members at {place[:80]}"

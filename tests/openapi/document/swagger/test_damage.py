"""Nothing that stands in a Swagger 2.0 document, of whatever type, keeps it from being lifted."""

from __future__ import annotations

import copy
import random
from typing import Any

from openapi.document.swagger import lift_swagger
from tests.openapi.document.swagger.library import RICH, read_yaml

_DAMAGES: list[Any] = [
    None, [], {}, 0, True, "", "a/b", [None], [[]], {"": {}}, {"$ref": "#/definitions/Book"}, {"$ref": []},
    {"$ref": "#/paths/~1books"}, {"$ref": "#"},
]  # fmt: skip


def list_places(node: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the places of all nodes below *node*."""
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [one for key, value in members for one in ((*place, key), *list_places(value, (*place, key)))]


def test_damaged_document_is_lifted():
    spec = read_yaml(RICH)
    places = list_places(spec)
    draw = random.Random(2)  # noqa: S311 - which damage is tried

    for number in range(150):
        damaged = copy.deepcopy(spec)
        for place in draw.sample(places, draw.randint(1, 3)):
            replace_node(damaged, place, copy.deepcopy(draw.choice(_DAMAGES)))
        before = copy.deepcopy(damaged)
        lifted, flaws, origins = lift_swagger(damaged)

        assert damaged == before, number
        assert lifted["openapi"] == "3.0.3"
        assert all(isinstance(str(flaw), str) for flaw in flaws)
        for place in draw.sample(list_places(lifted), 20):
            origins.find_origin(place)


def replace_node(spec: Any, place: tuple[Any, ...], node: Any) -> None:
    """Put *node* to *place*, if that is still there."""
    for step in place[:-1]:
        try:
            spec = spec[step]
        except (LookupError, TypeError):
            return
    if isinstance(spec, dict) or (
        isinstance(spec, list) and isinstance(place[-1], int) and place[-1] < len(spec)
    ):
        spec[place[-1]] = node

"""Each folder of a package imports only those below it, and no two modules lean on each other.

Imports in functions and under TYPE_CHECKING count: a module that is needed for a type is needed to be understood.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.layout.imports import imports
from tests.layout.tree import PACKAGES, ROOT, modules

# From top to bottom; what has no suffix here is a folder or a module of that name.
FLOORS = {
    "mockserver": [
        "command",
        "export",
        "testing",
        "stub",
        "services",
        "apis",
        "control",
        "telemetry",
        "dispatch",
        "contract",
        "auth",
        "fixtures",
        "session",
        "simulation",
        "http",
    ],
    "conformance": [
        "pytest_plugin",
        "command",
        "drift",
        "report",
        "proof",
        "judge",
        "apis",
        "contract",
        "suite",
        "target",
        "http",
        "generation",
        "assertions",
    ],
}

Graph = Mapping[Path, set[Path]]


def import_graph(root: Path, package: str) -> Graph:
    """Map each module of *package* to the modules of it that it imports."""
    inside = {path.relative_to(root) for path in modules(root, package)}
    return {
        file: {
            found.relative_to(root) for _, found in imports(root, root / file) if found
        }.intersection(inside) - {file}
        for file in sorted(inside)
    }  # fmt: skip


def room_of(file: Path) -> str:
    """Name the folder, or the module, that stands directly in the package."""
    return Path(file.parts[1]).stem


def unknown_rooms(root: Path) -> list[str]:
    """Name what stands directly in a package and has no place in the order."""
    return sorted(
        f"{package}/{room}"
        for package, order in FLOORS.items()
        for room in {room_of(file.relative_to(root)) for file in modules(root, package)}
        if room not in order and not room.startswith("__")
    )


def imports_upwards(root: Path) -> list[str]:
    """Name every import of a room by one that stands below it."""
    return [
        f"{file} imports {found}"
        for package, order in FLOORS.items()
        for file, targets in import_graph(root, package).items()
        for found in sorted(targets)
        if {room_of(file), room_of(found)} <= set(order)
        if order.index(room_of(file)) > order.index(room_of(found))
    ]


def import_circles(root: Path) -> list[set[str]]:
    """Find the sets of modules of one package that lead to each other."""
    return [
        {str(file) for file in circle}
        for package in PACKAGES
        for circle in find_circles(import_graph(root, package))
    ]


def find_circles(graph: Graph) -> list[frozenset[Path]]:
    """Find the sets of nodes each of which can be reached from all others of its set."""
    reached = {start: find_reached(graph, start) for start in graph}
    circles = {
        frozenset(node for node in reached[start] if start in reached[node])
        for start in graph
        if start in reached[start]
    }
    return sorted(circles, key=sorted)


def find_reached(graph: Graph, start: Path) -> set[Path]:
    """Find what can be reached from *start* in one step or more."""
    found: set[Path] = set()
    todo = [start]
    while todo:
        new = graph[todo.pop()] - found
        found |= new
        todo += new
    return found


def test_every_room_has_its_place():
    assert unknown_rooms(ROOT) == []


def test_no_room_imports_one_above_it():
    assert imports_upwards(ROOT) == []


def test_no_modules_import_each_other():
    assert import_circles(ROOT) == []


@pytest.mark.parametrize(
    "source",
    [
        "from mockserver.dispatch import exchange",
        "from mockserver.dispatch.exchange import Exchange",
        "from ..dispatch import exchange",
        "import mockserver.dispatch.exchange",
        "def late():\n    from mockserver.dispatch.exchange import Exchange",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from mockserver.dispatch.exchange import Exchange",
    ],
)
def test_import_upwards_is_found(tree, source):
    root = tree(mockserver__http__response=source, mockserver__dispatch__exchange="class Exchange: ...")

    assert imports_upwards(root) == ["mockserver/http/response.py imports mockserver/dispatch/exchange.py"]


def test_import_downwards_is_left_alone(tree):
    root = tree(
        mockserver__dispatch__exchange="from mockserver.http import response", mockserver__http__response=""
    )

    assert imports_upwards(root) == import_circles(root) == []


def test_circle_of_three_is_found_within_a_room(tree):
    root = tree(
        conformance__http__client="from conformance.http import race",
        conformance__http__race="def late():\n    from conformance.http.evidence import redact",
        conformance__http__evidence="from conformance.http import client",
        conformance__http__clock="from conformance.http import client",
    )

    assert imports_upwards(root) == []
    assert import_circles(root) == [
        {f"conformance/http/{name}.py" for name in ("client", "race", "evidence")}
    ]


def test_circle_in_the_contracts_package_is_found(tree):
    assert import_circles(tree(openapi__walk="import openapi.marks", openapi__marks="import openapi.walk"))


def test_room_without_a_place_is_found(tree):
    assert unknown_rooms(tree(mockserver__cellar__wine="", mockserver__http="")) == ["mockserver/cellar"]

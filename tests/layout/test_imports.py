"""Who may import whom: mockserver and conformance lean on openapi, and never on each other."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.layout.imports import imports
from tests.layout.tree import PACKAGES, ROOT, modules

# What the modules of a folder may not import, directly or through another module of the same package.
FORBIDDEN = {
    "openapi": {"mockserver", "conformance", "tests", "benchmarks"},
    "mockserver": {"conformance", "tests", "benchmarks"},
    "conformance": {"mockserver", "tests", "benchmarks"},
    "conformance/proof/reference": {"mockserver", "openapi"},
}

# The only places that import a library whose versions change what we may rely on.
LIBRARIES = {
    "connexion": ("mockserver/contract/connexion.py",),
    "hypothesis": ("conformance/generation/",),
    "schemathesis": ("conformance/generation/", "conformance/contract/"),
    "mcp": (
        "openapi/command_line/agent_server.py",
        "mockserver/command/mcp/",
        "conformance/command/mcp/",
        "conformance/command/cli.py",
    ),
}


def reached(root: Path, start: Path) -> dict[str, list[str]]:
    """Map every name that the module at *start* leads to, inside its own package, to the way there."""
    found: dict[str, list[str]] = {}
    todo = [(start, [str(start.relative_to(root))])]
    seen = {start, None}
    package = root / start.relative_to(root).parts[0]
    while todo:
        file, way = todo.pop()
        for name, inner in imports(root, file):
            found.setdefault(name, way)
            if inner not in seen and inner.is_relative_to(package):
                seen.add(inner)
                todo.append((inner, [*way, str(inner.relative_to(root))]))
    return found


def trespasses(root: Path) -> list[str]:
    """Name every import that crosses a line, with the way to it."""
    return [
        f"{' -> '.join(way)} imports {name}"
        for folder, forbidden in FORBIDDEN.items()
        for file in modules(root, folder)
        for name, way in reached(root, file).items()
        if name.partition(".")[0] in forbidden
    ]


def strayed_libraries(root: Path) -> list[str]:
    """Name every import of a library outside the places that may import it."""
    return [
        f"{file.relative_to(root)} imports {name}"
        for file in modules(root, *PACKAGES)
        for name, _ in imports(root, file)
        if (places := LIBRARIES.get(name.partition(".")[0]))
        and not str(file.relative_to(root)).startswith(places)
    ]


def asserts(root: Path) -> list[str]:
    """Name every assert statement of the judge: python -O drops them, and a verdict with them."""
    return [
        f"{file.relative_to(root)}:{node.lineno}"
        for file in modules(root, "conformance")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Assert)
    ]


def test_no_import_crosses_a_line():
    assert trespasses(ROOT) == []


def test_libraries_are_imported_in_few_places():
    assert strayed_libraries(ROOT) == []


def test_library_elsewhere_is_found(tree):
    root = tree(mockserver__clock="def tick():\n    from connexion.spec import Specification")

    assert strayed_libraries(root) == ["mockserver/clock.py imports connexion.spec.Specification"]


def test_judge_is_without_assert():
    assert asserts(ROOT) == []


@pytest.mark.parametrize(
    "source",
    [
        "import mockserver",
        "import json, mockserver.clock as clock",
        "from mockserver import clock",
        "from mockserver.clock import Clock",
        "def late():\n    from mockserver import clock",
        "try:\n    import mockserver\nexcept ImportError:\n    pass",
        "import importlib\nimportlib.import_module('mockserver.clock')",
        "__import__('mockserver')",
    ],
)
def test_import_of_the_stub_by_the_judge_is_found(tree, source):
    assert trespasses(tree(conformance__oracle=source))


@pytest.mark.parametrize(
    "source",
    [
        "import openapi",
        "from . import mockserver",
        "from .mockserver import clock",
        "# import mockserver",
        "'import mockserver'",
    ],
)
def test_harmless_source_is_left_alone(tree, source):
    assert trespasses(tree(conformance__oracle=source)) == []


def test_import_through_another_module_is_found(tree):
    root = tree(
        conformance__proof__reference__library="from ..serving import serve",
        conformance__proof__serving="from conformance import shapes",
        conformance__shapes="import openapi",
    )

    proof = "conformance/proof"
    assert trespasses(root) == [
        f"{proof}/reference/library.py -> {proof}/serving.py -> conformance/shapes.py imports openapi"
    ]


def test_assert_is_found(tree):
    assert asserts(tree(conformance__oracle="def judge(it):\n    assert it\n")) == ["conformance/oracle.py:2"]
    assert asserts(tree(conformance__oracle="'assert it'")) == []

"""An API has one name, and it is the name of its file or folder in every layer."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.layout.tree import PACKAGES, ROOT, modules

# Where each API has something of its own; a folder must hold at least one file of the pattern after it. What has no
# suffix here is a package, or a module while it is small.
LAYERS = {
    "openapi/{}.yaml": None,
    "mockserver/apis/{}": None,
    "mockserver/fixtures/{}.yaml": None,
    "mockserver/export/types/{}.d.ts": None,
    "conformance/apis/{}": "test_*.py",
    "conformance/proof/reference/{}.py": None,
    "conformance/proof/mutants/{}": "*.py",
    "conformance/proof/liberties/{}": "*.py",
    "tests/openapi/inventory/{}.yaml": None,
}

ROLES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "base",
    "core",
    "manager",
    "managers",
    "misc",
    "shared",
}


def apis(root: Path) -> list[str]:
    """List the APIs that have a contract."""
    return sorted(path.stem for path in (root / "openapi").glob("*.yaml"))


def missing(root: Path) -> list[str]:
    """Name what each API with a contract still lacks in the other layers."""
    lacking = []
    for api in apis(root):
        for layer, inside in LAYERS.items():
            path = root / layer.format(api)
            is_there = path.exists() or path.with_suffix(".py").exists()
            if not is_there or (inside and not list(path.glob(inside))):
                lacking.append(f"{api} has no {layer.format(api)}{f'/{inside}' if inside else ''}")
    return lacking


def orphans(root: Path) -> list[str]:
    """Name what lies in a layer and belongs to no API that has a contract."""
    found = []
    for layer in LAYERS:
        folder, _, name = layer.rpartition("/")
        names = {name.format(api) for api in apis(root)}
        modules = {f"{one}.py" for one in names if folder.startswith("mockserver")}
        expected = names | modules | {"__init__.py", "__pycache__", "py.typed"}
        for path in sorted((root / folder).glob(f"*{Path(layer).suffix}")):
            if path.name not in expected:
                found.append(f"{folder}/{path.name} belongs to no openapi/*.yaml")
    return found


def roles(root: Path) -> list[str]:
    """Name every module and folder that is called by a role instead of a noun."""
    paths = [path.relative_to(root) for path in modules(root, *PACKAGES)]
    return [str(path) for path in paths if {*path.parts[:-1], path.stem} & ROLES]


def known(root: Path) -> list[str]:
    """Name every place outside an API's own files that knows the API by its name."""
    names = apis(root)
    return [
        f"{file.relative_to(root)}:{node.lineno} knows {node.value!r}"
        for file in modules(root, *PACKAGES)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
        if node.value not in file.with_suffix("").relative_to(root).parts
    ]


@pytest.fixture
def tree(tmp_path):
    """A project of one API with everything in its place."""
    for layer, inside in LAYERS.items():
        path = tmp_path / layer.format("library")
        path = path / inside.replace("*", "books") if inside else path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    return tmp_path


def test_every_api_is_in_every_layer():
    assert apis(ROOT)
    assert missing(ROOT) == []


def test_nothing_in_a_layer_is_without_a_contract():
    assert orphans(ROOT) == []


def test_no_module_is_named_after_a_role():
    assert roles(ROOT) == []


def test_no_code_knows_an_api_by_name():
    """An API is found by listing a folder; a table or a branch of names is a second registry."""
    assert known(ROOT) == []


def test_code_that_knows_an_api_is_found(tree):
    (tree / "mockserver/clock.py").write_text("def hurry(api):\n    return api == 'library'\n")
    (tree / "mockserver/apis/library.py").write_text("NAME = 'library'\n")

    assert known(tree) == ["mockserver/clock.py:2 knows 'library'"]


def test_complete_tree_passes(tree):
    assert missing(tree) == orphans(tree) == roles(tree) == []


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if not layer.startswith("openapi/")])
def test_missing_layer_is_named(tree, layer):
    path = tree / layer.format("library")
    if path.is_dir():
        [path.unlink() for path in path.iterdir()]
    else:
        path.unlink()

    assert [line for line in missing(tree) if layer.format("library") in line] == missing(tree) != []


@pytest.mark.parametrize("layer", [layer for layer in LAYERS if not layer.startswith("openapi/")])
def test_orphan_is_named(tree, layer):
    (tree / layer.format("librarry")).touch()

    assert orphans(tree) == [f"{layer.format('librarry')} belongs to no openapi/*.yaml"]


def test_contract_alone_lacks_every_layer(tree):
    (tree / "openapi/museum.yaml").touch()

    assert len(missing(tree)) == len(LAYERS) - 1


@pytest.mark.parametrize("path", ["mockserver/utils.py", "conformance/core/report.py", "openapi/base.py"])
def test_role_is_found(tree, path):
    (tree / path).parent.mkdir(parents=True, exist_ok=True)
    (tree / path).touch()

    assert roles(tree) == [path]

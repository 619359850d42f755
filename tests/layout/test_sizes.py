"""A folder can be taken in at a glance, a module read in one go, and a function is a verb and its object."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.layout.tree import PACKAGES, ROOT, files, modules

MOST_ENTRIES = 15
MOST_LINES = 400
MOST_ONE_WORD_NAMES = 0.4

# One file for each heading of an API's document, however many it has.
BY_HEADING = ["conformance/apis/*"]


def crowded_folders(root: Path) -> list[str]:
    """Name each folder of the packages and the tests that holds too much to be taken in."""
    entries: dict[Path, set[str]] = {}
    for file in (path.relative_to(root) for name in (*PACKAGES, "tests") for path in files(root / name)):
        for folder in file.parents:
            entries.setdefault(folder, set()).add(file.relative_to(folder).parts[0])
    counts = {
        folder.as_posix(): len([name for name in names if not name.startswith("__") and name != "py.typed"])
        for folder, names in entries.items()
        if folder.parts
    }
    return [
        f"{folder} has {count} entries"
        for folder, count in sorted(counts.items())
        if count > MOST_ENTRIES and not any(fnmatch(folder, pattern) for pattern in BY_HEADING)
    ]


def long_modules(root: Path) -> list[str]:
    """Name each module of the packages and the tests that is too long to be read in one go."""
    counts = {
        path.relative_to(root).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules(root, *PACKAGES, "tests")
    }
    return [f"{name} has {count} lines" for name, count in counts.items() if count > MOST_LINES]


def function_names(root: Path, package: str) -> Iterator[str]:
    """Yield the name of every function of *package* that Python has not named."""
    for file in modules(root, package):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("__"):
                yield node.name


def one_word_share(root: Path, package: str) -> float:
    """Tell which part of the functions of *package* is called by a single word."""
    names = list(function_names(root, package))
    return sum("_" not in name.strip("_") for name in names) / len(names)


def test_no_folder_is_crowded():
    assert crowded_folders(ROOT) == []


def test_no_module_is_long():
    assert long_modules(ROOT) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_most_functions_are_called_by_what_they_do_to_what(package):
    assert one_word_share(ROOT, package) < MOST_ONE_WORD_NAMES


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        ("mockserver/http", ["mockserver/http has 16 entries"]),
        ("tests/http", ["tests/http has 16 entries"]),
        ("conformance/apis/library", []),
    ],
)
def test_crowded_folder_is_found(tmp_path, folder, found):
    (tmp_path / folder).mkdir(parents=True)
    for name in ("__init__", *(f"books_{number}" for number in range(16))):
        (tmp_path / folder / f"{name}.py").touch()

    assert crowded_folders(tmp_path) == found


def test_long_module_is_found(tmp_path):
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi/walk.py").write_text("\n" * 400)
    (tmp_path / "openapi/run.py").write_text("\n" * 401)

    assert long_modules(tmp_path) == ["openapi/run.py has 401 lines"]


def test_names_of_one_word_are_counted(tmp_path):
    (tmp_path / "openapi").mkdir()
    (tmp_path / "openapi/walk.py").write_text(
        "def _told(): ...\nclass A:\n    def __init__(self): ...\n    async def read_file(self): ...\n"
    )

    assert one_word_share(tmp_path, "openapi") == 0.5

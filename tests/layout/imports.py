"""What a module imports: names, and the files they stand for. Imports in functions and for types alone count."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path


def imported(source: str, package: str) -> Iterator[str]:
    """Yield the dotted name of everything that *source*, a module of *package*, imports."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                outer = package.split(".")[: len(package.split(".")) - level + 1] if level else []
                origin = ".".join([*outer, *([module] if module else [])])
                yield from (f"{origin}.{name.name}" for name in names)
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module" | "__import__")
            ):
                yield from (
                    argument.value
                    for argument in node.args[:1]
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                )


@cache
def imports(root: Path, file: Path) -> list[tuple[str, Path | None]]:
    """List what one file imports, each name with the file of *root* that it stands for."""
    package = ".".join(file.relative_to(root).parent.parts)
    names = sorted(set(imported(file.read_text(encoding="utf-8"), package)))
    return [(name, module_file(root, name)) for name in names]


def module_file(root: Path, name: str) -> Path | None:
    """Find the file of a dotted name; the name may end in something that a module defines."""
    for parts in (name.split("."), name.split(".")[:-1]):
        for file in (root.joinpath(*parts).with_suffix(".py"), root.joinpath(*parts, "__init__.py")):
            if parts and file.is_file():
                return file
    return None

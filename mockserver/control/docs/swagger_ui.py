"""Swagger UI's files, which the extra docs installs, inside a package that nothing here imports."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "fastapi_standalone_docs"
SCRIPT, STYLE = "swagger-ui-bundle.js", "swagger-ui.css"


@cache
def find_files() -> dict[str, Path]:
    """Find the files by name; none if the extra is not installed, or keeps them elsewhere.

    The package would import FastAPI, so it is looked for and not imported.
    """
    package = find_spec(_PACKAGE)
    for folder in (package and package.submodule_search_locations) or ():
        found = {name: Path(folder, "static/swagger", name) for name in (SCRIPT, STYLE)}
        if all(path.is_file() for path in found.values()):
            return found
    return {}

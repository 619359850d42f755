"""Small contracts, each with one thing wrong, and what is read of them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import yaml

from openapi.document import Document
from openapi.document.reading import make_document

OK = {"200": {"description": ""}}


def contract(paths: Any = None, version: str = "3.0.3", **rest: Any) -> dict[str, Any]:
    paths = {"/a": {"get": {"responses": OK}}} if paths is None else paths
    return {"openapi": version, "info": {"title": "Library", "version": "1"}, "paths": paths, **rest}


def one(version: str = "3.0.3", **operation: Any) -> dict[str, Any]:
    return contract({"/a": {"get": {"responses": OK, **operation}}}, version)


def with_schema(schema: Any, version: str = "3.0.3") -> dict[str, Any]:
    return contract(None, version, components={"schemas": {"A": schema}})


def read(spec: Any) -> Document:
    """Read a contract of YAML, or of what YAML stands for, which stays as it is."""
    content = yaml.safe_load(spec) if isinstance(spec, str) else copy.deepcopy(spec)
    return make_document(content, Path("library.yaml"))


def list_flaws(spec: Any) -> list[str]:
    return list(map(str, read(spec).flaws))

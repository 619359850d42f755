"""Small contracts of somebody's own, written in the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def contract(paths: Any, **rest: Any) -> dict[str, Any]:
    return {"openapi": "3.0.3", "info": {"title": "Library", "version": "1"}, "paths": paths, **rest}


def answers(schema: Any = None, status: str = "200", **content: Any) -> dict[str, Any]:
    if schema is not None:
        content["schema"] = schema
    return {status: {"description": "", **({"content": {"application/json": content}} if content else {})}}


def written(folder: Path, spec: Any, name: str = "library.yaml") -> Path:
    file = folder / name
    file.write_text(spec if isinstance(spec, str) else yaml.safe_dump(spec))
    return file


INTEGER = {"type": "integer"}


def shown(status: str, media_type: str, example: Any) -> dict[str, Any]:
    return {status: {"description": "", "content": {media_type: {"example": example}}}}


def one(path: str = "/x", **operation: Any) -> dict[str, Any]:
    return contract({path: {"get": {"responses": answers(example=1), **operation}}})


USERS = {
    "openapi": "3.0.3",
    "info": {"title": "Users", "version": "1"},
    "components": {
        "schemas": {
            "User": {
                "type": "object",
                "required": ["id", "name", "password"],
                "properties": {
                    "id": {"type": "integer", "readOnly": True},
                    "name": {"type": "string"},
                    "password": {"type": "string", "writeOnly": True},
                },
            }
        }
    },
    "paths": {
        "/users": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}},
                },
                "responses": {
                    "201": {
                        "description": "made",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/User"}}},
                    }
                },
            },
            "get": {
                "responses": {"200": {"description": "all", "content": {"text/plain": {"example": "Ada"}}}}
            },
        }
    },
}

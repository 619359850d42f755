"""The operations of a contract that ships here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

import openapi
from mockserver.contract.operation import Definition
from openapi import Spec


def read_shipped_operations(spec: Spec) -> Sequence[Definition]:
    """Read the operations of a contract that ships here, in its order.

    A test holds that Connexion reads the same and finds the contract valid. To import it takes as long as all the
    rest of the start, and only a contract of somebody else's needs it.
    """
    return list(_walk_paths(spec))


def base_path(spec: Spec) -> str:
    """Return the path of the contract's first server, which is the prefix of every operation."""
    for server in spec.get("servers", [])[:1]:
        variables = {name: one["default"] for name, one in server.get("variables", {}).items()}
        url: str = server["url"].format(**variables)
        return urlsplit(url).path.rstrip("/")
    return ""


def _walk_paths(spec: Spec) -> Iterator[Definition]:
    prefix = base_path(spec)
    for path, item in spec["paths"].items():
        for method in (method for method in item if method in openapi.METHODS):
            operation = item[method]
            parameters = [*operation.get("parameters", []), *item.get("parameters", [])]
            yield Definition(
                name=operation["operationId"],
                method=method.upper(),
                template=prefix + path,
                parameters=[openapi.resolve_reference(spec, parameter) for parameter in parameters],
                security=operation.get("security", spec.get("security", [])),
                document=operation,
            )

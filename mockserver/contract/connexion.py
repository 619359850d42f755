"""The only module that imports Connexion, which reads a contract and its operations."""

from __future__ import annotations

import json
import re
import sys
import warnings
from collections.abc import Sequence
from importlib import resources
from typing import Any

from mockserver.contract.operation import Definition
from mockserver.http.problems import InvalidContract
from openapi import Spec

# Connexion imports httpx, and that rich and pygments for a command of its own, which does without where it cannot be
# imported: a tenth of the time in which the stub starts.
_BLOCKED = "httpx._main"
sys.modules.setdefault(_BLOCKED, None)  # type: ignore[arg-type]  # as the import system documents it

with warnings.catch_warnings():
    # Connexion imports a name that jsonschema has deprecated; its users cannot help that.
    warnings.simplefilter("ignore", DeprecationWarning)
    from connexion.exceptions import InvalidSpecification
    from connexion.middleware.abstract import AbstractRoutingAPI
    from connexion.operations import OpenAPIOperation
    from connexion.resolver import Resolver
    from connexion.spec import Specification

if sys.modules[_BLOCKED] is None:
    del sys.modules[_BLOCKED]

__all__ = ["InvalidSpecification", "Specification", "read_document_schema", "read_operations"]


def read_document_schema() -> Any:
    """Read the schema of OpenAPI 3.0 documents."""
    file = resources.files("connexion") / "resources/schemas/v3.0/schema.json"
    return json.loads(file.read_text("utf-8"))


def read_operations(spec: Spec) -> Sequence[Definition]:
    """Read the operations of *spec*, in its order.

    Raises InvalidContract for a contract that is not valid.
    """
    try:
        # Our own operations need nothing of Connexion's middleware, only its walk through the paths.
        return _Walk(Specification.load(spec), spec).definitions
    except InvalidSpecification as error:
        place = ".".join(map(str, error.absolute_path))
        raise InvalidContract(f"{place}: {error.message[:300]}") from None
    except re.error as error:
        raise InvalidContract(f"a pattern is not a regular expression: {error}") from None


class _Walk(AbstractRoutingAPI[Definition]):
    """Connexion's walk through a specification, which lists the operations instead of routing them."""

    def __init__(self, specification: Specification, contract: Spec) -> None:
        self.definitions: list[Definition] = []
        self._contract = contract
        # An operationId leads to a handler of ours, and to no function that Connexion could import.
        super().__init__(specification, resolver=Resolver(lambda _: None))

    def make_operation(self, operation: OpenAPIOperation) -> Definition:
        return Definition(
            name=operation.operation_id,
            method=operation.method.upper(),
            template=self.base_path.rstrip("/") + operation.path,
            parameters=operation.parameters,
            security=operation.security or [],
            # Our own copy, in which references are still references: a schema may refer to itself.
            document=self._contract["paths"][operation.path][operation.method],
        )

    @staticmethod
    def _framework_path_and_name(operation: OpenAPIOperation, path: str) -> tuple[str, str]:
        return path, operation.operation_id

    def _add_operation_internal(
        self,
        method: str,  # noqa: ARG002 - the operation knows its own
        path: str,  # noqa: ARG002
        operation: Definition,
        name: str | None = None,  # noqa: ARG002
    ) -> None:
        self.definitions.append(operation)

    # Connexion's own logs the error first; whoever started the stub gets it as one line.
    def _handle_add_operation_error(self, path: str, method: str, exc: Exception) -> None:  # noqa: ARG002
        raise exc

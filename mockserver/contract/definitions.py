"""The operations that a contract defines."""

from __future__ import annotations

from collections.abc import Sequence

from mockserver.contract.operation import Definition
from openapi import Spec
from openapi.document.operations import (
    find_security,
    find_server,
    list_parameters,
    read_base_path,
    walk_operations,
)


def read_definitions(spec: Spec) -> Sequence[Definition]:
    """Read the operations of a contract that ships here, or was read into a document, in its order.

    Whatever else is wrong with a contract is not looked for. A test holds that Connexion reads the same of those that
    ship here. To import it takes as long as all the rest of the start, and only a contract with a behaviour of somebody
    else's needs it.
    """
    return [
        Definition(
            name=operation.document["operationId"],
            method=operation.http_method,
            template=read_base_path(find_server(spec, operation)) + operation.path,
            parameters=list_parameters(spec, operation),
            security=find_security(spec, operation),
            document=operation.document,
        )
        for operation in walk_operations(spec)
    ]


def base_path(spec: Spec) -> str:
    """Return the path of the contract's first server, which is the prefix of every operation without one of its own."""
    return read_base_path(find_server(spec))

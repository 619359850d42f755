"""The only module that imports Connexion, which reads a contract and resolves its operations."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable

from mockserver.contract.handler import Handler
from mockserver.contract.operation import Definition, Operation
from mockserver.contract.routes import Routes
from mockserver.http.problems import InvalidContract
from openapi import Spec

with warnings.catch_warnings():
    # Connexion imports a name that jsonschema has deprecated; its users cannot help that.
    warnings.simplefilter("ignore", DeprecationWarning)
    from connexion.exceptions import InvalidSpecification
    from connexion.middleware.abstract import AbstractRoutingAPI
    from connexion.operations import OpenAPIOperation
    from connexion.resolver import Resolver
    from connexion.spec import OpenAPISpecification, Specification

__all__ = ["InvalidSpecification", "Specification", "add_contract"]

FindHandler = Callable[[str | None], Handler]
CompileOperation = Callable[[Definition, Handler], Operation]


def add_contract(
    spec: Spec,
    routes: Routes,
    find_handler: FindHandler,
    compile_operation: CompileOperation,
    *,
    is_shipped: bool,
) -> None:
    """Compile the operations of *spec* and add them to *routes*.

    find_handler: gives the handler of an operationId, or raises. is_shipped: the contract ships here and is valid.
    Raises InvalidContract for a contract that is not valid, and whatever the two functions raise.
    """
    try:
        # Our own operations need nothing of Connexion's middleware, only its walk through the paths.
        _Compiler(
            _ShippedSpecification(dict(spec)) if is_shipped else Specification.load(spec),
            contract=spec,
            routes=routes,
            compile_operation=compile_operation,
            resolver=Resolver(find_handler),
        )
    except InvalidSpecification as error:
        place = ".".join(map(str, error.absolute_path))
        raise InvalidContract(f"{place}: {error.message[:300]}") from None
    except re.error as error:
        raise InvalidContract(f"a pattern is not a regular expression: {error}") from None


class _ShippedSpecification(OpenAPISpecification):
    """A contract that ships here: a test validates it, and doing so again takes half of the start-up time."""

    @classmethod
    def _validate_spec(cls, spec: Spec) -> None:
        """Skip the validation."""


class _Compiler(AbstractRoutingAPI[Operation]):
    """Connexion's walk through a specification, which fills our own table instead of Connexion's."""

    def __init__(
        self,
        specification: Specification,
        *,
        contract: Spec,
        routes: Routes,
        compile_operation: CompileOperation,
        resolver: Resolver,
    ) -> None:
        self._contract = contract
        self._routes = routes
        self._compile_operation = compile_operation
        super().__init__(specification, resolver=resolver)

    def make_operation(self, operation: OpenAPIOperation) -> Operation:
        definition = Definition(
            name=operation.operation_id,
            method=operation.method.upper(),
            template=self.base_path.rstrip("/") + operation.path,
            parameters=operation.parameters,
            security=operation.security or [],
            # Our own copy, in which references are still references: a schema may refer to itself.
            document=self._contract["paths"][operation.path][operation.method],
        )
        return self._compile_operation(definition, operation.function)

    @staticmethod
    def _framework_path_and_name(operation: OpenAPIOperation, path: str) -> tuple[str, str]:
        return path, operation.operation_id

    def _add_operation_internal(
        self,
        method: str,  # noqa: ARG002 - the operation knows its own
        path: str,  # noqa: ARG002
        operation: Operation,
        name: str | None = None,  # noqa: ARG002
    ) -> None:
        self._routes.add(operation)

    # Connexion's own logs the error first; whoever started the stub gets it as one line.
    def _handle_add_operation_error(self, path: str, method: str, exc: Exception) -> None:  # noqa: ARG002
        raise exc

"""The operations of a service, compiled from its contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import openapi
from mockserver.auth.security import Mode, compile_security, make_signature_test
from mockserver.auth.token_keys import TokenKeys
from mockserver.contract.definitions import read_definitions
from mockserver.contract.error_body import ErrorFormat
from mockserver.contract.handler import Handler
from mockserver.contract.operation import Definition, Operation
from mockserver.contract.responses.example_operation import ExampleOperation
from mockserver.http.problems import CannotStart, InvalidContract
from mockserver.services.flaws import RefusingHandler, list_reasons, strip_definition
from mockserver.services.service import Service


@dataclass(frozen=True)
class Compiler:
    """Compiles the operations of services.

    mode, keys, verify_hmac: how credentials are checked, as Stub takes them.
    """

    mode: Mode
    keys: TokenKeys
    verify_hmac: bool

    def compile_service(self, service: Service) -> list[Operation]:
        """Compile the operations of *service*.

        Raises CannotStart for a contract that cannot be served, or an operation without a handler.
        """
        return _compile_operations(service, self.mode, self.keys, verify_hmac=self.verify_hmac)


def _compile_operations(
    service: Service, mode: Mode, keys: TokenKeys, *, verify_hmac: bool
) -> list[Operation]:
    choices = service.choices
    error_format = ErrorFormat(service.file, choices.spec, choices.statuses, choices.media_type)
    schemes = service.schemes
    if not error_format.is_own:
        # A contract alone says where a credential goes, but not which credentials are valid.
        mode = "off" if mode == "off" else "shape"
        schemes = _accept_any_key(schemes)

    def compile_operation(definition: Definition, handler: Handler) -> Operation:
        try:
            make_operation = ExampleOperation if handler.answers_by_contract else Operation
            operation = make_operation(
                definition,
                service.name,
                choices,
                error_format,
                compile_security(
                    definition.security,
                    schemes,
                    service.fixtures.credentials,
                    keys,
                    mode,
                    verify_hmac=verify_hmac,
                ),
                handler,
                needs_body_first=make_signature_test(definition.security, schemes) if verify_hmac else None,
            )
            # So that no call is slow. Of a contract alone most operations are never called.
            if service.api is not None:
                operation.compile()
            return operation
        except InvalidContract as error:
            raise CannotStart(f"{service.file}: operation {definition.name}: {error}") from None

    def compile_alone(definition: Definition) -> Operation:
        """Compile an operation of a contract alone; one with a flaw that leaves it no meaning refuses its calls."""
        reason, flaw = reasons.get(definition.name), None
        if reason is None:
            try:
                return compile_operation(definition, find_handler(definition.name))
            except (CannotStart, InvalidContract) as error:
                begin = f"{service.file}: operation {definition.name}: "
                flaw = str(error).removeprefix(begin)
                reason = f"{definition.name} cannot be served: {flaw}"
        operation = compile_operation(strip_definition(definition), RefusingHandler(reason))
        operation.flaw = flaw
        return operation

    def find_handler(operation_id: str | None) -> Handler:
        handler = service.handlers.get(operation_id or "")
        if handler is None:
            raise CannotStart(
                f"{service.file}: operation {operation_id} has no handler; "
                f"add Api.{operation_id} in mockserver/apis/{service.name}.py"
            )
        return handler

    try:
        definitions = _read_definitions(service)
    except InvalidContract as error:
        raise CannotStart(f"{service.file}: {error}") from None
    if service.document is not None:
        reasons = list_reasons(service.document)
        return [compile_alone(definition) for definition in definitions]
    return [compile_operation(definition, find_handler(definition.name)) for definition in definitions]


def _read_definitions(service: Service) -> Sequence[Definition]:
    spec = service.choices.spec
    if service.is_shipped and spec is service.spec:
        return _read_shipped_definitions(service.name)
    if service.is_shipped or service.document is not None:
        return read_definitions(spec)
    # Imported late: it takes as long as all the rest of the start.
    from mockserver.contract.connexion import read_operations

    return read_operations(spec)


@cache
def _read_shipped_definitions(api: str) -> Sequence[Definition]:
    return read_definitions(openapi.load_contract(api))


def _accept_any_key(schemes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {**scheme, "x-credential": "api_key"} for name, scheme in schemes.items()}

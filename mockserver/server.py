"""The stub put together: one application over all its services."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.types import Receive, Scope, Send

from mockserver import auth
from mockserver.clock import Clock
from mockserver.door import Door
from mockserver.framework import ConnexionMiddleware, OpenAPIOperation, Resolver
from mockserver.ids import Ids
from mockserver.operation import Operation
from mockserver.problems import CannotStart
from mockserver.service import Service
from mockserver.session import DEFAULT, Session
from mockserver.tokens import jwt_secret
from mockserver.voice import Voice


class Stub:
    """The application and what it was made of; its ``door`` is what an ASGI server runs.

    ``Stub(services(["suprsend"]), seed=1)`` serves what ships here, and a third API needs no file of ours:
    ``Stub([Service("library", openapi.read(file), Api, Fixtures(credentials=Credentials()))])``.

    seed: what ids are drawn from. mode: strict checks credentials, shape only their form, off asks for none.
    secret: what signs tokens, ``MOCKSERVER_JWT_SECRET`` unless given.
    Raises CannotStart with a sentence that says what, where and what to do.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        seed: int = 0,
        clock: Clock | None = None,
        mode: auth.Mode = "strict",
        secret: str | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self._services = {service.name: service for service in services}
        self._mode: auth.Mode = mode
        self._secret = secret or jwt_secret()
        classes = {service.name: service.api for service in services}
        records = {service.name: dict(service.fixtures.records()) for service in services}
        self.door = Door(Session(DEFAULT, classes, records, self.clock, Ids(seed)))
        self._add_contracts()

    def _add_contracts(self) -> None:
        connexion = ConnexionMiddleware(_nothing, middlewares=[lambda _: self.door])
        for service in self._services.values():
            connexion.add_api(
                service.spec,
                resolver=_resolver(service),
                compiler=self._compiler(service),
                name=service.name,
            )
        # Connexion compiles at the first request; a stub that cannot serve says so at start-up instead.
        connexion._build_middleware_stack()
        order = list(self._services)
        self.door.routes.operations.sort(key=lambda operation: order.index(operation.api))

    def credential(self, operation: Operation) -> str | None:
        """Make a credential that *operation* accepts, or None where it needs none."""
        if self._mode == "off":
            return None
        service = self._services[operation.api]
        schemes = service.spec["components"].get("securitySchemes", {})
        known = service.fixtures.credentials
        return auth.sample(operation.security, schemes, known, self._secret, self.clock.now_s())

    def _compiler(self, service: Service) -> Any:
        voice = Voice(service.name, service.spec)

        def compile_operation(operation: OpenAPIOperation) -> Operation:
            authenticate = auth.compile_security(
                operation.security,
                operation.security_schemes,
                service.fixtures.credentials,
                self._secret,
                self._mode,
                operation.operation_id,
            )
            return Operation(operation, service.name, service.spec, voice, authenticate)

        return compile_operation


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand behind the door, which answers everything itself."""


def _resolver(service: Service) -> Resolver:
    def method(operation_id: str | None) -> Any:
        handler = getattr(service.api, operation_id or "", None)
        if handler is None:
            raise CannotStart(
                f"openapi/{service.name}.yaml: operation {operation_id} has no handler; "
                f"add Api.{operation_id} in mockserver/apis/{service.name}.py"
            )
        return handler

    return Resolver(method)

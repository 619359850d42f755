"""The stub put together: contracts, behaviour, fixtures, and the server they run under."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    # Connexion imports a name that jsonschema has deprecated; its users cannot help that.
    warnings.simplefilter("ignore", DeprecationWarning)
    from connexion.middleware import ConnexionMiddleware
    from connexion.operations import OpenAPIOperation
    from connexion.resolver import Resolver

from starlette.types import Receive, Scope, Send

import openapi
from mockserver import apis, auth, fixtures
from mockserver.clock import Clock
from mockserver.door import Door
from mockserver.ids import Ids
from mockserver.operation import Operation
from mockserver.problems import CannotStart
from mockserver.session import DEFAULT, Session
from mockserver.voice import Voice


class Stub:
    """The application and what it was made of.

    names: the APIs to serve, each with a contract and a behaviour.
    seed: what ids are drawn from. fixtures_file: replaces the built-in fixtures of the APIs it names.
    mode: strict checks credentials, shape only their form, off asks for none.
    Raises CannotStart with a sentence that says what, where and what to do.
    """

    def __init__(
        self,
        names: Sequence[str] | None = None,
        *,
        seed: int = 0,
        clock: Clock | None = None,
        fixtures_file: Path | None = None,
        mode: auth.Mode = "strict",
        secret: str | None = None,
    ) -> None:
        self.names = list(dict.fromkeys(names or openapi.names()))
        self.clock = clock or Clock()
        self.secret = secret or auth.jwt_secret()
        self._mode: auth.Mode = mode
        modules = {name: apis.find(name) for name in self.names}
        self.fixtures = _fixtures(modules, fixtures_file)
        records = {name: dict(content.records()) for name, content in self.fixtures.items()}
        classes = {name: module.Api for name, module in modules.items()}
        self.door = Door(Session(DEFAULT, classes, records, self.clock, Ids(seed)))
        self._add_contracts(classes)

    def _add_contracts(self, classes: dict[str, Any]) -> None:
        connexion = ConnexionMiddleware(_nothing, middlewares=[lambda _: self.door])
        for name, cls in classes.items():
            compiler = self._compiler(name)
            connexion.add_api(openapi.load(name), resolver=_resolver(name, cls), compiler=compiler, name=name)
        # Connexion compiles at the first request; a stub that cannot serve says so at start-up instead.
        connexion._build_middleware_stack()
        self.door.routes.operations.sort(key=lambda operation: self.names.index(operation.api))

    def credential(self, operation: Operation) -> str | None:
        """Make a credential that *operation* accepts, or None where it needs none."""
        if self._mode == "off":
            return None
        schemes = openapi.load(operation.api)["components"].get("securitySchemes", {})
        known = self.fixtures[operation.api].credentials
        return auth.sample(operation.security, schemes, known, self.secret, self.clock.now_s())

    def _compiler(self, name: str) -> Any:
        spec = openapi.load(name)
        voice = Voice(name, spec)
        credentials = self.fixtures[name].credentials

        def compile_operation(operation: OpenAPIOperation) -> Operation:
            authenticate = auth.compile_security(
                operation.security,
                operation.security_schemes,
                credentials,
                self.secret,
                self._mode,
                operation.operation_id,
            )
            return Operation(operation, name, spec, voice, authenticate)

        return compile_operation


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand behind the door, which answers everything itself."""


def _resolver(name: str, cls: type) -> Resolver:
    def method(operation_id: str | None) -> Any:
        handler = getattr(cls, operation_id or "", None)
        if handler is None:
            raise CannotStart(
                f"openapi/{name}.yaml: operation {operation_id} has no handler; "
                f"add Api.{operation_id} in mockserver/apis/{name}.py"
            )
        return handler

    return Resolver(method)


def _fixtures(modules: dict[str, Any], file: Path | None) -> dict[str, Any]:
    own = fixtures.read(file) if file else {}
    for name in own:
        if name not in modules:
            raise CannotStart(
                f"{file}: {name} is not an API served here; {fixtures.nearest(str(name), list(modules))}"
            )
    parsed = {}
    for name, module in modules.items():
        if name in own:
            parsed[name] = fixtures.parse(own[name], module.Fixtures, f"{file}: {name}")
        else:
            parsed[name] = fixtures.parse(
                fixtures.read(fixtures.built_in(name)), module.Fixtures, f"fixtures of {name}"
            )
    return parsed

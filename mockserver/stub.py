"""The stub put together: contracts, behaviour, fixtures, sessions and the control plane."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from starlette.types import Receive, Scope, Send

from mockserver import apis
from mockserver.auth import security as auth
from mockserver.auth.issuer import Mint
from mockserver.auth.tokens import jwt_secret
from mockserver.contract.connexion import (
    ConnexionMiddleware,
    InvalidSpecification,
    OpenAPIOperation,
    Resolver,
    add_contract,
)
from mockserver.contract.error_body import Voice
from mockserver.contract.operation import Operation
from mockserver.control import api as admin
from mockserver.control.api import Admin
from mockserver.control.guard import Guard
from mockserver.control.state import StateDocuments
from mockserver.dispatch.dispatcher import Door
from mockserver.dispatch.exchange import Exchange
from mockserver.http.headers import Headings, Secrets
from mockserver.http.problems import BadContract, CannotStart
from mockserver.services.service import Service
from mockserver.session.registry import Sessions
from mockserver.session.session import Blueprint


@dataclass(frozen=True)
class Options:
    """How sessions are kept and who may use the control plane.

    session_ttl_s: idle sessions are forgotten after so long. session_limit: how many there may be.
    journal_limit: how many calls a session's journal keeps.
    admin_hosts, admin_token: as Guard takes them. verify_hmac: whether the signature of a signed request is computed.
    seconds: the system's time, since 1970. steady_seconds: a clock that only goes ahead, for what is idle.
    """

    is_strict_sessions: bool = False
    session_ttl_s: float = 3600
    session_limit: int = 10_000
    journal_limit: int = 1000
    admin_hosts: Collection[str] = ()
    admin_token: str | None = field(default=None, repr=False)
    verify_hmac: bool = False
    seconds: Callable[[], float] = time.time
    steady_seconds: Callable[[], float] = time.monotonic


class Stub:
    """The application and what it was made of; its ``door`` is what an ASGI server runs.

    ``Stub(services(["suprsend"]), seed=1)`` serves what ships here, and a third API needs no file of ours:
    ``Stub([Service("library", openapi.read_contract(file), Api, Fixtures(credentials=Credentials()))])``.

    seed: what ids and dice are drawn from. mode: strict checks credentials, shape only their form, off asks for
    none. secret: what signs tokens, ``MOCKSERVER_JWT_SECRET`` unless given.
    Raises CannotStart with a sentence that says what, where and what to do.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        seed: int = 0,
        mode: auth.Mode = "strict",
        secret: str | None = None,
        options: Options | None = None,
    ) -> None:
        self._services = {service.name: service for service in services}
        for name in [service.name for service in services]:
            if name == admin.NAME or sum(service.name == name for service in services) > 1:
                raise CannotStart(f"{name}: the name is taken; rename the file")
        if mode not in get_args(auth.Mode):
            raise CannotStart(f"auth {mode!r}: use {', '.join(get_args(auth.Mode))}")
        self._mode: auth.Mode = mode
        self._secret = secret or jwt_secret()
        options = options or Options()
        self._verify_hmac = options.verify_hmac
        self.sessions = Sessions(
            self._blueprint(seed, options),
            is_strict=options.is_strict_sessions,
            ttl_s=options.session_ttl_s,
            limit=options.session_limit,
            seconds=options.steady_seconds,
        )
        headings = Headings(Secrets.of(self._schemes()))
        self.door = Door(self.sessions, headings, Guard(options.admin_hosts, options.admin_token))
        self.mint = self._mint()
        self.admin = self._admin()
        self._add_contracts()

    def credential(self, operation: Operation) -> auth.Sample | None:
        """Make a credential that *operation* accepts, or None where it needs none."""
        if self._mode == "off":
            return None
        service = self._services[operation.api]
        known = service.fixtures.credentials
        now_s = self.sessions.default.clock.now_s()
        return auth.sample(operation.security, service.schemes, known, self._secret, now_s)

    def _blueprint(self, seed: int, options: Options) -> Blueprint:
        classes = {name: service.api for name, service in self._services.items()}
        records = {name: dict(service.fixtures.records()) for name, service in self._services.items()}
        return Blueprint(classes, records, seed, options.seconds, options.journal_limit)

    def _schemes(self) -> list[Mapping[str, Any]]:
        return [scheme for service in self._services.values() for scheme in service.schemes.values()]

    def _mint(self) -> Mint:
        kinds = {auth.kind(scheme) for scheme in self._schemes()}
        subject = next(iter(self._services.values())).fixtures.credentials.subject
        return Mint(
            self.sessions, self._secret, subject, takes_tokens="jwt" in kinds, takes_keys="api_key" in kinds
        )

    def _admin(self) -> Admin:
        specs = {name: service.spec for name, service in self._services.items()}
        models = {name: type(service.fixtures) for name, service in self._services.items()}
        return Admin(self.sessions, self.mint, specs, StateDocuments(models.__getitem__), self.door.routes)

    def _add_contracts(self) -> None:
        connexion = ConnexionMiddleware(_nothing, middlewares=[lambda _: self.door])
        for service in self._services.values():
            try:
                add_contract(
                    connexion,
                    service.spec,
                    is_shipped=service.is_shipped,
                    resolver=_resolver(service),
                    compiler=self._compiler(service),
                    is_admin=False,
                )
            except InvalidSpecification as error:
                place = ".".join(map(str, error.absolute_path))
                raise CannotStart(f"{service.file}: {place}: {error.message[:300]}") from None
            except re.error as error:
                raise CannotStart(f"{service.file}: a pattern is none: {error}") from None
        add_contract(
            connexion,
            self.admin.spec,
            is_shipped=True,
            resolver=Resolver(lambda operation_id: getattr(Admin, operation_id)),
            compiler=self._admin_compiler(),
            is_admin=True,
        )
        # Connexion compiles at the first request; a stub that cannot serve says so at start-up instead.
        connexion._build_middleware_stack()
        order = list(self._services)
        self.door.routes.operations.sort(key=lambda operation: order.index(operation.api))

    def _compiler(self, service: Service) -> Any:
        voice = Voice(service.file, service.spec)
        # A guest's contract says where a credential goes, but nobody says which are good.
        mode: auth.Mode = self._mode if voice.is_own or self._mode == "off" else "shape"
        schemes = service.schemes if voice.is_own else _any_key(service.schemes)

        def instance(exchange: Exchange) -> apis.Api:
            return exchange.session.api(service.name)

        def compile_operation(operation: OpenAPIOperation) -> Operation:
            try:
                authenticate = auth.compile_security(
                    operation.security,
                    schemes,
                    service.fixtures.credentials,
                    self._secret,
                    mode,
                    verify_hmac=self._verify_hmac,
                )
                return Operation(
                    operation,
                    service.name,
                    service.spec,
                    voice,
                    authenticate,
                    instance,
                    reads_first=auth.is_signed(operation.security, schemes) if self._verify_hmac else None,
                )
            except BadContract as error:
                raise CannotStart(f"{service.file}: operation {operation.operation_id}: {error}") from None

        return compile_operation

    def _admin_compiler(self) -> Any:
        voice = Voice(str(admin.CONTRACT), self.admin.spec)

        def compile_operation(operation: OpenAPIOperation) -> Operation:
            return Operation(
                operation,
                admin.NAME,
                self.admin.spec,
                voice,
                self.admin.identify_operator,
                lambda _: self.admin,
            )

        return compile_operation


def _any_key(schemes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: {**scheme, "x-credential": "api_key"} for name, scheme in schemes.items()}


async def _nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """Stand behind the door, which answers everything itself."""


def _resolver(service: Service) -> Resolver:
    def method(operation_id: str | None) -> Any:
        handler = getattr(service.api, operation_id or "", None)
        if handler is None:
            raise CannotStart(
                f"{service.file}: operation {operation_id} has no handler; "
                f"add Api.{operation_id} in mockserver/apis/{service.name}.py"
            )
        return handler

    return Resolver(method)

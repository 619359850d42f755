"""The stub, assembled from its services, sessions, credentials and control plane."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, get_args

from mockserver.auth.issuer import CredentialIssuer, SampleCredential, make_sample_credentials
from mockserver.auth.schemes import credential_kind
from mockserver.auth.security import Mode
from mockserver.auth.token_keys import LOCAL_SUPABASE, TokenKeys
from mockserver.auth.tokens import read_jwt_secret
from mockserver.contract.choices_in_force import ChoicesInForce
from mockserver.contract.definitions import read_definitions
from mockserver.contract.error_body import ErrorFormat
from mockserver.contract.operation import Definition, Operation
from mockserver.contract.routes import Routes
from mockserver.control.api import Admin
from mockserver.control.contracts import CONTRACT, NAME, Contracts, load_own_contract
from mockserver.control.docs.pages import DocsPages
from mockserver.control.guard import Guard
from mockserver.control.pages import ControlPage
from mockserver.control.state import StateDocuments
from mockserver.dispatch.call_log import CallLog
from mockserver.dispatch.control_plane import ControlPlane
from mockserver.dispatch.dispatcher import Dispatcher
from mockserver.dispatch.front_page import FrontPage
from mockserver.dispatch.front_page.curl import render_curl
from mockserver.dispatch.observers import Observer, join_observers
from mockserver.dispatch.variants import Variants
from mockserver.http.headers import RequestHeadersCache
from mockserver.http.problems import CannotStart
from mockserver.http.redaction import SecretNames
from mockserver.http.request import MAXIMUM_BODY_BYTES
from mockserver.services.compilation import Compiler
from mockserver.services.flaws import make_flaw
from mockserver.services.service import Service, method_handlers
from mockserver.session.journal import MOST_BYTES_OF_ALL, JournalLedger
from mockserver.session.registry import SessionRegistry
from mockserver.session.session import DEFAULT, Blueprint, Choices
from mockserver.session.sessions import Sessions

if TYPE_CHECKING:
    from mockserver.telemetry.metrics import Metrics
    from mockserver.telemetry.traces import Traces
    from openapi.document import Document, Flaw


@dataclass(frozen=True)
class Options:
    """How sessions are kept and who may use the control plane.

    session_ttl_s: idle sessions are forgotten after so long. session_limit: how many there may be.
    journal_limit: how many calls a session's journal keeps. journal_bytes: how much all journals keep together.
    maximum_body_bytes: how large the body of a call may be, unless its contract says it.
    admin_hosts, admin_token: as Guard takes them. verify_hmac: whether the signature of a signed request is computed.
    supabase_url: the local Supabase stack, whose keys verify tokens of it. call_log: has a line for each call.
    store_url: the server of Redis or Valkey that keeps the sessions, which other processes share; by default they are
    in memory. store_prefix: what its keys begin with.
    has_metrics: whether calls are counted for Prometheus. has_traces: whether OpenTelemetry gets a span of each.
    seconds: the system's time, since 1970. steady_seconds: a clock that only goes ahead, for what is idle.
    """

    is_strict_sessions: bool = False
    session_ttl_s: float = 3600
    session_limit: int = 10_000
    journal_limit: int = 1000
    journal_bytes: int = MOST_BYTES_OF_ALL
    maximum_body_bytes: int = MAXIMUM_BODY_BYTES
    admin_hosts: Collection[str] = ()
    admin_token: str | None = field(default=None, repr=False)
    verify_hmac: bool = False
    supabase_url: str = LOCAL_SUPABASE
    call_log: CallLog | None = None
    store_url: str | None = field(default=None, repr=False)
    store_prefix: str = "mockserver"
    has_metrics: bool = False
    has_traces: bool = False
    seconds: Callable[[], float] = time.time
    steady_seconds: Callable[[], float] = time.monotonic


class Stub:
    """The application and what it was made of; its ``application`` is what an ASGI server runs.

    ``Stub(load_services(["suprsend"]), seed=1)`` serves an API that ships here, and a third one needs no file of ours:
    ``Stub([Service("library", openapi.read_contract(file), Api, Fixtures(credentials=Credentials()))])``.

    seed: what ids and dice are drawn from. mode: strict checks credentials, shape only their form, off asks for
    none. secret: what signs tokens, ``MOCKSERVER_JWT_SECRET`` unless given. former: the stub that this one replaces,
    whose sessions go on.
    Raises CannotStart with a sentence that says what, where and what to do.
    """

    def __init__(
        self,
        services: Sequence[Service],
        *,
        seed: int = 0,
        mode: Mode = "strict",
        secret: str | None = None,
        options: Options | None = None,
        former: Stub | None = None,
    ) -> None:
        if mode not in get_args(Mode):
            raise CannotStart(f"auth {mode!r}: use {', '.join(get_args(Mode))}")
        self._options = options = options or Options()
        self._mode: Mode = mode
        self._secret = secret or read_jwt_secret()
        self._services = _map_by_name(services)
        schemes = [scheme for service in services for scheme in service.schemes.values()]
        kinds = {credential_kind(scheme) for scheme in schemes}
        keys = TokenKeys(self._secret, options.supabase_url)
        compiler = Compiler(mode, keys, options.verify_hmac)
        # Handed out empty and filled below: the control plane shows the operations that are added to it.
        routes = Routes()

        headers = RequestHeadersCache(SecretNames.from_schemes(schemes, [options.admin_token or ""]))
        if former is None:
            self.sessions = _make_sessions(_make_blueprint(services, seed, options), headers, options)
            self._metrics = _make_metrics(self.sessions.blueprint.journal_ledger, options)
            self._traces = _make_traces(options)
        else:
            self.sessions, self._metrics, self._traces = former.sessions, former._metrics, former._traces
        self.issuer = CredentialIssuer(
            self.sessions,
            self._secret,
            services[0].fixtures.credentials.subject,
            takes_tokens="jwt" in kinds,
            takes_keys="api_key" in kinds,
        )
        variants = Variants(
            routes,
            self.sessions.blueprint.choices,
            lambda api, chosen: compiler.compile_service(self._services[api].choose(chosen)),
        )
        contracts = Contracts(
            {service.name: service.spec for service in services},
            self.sessions.blueprint.choices,
            variants.compile_routes,
        )
        front_page = self._make_front_page(routes)
        self.admin = Admin(
            self.sessions,
            self.issuer,
            contracts,
            DocsPages(contracts, self._make_by_scheme, needs_session=self.sessions.is_strict),
            StateDocuments({service.name: type(service.fixtures) for service in services}.__getitem__),
            routes,
            self._metrics,
            self.list_flaws,
            ControlPage(routes, contracts, self.list_flaws, self._render_curl),
            front_page.answer,
        )
        # At start-up, so that a contract that cannot be served stops the start instead of the first request.
        for service in services:
            for operation in compiler.compile_service(service):
                routes.add(operation)
        guard = Guard(options.admin_hosts, options.admin_token)
        control_plane = ControlPlane(self.sessions, guard, options.call_log)
        _add_admin_operations(self.admin, control_plane.routes)
        observe = join_observers(_list_observers(options.call_log, self._metrics, self._traces))
        on_shutdown = [self.sessions.close, *([] if self._traces is None else [self._traces.close])]
        self.application = Dispatcher(
            routes,
            variants,
            self.sessions,
            headers,
            control_plane,
            front_page,
            observe,
            on_shutdown,
            options.maximum_body_bytes,
        )

    def replace_services(self, services: Sequence[Service]) -> Stub:
        """Make the stub that serves *services*, of the same names, in the sessions of this one.

        Raises CannotStart if they cannot be served, or have other choices, which every session knows from its start.
        """
        if _list_choices(services) != self.sessions.blueprint.choices:
            raise CannotStart("the choices (x-choice) are others than at the start; start the stub again")
        seed = self.sessions.blueprint.seed
        return Stub(
            services, seed=seed, mode=self._mode, secret=self._secret, options=self._options, former=self
        )

    @property
    def services(self) -> Sequence[Service]:
        """What is served, in the order in which it was given."""
        return list(self._services.values())

    @property
    def operations(self) -> Sequence[Operation]:
        """The operations of the served APIs, in the order of the services and their contracts."""
        return self.application.routes.operations

    @property
    def operations_path(self) -> str:
        """Where the operations are listed: at the front, unless a contract has an operation of its own there."""
        is_taken = any(one.method == "GET" and one.template == "/" for one in self.operations)
        return "/__admin/operations" if is_taken else "/"

    def list_flaws(self) -> list[dict[str, str]]:
        """List what is wrong with the contracts: the name of the API, the file, the place in it, and a message."""
        return [
            {
                "api": service.name,
                "file": str(flaw.file or service.file),
                "place": ".".join(map(str, flaw.place)),
                "message": flaw.message,
            }
            for service in self.services
            if service.document is not None
            for flaw in (*service.document.flaws, *self._find_late_flaws(service, service.document))
        ]

    def _find_late_flaws(self, service: Service, document: Document) -> Iterator[Flaw]:
        for operation in self.operations:
            if operation.api == service.name and operation.flaw is not None:
                yield document.locate_flaw(make_flaw(service.spec, operation, operation.flaw))

    def list_chosen(self) -> list[str]:
        """List the alternatives in force that are not the default, as ``--choose`` takes them."""
        return [
            f"{service.name}/{id_}={name}"
            for service in self._services.values()
            for id_, name in service.choices.names.items()
            if name != service.choices.choices[id_].default
        ]

    def make_credentials(self, operation: Operation) -> list[SampleCredential]:
        """Make the credentials that *operation* asks for together, if any."""
        if self._mode == "off":
            return []
        service = self._services[operation.api]
        now_s = self.sessions.default.clock.now_s()
        return make_sample_credentials(
            operation.security, service.schemes, service.fixtures.credentials, self._secret, now_s
        )

    def _make_by_scheme(self, api: str, now_s: float) -> dict[str, SampleCredential]:
        """Make the credentials that an API takes, by the name of their scheme."""
        service = self._services.get(api)
        if service is None or self._mode == "off":
            return {}
        return {
            name: one
            for name in service.schemes
            for one in make_sample_credentials(
                [{name: []}], service.schemes, service.fixtures.credentials, self._secret, now_s
            )
        }

    def _make_front_page(self, routes: Routes) -> FrontPage:
        titles = {service.name: str(service.spec["info"]["title"]) for service in self.services}
        return FrontPage(routes, titles, self._render_curl, DEFAULT if self.sessions.is_strict else None)

    def _render_curl(self, operation: Operation, url: str) -> str:
        credentials = self.make_credentials(operation)
        return render_curl(operation, self._services[operation.api].spec, url, credentials)


def _map_by_name(services: Sequence[Service]) -> Mapping[str, Service]:
    """Map the services by name, and refuse a name that is taken twice, or by the control plane."""
    named: dict[str, Service] = {}
    for service in services:
        if service.name == NAME or service.name in named:
            raise CannotStart(f"{service.name}: the name is taken; rename the file")
        named[service.name] = service
    return named


def _make_sessions(blueprint: Blueprint, headers: RequestHeadersCache, options: Options) -> Sessions:
    if options.store_url is None:
        return SessionRegistry(
            blueprint,
            is_strict=options.is_strict_sessions,
            ttl_s=options.session_ttl_s,
            limit=options.session_limit,
            seconds=options.steady_seconds,
        )
    # Imported here, since most stubs keep their sessions in memory.
    from mockserver.session.redis_store.connection import Connection
    from mockserver.session.redis_store.registry import RedisSessions

    return RedisSessions(
        blueprint,
        Connection(options.store_url),
        headers.parse,
        prefix=options.store_prefix,
        is_strict=options.is_strict_sessions,
        ttl_s=options.session_ttl_s,
        limit=options.session_limit,
    )


def _make_metrics(ledger: JournalLedger, options: Options) -> Metrics | None:
    if not options.has_metrics:
        return None
    try:
        from mockserver.telemetry.metrics import Metrics
    except ModuleNotFoundError:
        raise _lacks_extra("--metrics", "prometheus-client", "metrics") from None
    return Metrics(ledger if options.store_url is None else None)


def _make_traces(options: Options) -> Traces | None:
    if not options.has_traces:
        return None
    try:
        from mockserver.telemetry.traces import Traces
    except ModuleNotFoundError:
        raise _lacks_extra("--otel", "OpenTelemetry's SDK and its exporter", "otel") from None
    return Traces()


def _lacks_extra(option: str, libraries: str, extra: str) -> CannotStart:
    return CannotStart(
        f"{option} needs {libraries}; install it in the checkout: .venv/bin/pip install -e '.[{extra}]'"
    )


def _list_observers(
    call_log: CallLog | None, metrics: Metrics | None, traces: Traces | None
) -> Iterator[Observer]:
    if call_log is not None:
        yield call_log.write
    if metrics is not None:
        yield metrics.count_call
    if traces is not None:
        yield traces.trace_call


def _make_blueprint(services: Sequence[Service], seed: int, options: Options) -> Blueprint:
    apis = {service.name: service.api for service in services if service.api is not None}
    records = {service.name: dict(service.fixtures.records()) for service in services}
    ledger = JournalLedger(options.journal_bytes)
    return Blueprint(
        apis, records, seed, options.seconds, options.journal_limit, ledger, _list_choices(services)
    )


def _list_choices(services: Sequence[Service]) -> Choices:
    return {service.name: service.choices.names for service in services if service.choices.names}


def _add_admin_operations(admin: Admin, routes: Routes) -> None:
    """Compile the operations of the control plane; the guard stands for their security."""
    error_format = ErrorFormat(str(CONTRACT), admin.spec)
    choices = ChoicesInForce(admin.spec, {})
    handlers = method_handlers(Admin, lambda _: admin)
    for definition in _read_admin_operations():
        handler = handlers[definition.name]
        routes.add(Operation(definition, NAME, choices, error_format, admin.identify_operator, handler))


@cache
def _read_admin_operations() -> Sequence[Definition]:
    return read_definitions(load_own_contract())

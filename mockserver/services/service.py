"""What a stub serves: for each API its contract, its behaviour and its fixtures."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import openapi
from mockserver import apis, fixtures
from mockserver.contract.choices_in_force import ChoicesInForce
from mockserver.contract.handler import Handler, MethodHandler
from mockserver.http.problems import CannotStart, InvalidContract
from openapi import Spec
from openapi.choices import Chosen

if TYPE_CHECKING:
    from mockserver.session.session import Session
    from openapi.document import Document


@dataclass(frozen=True)
class Service:
    """One API to serve: its name, its contract, its behaviour, and the fixtures that a session starts with.

    api: the class whose methods handle the operations, made once per session; None where none of them has a state.
    file: where the contract lies, for messages. document: what was read of it where it is served alone, with its flaws.
    is_shipped: whether the contract ships here, and is known to be valid.
    handlers: by operationId; the methods of *api* unless given. chosen: the alternatives that are taken of the
    contract's choices, by their ids, instead of the defaults. make_handlers: makes the handlers where they follow from
    the contract.
    """

    name: str
    spec: Spec
    api: type[apis.Api] | None
    fixtures: fixtures.Fixtures
    file: str = ""
    document: Document | None = None
    is_shipped: bool = False
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    chosen: Chosen = field(default_factory=dict)
    make_handlers: Callable[[Spec], Mapping[str, Handler]] | None = None

    def __post_init__(self) -> None:
        """Fill in the usual place of the contract, and the handlers."""
        # A frozen dataclass has no other way to derive one field from another.
        if not self.file:
            object.__setattr__(self, "file", f"openapi/{self.name}.yaml")
        if self.make_handlers is not None:
            object.__setattr__(self, "handlers", self.make_handlers(self.choices.spec))
        if not self.handlers and self.api is not None:
            object.__setattr__(self, "handlers", method_handlers(self.api, self._find_instance))

    @cached_property
    def choices(self) -> ChoicesInForce:
        """The alternatives in force, and the contract that follows from them.

        Raises CannotStart for a choice that cannot be read.
        """
        try:
            return ChoicesInForce(self.spec, self.chosen)
        except InvalidContract as error:
            raise CannotStart(f"{self.file}: {error}") from None

    def choose(self, chosen: Chosen) -> Service:
        """Make the same service with other alternatives."""
        return replace(self, chosen=chosen)

    @property
    def schemes(self) -> Mapping[str, Any]:
        """The security schemes of the contract with the alternatives in force."""
        schemes: Mapping[str, Any] = self.choices.spec.get("components", {}).get("securitySchemes", {})
        return schemes

    def _find_instance(self, session: Session) -> Any:
        return session.get_or_make_api(self.name)


def method_handlers(cls: type, instance: Callable[[Session], Any]) -> dict[str, Handler]:
    """Map the name of each public method of *cls* to its handler; the names are operationIds."""
    methods = inspect.getmembers(cls, inspect.isfunction)
    return {name: MethodHandler(method, instance) for name, method in methods if not name.startswith("__")}


def load_services(names: Sequence[str] | None = None, fixtures_file: Path | None = None) -> list[Service]:
    """Load the APIs that have a contract in ``openapi/``: all of them, or those of *names*.

    fixtures_file: replaces the built-in fixtures of the APIs it names.
    Raises CannotStart with a sentence that says what, where and what to do; openapi.UnknownApi.
    """
    wanted = list(dict.fromkeys(names or openapi.api_names()))
    specs = {name: openapi.load_contract(name) for name in wanted}
    modules = {name: apis.import_api(name) for name in wanted}
    known = _load_fixtures(modules, fixtures_file)
    return [Service(name, specs[name], modules[name].Api, known[name], is_shipped=True) for name in wanted]


def select_built_in_services(
    names: Sequence[str] | None, fixtures_file: Path | None, openapi_files: Sequence[Path]
) -> list[Service]:
    """Load the built-in APIs of *names*; without names all of them, but none beside *openapi_files*.

    Raises what load_services() raises, and CannotStart for fixtures of which no API is served.
    """
    if openapi_files and not names and fixtures_file is not None:
        raise CannotStart(
            f"--fixtures {fixtures_file} has no effect on an OpenAPI file; name a built-in API, too, or leave it out"
        )
    return [] if openapi_files and not names else load_services(names, fixtures_file)


def _import_models() -> dict[str, type[fixtures.Fixtures]]:
    return {name: apis.import_api(name).Fixtures for name in openapi.api_names()}


def _load_fixtures(modules: Mapping[str, ModuleType], file: Path | None) -> dict[str, fixtures.Fixtures]:
    models = {name: module.Fixtures for name, module in modules.items()}
    own = fixtures.load_own(file, _import_models(), list(modules)) if file else {}
    return {name: own.get(name) or fixtures.load_built_in(name, model) for name, model in models.items()}

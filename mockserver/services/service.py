"""What a stub is made of: for each API its contract, its behaviour and its fixtures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import openapi
from mockserver import apis, fixtures
from mockserver.http.problems import CannotStart, nearest
from openapi import Spec


@dataclass(frozen=True)
class Service:
    """One API to serve: its name, its contract, the class that keeps it, and what a fresh session knows.

    file: where the contract lies, for messages. is_shipped: whether it came with us, and is known to be valid.
    """

    name: str
    spec: Spec
    api: type[apis.Api]
    fixtures: fixtures.Fixtures
    file: str = ""
    is_shipped: bool = False

    def __post_init__(self) -> None:
        """Take a contract of ours for one from the usual folder."""
        if not self.file:
            object.__setattr__(self, "file", f"openapi/{self.name}.yaml")

    @property
    def schemes(self) -> Mapping[str, Any]:
        """The contract's security schemes."""
        schemes: Mapping[str, Any] = self.spec.get("components", {}).get("securitySchemes", {})
        return schemes


def services(names: Sequence[str] | None = None, fixtures_file: Path | None = None) -> list[Service]:
    """Gather the APIs that have a contract in ``openapi/``; all of them, or those of *names*.

    fixtures_file: replaces the built-in fixtures of the APIs it names.
    Raises CannotStart with a sentence that says what, where and what to do; openapi.UnknownApi.
    """
    wanted = list(dict.fromkeys(names or openapi.api_names()))
    specs = {name: openapi.load_contract(name) for name in wanted}
    modules = {name: apis.import_api(name) for name in wanted}
    known = _fixtures(modules, fixtures_file)
    return [Service(name, specs[name], modules[name].Api, known[name], is_shipped=True) for name in wanted]


def _fixtures(modules: Mapping[str, ModuleType], file: Path | None) -> dict[str, fixtures.Fixtures]:
    own = fixtures.read_fixtures(file) if file else {}
    for name in own:
        if name not in modules:
            meant = nearest(str(name), list(modules))
            raise CannotStart(f"{file}: {name} is not an API served here; {meant}")
    return {
        name: fixtures.parse_fixtures(own[name], module.Fixtures, f"{file}: {name}")
        if name in own
        else fixtures.load_built_in(name, module.Fixtures)
        for name, module in modules.items()
    }

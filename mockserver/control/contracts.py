"""The contracts that are served, and the choices in them, as the control plane shows and changes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

import openapi
from mockserver.http.problems import CannotStart, Invalid, NotFound, Violation, suggest_nearest
from mockserver.session.session import Choices
from openapi import Spec
from openapi.choices import UnknownChoice, apply_choices, check_chosen, read_choices

CONTRACT = Path(__file__).parent / "admin.yaml"
NAME = "admin"
# The one written in C takes a fifth of the time; PyYAML has it on most systems.
_DUMPER: type[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@cache
def load_own_contract() -> Spec:
    """Read the control plane's contract; the same object every time, so treat it as read-only."""
    return openapi.read_contract(CONTRACT)


class Contracts:
    """The contracts by the name of their API, that of the control plane among them.

    specs: those of the served APIs, as they are with the defaults of their choices. initial: the alternatives that the
    stub was started with. compile_choices: compiles the operations for other ones.
    """

    def __init__(
        self, specs: Mapping[str, Spec], initial: Choices, compile_choices: Callable[[Choices], object]
    ) -> None:
        self._specs = {**specs, NAME: load_own_contract()}
        self._initial = initial
        self._compile_choices = compile_choices
        self.names = list(self._specs)
        # To write one takes a hundred times as long as to answer a call, and few choices are made.
        self._write_text = lru_cache(16)(self._write_text_of)

    def list_served(self) -> dict[str, Spec]:
        """Give the contracts of the served APIs by their names."""
        return {api: spec for api, spec in self._specs.items() if api != NAME}

    def find(self, api: str, choices: Choices) -> Spec:
        """Find the contract of *api* with the alternatives in *choices*.

        Raises NotFound.
        """
        if api not in self._specs:
            raise NotFound(f"contract {api!r} not found; {suggest_nearest(api, self.names)}")
        spec: Spec = apply_choices(self._specs[api], choices.get(api, {}))
        return spec

    def list_alternatives(self) -> list[dict[str, Any]]:
        """List the choices of each contract that has any, with what may be taken."""
        return [
            {
                "api": api,
                "id": choice.id,
                "place": choice.place if choice.at else "the whole contract",
                "reason": choice.reason,
                "default": choice.default,
                "alternatives": {one.name: one.text for one in choice.alternatives.values()},
            }
            for api in self._initial
            for choice in read_choices(self._specs[api]).values()
        ]

    async def write_text(self, api: str, choices: Choices) -> bytes:
        """Write the contract of *api* with the alternatives in *choices* as YAML.

        Raises NotFound.
        """
        # While others are served.
        return await asyncio.to_thread(self._write_text, api, tuple(choices.get(api, {}).items()))

    def _write_text_of(self, api: str, chosen: tuple[tuple[str, str], ...]) -> bytes:
        spec = self.find(api, {api: dict(chosen)})
        text: str = yaml.dump(spec, Dumper=_DUMPER, sort_keys=False, allow_unicode=True)
        return text.encode()

    async def read_choices(self, document: Mapping[str, Any]) -> Choices:
        """Read the alternatives that are in force after *document* chose some; of all others those of the start are.

        Raises Invalid for APIs, choices and alternatives that are not known, and for what cannot be served.
        """
        wanted = {**self._initial, **self._read_chosen(document)}
        try:
            # While others are served, so that the next call need not wait for it.
            await asyncio.to_thread(self._compile_choices, wanted)
        except CannotStart as error:  # of a contract of the user's own
            raise Invalid([Violation("", str(error))]) from None
        return wanted

    def _read_chosen(self, document: Mapping[str, Any]) -> Choices:
        found: dict[str, dict[str, str]] = {}
        errors = []
        for api, names in document.items():
            if api not in self._initial:
                known = suggest_nearest(api, list(self._initial))
                errors.append(Violation(api, f"is not an API with choices; {known}"))
                continue
            choices = read_choices(self._specs[api])
            found[api] = dict(self._initial[api])
            for id_, name in names.items():
                try:
                    found[api] |= check_chosen(choices, {id_: name})
                except UnknownChoice as error:
                    errors.append(Violation(f"{api}.{id_}", str(error).removeprefix(id_).lstrip(": ")))
        if errors:
            raise Invalid(errors)
        return found

"""The contracts that are served, and the choices in them, as the control plane shows and changes them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import openapi
from mockserver.http.problems import Invalid, NotFound, Violation, suggest_nearest
from mockserver.session.session import Choices
from openapi import Spec
from openapi.choices import UnknownChoice, apply_choices, check_chosen, read_choices

CONTRACT = Path(__file__).parent / "admin.yaml"
NAME = "admin"


@cache
def load_own_contract() -> Spec:
    """Read the control plane's contract; the same object every time, so treat it as read-only."""
    return openapi.read_contract(CONTRACT)


class Contracts:
    """The contracts by the name of their API, that of the control plane among them.

    specs: those of the served APIs, as they are with the defaults of their choices.
    """

    def __init__(self, specs: Mapping[str, Spec]) -> None:
        self._specs = {**specs, NAME: load_own_contract()}
        self.names = list(self._specs)

    def find(self, api: str, choices: Choices) -> Spec:
        """Find the contract of *api* with the alternatives in *choices*.

        Raises NotFound.
        """
        if api not in self._specs:
            raise NotFound(f"contract {api!r} not found; {suggest_nearest(api, self.names)}")
        spec: Spec = apply_choices(self._specs[api], choices.get(api, {}))
        return spec

    def read_chosen(self, document: Mapping[str, Any], choices: Choices) -> Choices:
        """Read which alternatives *document* chooses; for all others those in *choices* are taken.

        Raises Invalid naming every API whose choices or alternatives are not known.
        """
        found: dict[str, Mapping[str, str]] = {}
        errors = []
        for api, names in document.items():
            if api not in choices:
                known = suggest_nearest(api, list(choices))
                errors.append(Violation(api, f"is not an API with choices; {known}"))
                continue
            try:
                found[api] = {**choices[api], **check_chosen(read_choices(self._specs[api]), names)}
            except UnknownChoice as error:
                errors.append(Violation(api, str(error)))
        if errors:
            raise Invalid(errors)
        return found

"""The behaviour of each API: one module per contract, one method per operationId."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Protocol

from mockserver.http.problems import CannotStart
from mockserver.session.ids import Ids
from mockserver.session.store import Store
from mockserver.simulation.clock import Clock


class Api(Protocol):
    """One API in one session; its further methods are named by the contract's operationIds."""

    def __init__(self, store: Store, clock: Clock, ids: Ids) -> None:
        """Keep the store of records, the clock and the source of identifiers."""
        ...


def import_api(name: str) -> ModuleType:
    """Import the module of the API *name*; it defines ``Api`` and ``Fixtures``.

    Raises CannotStart if there is none.
    """
    try:
        return importlib.import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise CannotStart(
            f"openapi/{name}.yaml is not implemented; write mockserver/apis/{name}.py"
        ) from None

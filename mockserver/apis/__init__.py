"""The behaviour of each API: one module per contract, one method per operationId."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Protocol

from mockserver.http.problems import CannotStart


class Api(Protocol):
    """One API in one session; its further methods are named by the contract's operationIds.

    It is made from the store of records, the clock and the source of identifiers; if its contract has choices, also
    from a mapping of their ids to the alternatives in force.
    """


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

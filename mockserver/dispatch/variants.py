"""The operations of sessions that take other alternatives of a contract's choices than the stub was started with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from mockserver.contract.operation import Operation
from mockserver.contract.routes import Routes
from mockserver.session.session import Choices

# A variant has the schemas of all contracts; a suite of tests has a few.
_MOST_KEPT = 16

_Key = tuple[tuple[str, frozenset[tuple[str, str]]], ...]


class Variants:
    """Compiles the operations for other alternatives, and keeps those that were used last.

    routes, choices: the operations that the stub was started with, and the alternatives. compile_api: compiles all
    operations of an API with the alternative of each choice.
    """

    def __init__(
        self,
        routes: Routes,
        choices: Choices,
        compile_api: Callable[[str, Mapping[str, str]], Iterable[Operation]],
    ) -> None:
        self._routes = routes
        self._usual = choices
        self._compile_api = lru_cache(_MOST_KEPT)(lambda api, chosen: list(compile_api(api, dict(chosen))))
        self._find_known = lru_cache(_MOST_KEPT)(self._make_routes)

    def find_routes(self, choices: Choices) -> Routes:
        """Find the operations with the alternatives in *choices*."""
        return self._find_known(tuple((api, frozenset(chosen.items())) for api, chosen in choices.items()))

    def _make_routes(self, key: _Key) -> Routes:
        chosen, routes = dict(key), Routes()
        for api in dict.fromkeys(operation.api for operation in self._routes.operations):
            if api in chosen and dict(chosen[api]) != self._usual[api]:
                operations = self._compile_api(api, chosen[api])
            else:
                operations = [one for one in self._routes.operations if one.api == api]
            for operation in operations:
                routes.add(operation)
        return routes

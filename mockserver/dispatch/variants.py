"""The operations of sessions that take other alternatives of a contract's choices than the stub was started with."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from threading import Lock

from mockserver.contract.operation import Operation
from mockserver.contract.routes import Routes
from mockserver.session.session import Choices

# Of some megabytes each; a suite of tests may have one for each alternative.
_MOST_KEPT = 64

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
        self._initial = choices
        self._compile_api = lru_cache(_MOST_KEPT)(lambda api, chosen: list(compile_api(api, dict(chosen))))
        self._known: OrderedDict[_Key, Routes] = OrderedDict()
        self._changing = Lock()

    async def load_routes(self, choices: Choices) -> Routes:
        """Find the operations with the alternatives in *choices*; those that are not known are compiled in a thread."""
        known = self._find_known(_make_key(choices))
        return await asyncio.to_thread(self.compile_routes, choices) if known is None else known

    def compile_routes(self, choices: Choices) -> Routes:
        """Compile the operations with the alternatives in *choices*, unless they are known."""
        key = _make_key(choices)
        known = self._find_known(key)
        if known is not None:
            return known
        made = self._make_routes(key)
        with self._changing:
            self._known[key] = made
            if len(self._known) > _MOST_KEPT:
                self._known.popitem(last=False)
        return made

    def _find_known(self, key: _Key) -> Routes | None:
        with self._changing:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def _make_routes(self, key: _Key) -> Routes:
        chosen, routes = dict(key), Routes()
        for api in dict.fromkeys(operation.api for operation in self._routes.operations):
            if api in chosen and dict(chosen[api]) != self._initial[api]:
                operations = self._compile_api(api, chosen[api])
            else:
                operations = [one for one in self._routes.operations if one.api == api]
            for operation in operations:
                routes.add(operation)
        return routes


def _make_key(choices: Choices) -> _Key:
    return tuple((api, frozenset(chosen.items())) for api, chosen in choices.items())

"""Two stubs on one store, with connections and a memory of their own, as processes have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.session_caller import Caller
from tests.testbed.stubs import serve_stub

Pair = tuple[Caller, Caller]


@pytest.fixture(scope="session")
def urls(store: str) -> Iterator[tuple[str, str]]:
    """The URLs of two stubs on one store."""
    with ExitStack() as stack:
        stubs = (Stub(load_services(), options=Options(store_url=store)) for _ in range(2))
        first, second = (stack.enter_context(serve_stub(stub)) for stub in stubs)
        yield first, second


@pytest.fixture
def pair(urls: tuple[str, str]) -> Iterator[Pair]:
    """Two callers of one session, each through a stub of its own."""
    with Caller(urls[0]) as first, first.through(urls[1]) as second:
        yield first, second


@pytest.fixture
def serve(store: str) -> Iterator[Callable[..., str]]:
    """Serve further stubs on the same store, with options of their own."""
    with ExitStack() as stack:
        yield lambda seed=0, **options: stack.enter_context(
            serve_stub(Stub(load_services(), seed=seed, options=Options(store_url=store, **options)))
        )

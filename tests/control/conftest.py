"""One stub a worker, and a session of it for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mockserver.services.service import services
from mockserver.stub import Stub

from ..server.running import served
from .caller import Caller


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The URL of a stub with nothing but the defaults."""
    with served(Stub(services())) as url:
        yield url


@pytest.fixture
def caller(url: str) -> Iterator[Caller]:
    """Somebody with a session that nobody else touches."""
    with Caller(url) as caller:
        yield caller


@pytest.fixture
def begin() -> Iterator[Callable[[str], Caller]]:
    """Begin further sessions, of a stub of any URL."""
    with ExitStack() as callers:
        yield lambda url: callers.enter_context(Caller(url))

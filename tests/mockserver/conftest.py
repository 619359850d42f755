"""One stub a worker, and callers of it: in a session of their own, or in the default one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx2
import pytest

from mockserver.services.service import load_services
from mockserver.stub import Stub
from tests.testbed import calls
from tests.testbed.session_caller import Caller
from tests.testbed.stubs import serve_stub


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The URL of a stub with nothing but the defaults."""
    with serve_stub(Stub(load_services())) as url:
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


@pytest.fixture(scope="session")
def default_caller(url: str) -> Iterator[calls.Caller]:
    """Somebody who may do everything in the default session, for tests that keep to records of their own."""
    with httpx2.Client(base_url=url, timeout=5, verify=False) as http:
        yield calls.Caller(http)

"""One stub a worker, and callers of it: in a session of their own, or in the default one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx2
import pytest

from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed import calls
from tests.testbed.redis_server import needs_redis, serve_redis
from tests.testbed.session_caller import Caller
from tests.testbed.stubs import serve_stub

# What a caller can change, or see of what was changed, is the same wherever it is kept.
ON_EACH_STORE = ("session.test_journal", "session.test_state", "session.test_sessions", "simulation.")

# Thousands of calls for a bound that is the same code on each store.
IN_MEMORY = {"test_listener_that_does_not_read_stalls_nobody"}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of what is kept once on each store."""
    module = metafunc.module.__name__.removeprefix(f"{__package__}.")
    is_about_memory = metafunc.function.__name__ in IN_MEMORY
    if "url" in metafunc.fixturenames and module.startswith(ON_EACH_STORE) and not is_about_memory:
        metafunc.parametrize("url", ["memory", "redis"], indirect=True, scope="session")


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a stub with nothing but the defaults, and perhaps a store."""
    store = request.getfixturevalue("store") if getattr(request, "param", "memory") == "redis" else None
    with serve_stub(Stub(load_services(), options=Options(store_url=store))) as url:
        yield url


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server of Redis that nobody else uses."""
    needs_redis()
    with serve_redis(tmp_path_factory.mktemp("redis")) as url:
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

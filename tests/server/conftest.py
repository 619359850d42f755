"""One stub a worker, started as a user starts it, for all tests that keep to records of their own."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2 as httpx
import pytest

from .calls import Caller
from .running import started


@pytest.fixture(scope="session")
def url() -> Iterator[str]:
    """The URL of a stub with nothing but the defaults."""
    with started("--quiet") as (url, _):
        yield url


@pytest.fixture(scope="session")
def caller(url: str) -> Iterator[Caller]:
    """Somebody who may do everything there."""
    with httpx.Client(base_url=url, timeout=5) as http:
        yield Caller(http)

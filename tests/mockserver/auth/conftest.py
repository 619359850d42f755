"""What the tests of tokens share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mockserver.auth.public_keys import KeyServer, serve_local_keys


@pytest.fixture
def server() -> Iterator[KeyServer]:
    """A server that hands out the keys of a local stack."""
    with serve_local_keys() as server:
        yield server

"""Fixtures for pytest: ``mockserver``, a running stub, and ``mock_session``, a session of it for each test.

Nothing heavy is imported until a test asks for one of them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mockserver.testing.client import Mock, MockSession


@pytest.fixture(scope="session")
def mockserver() -> Iterator[Mock]:
    """Return the stub at ``MOCKSERVER_URL``, which all workers share, or start one in this process on a free port."""
    from mockserver.testing.client import Mock, MockServer

    url = os.environ.get("MOCKSERVER_URL")
    if url:
        mock = Mock(url, os.environ.get("MOCKSERVER_ADMIN_TOKEN"))
        yield mock
        mock.close()
    else:
        with MockServer() as server:
            yield server


@pytest.fixture
def mock_session(mockserver: Mock) -> Iterator[MockSession]:
    """Start a session for this test alone; its base_url, token and api_key lead to it."""
    session = mockserver.session()
    yield session
    session.end()

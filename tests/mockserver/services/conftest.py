"""A contract served, and a client of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest

from mockserver.services import openapi_file
from mockserver.stub import Stub
from tests.mockserver.services.contracts import written
from tests.testbed.stubs import serve_stub

Serve = Callable[..., httpx2.Client]


@pytest.fixture
def serve(tmp_path) -> Iterator[Serve]:
    """Serve one contract and give a client of it."""
    with ExitStack() as stack:

        def start(spec: Any, name: str = "library.yaml") -> httpx2.Client:
            url = stack.enter_context(
                serve_stub(Stub([openapi_file.load_service(written(tmp_path, spec, name))]))
            )
            return stack.enter_context(httpx2.Client(base_url=url, timeout=5, verify=False))

        yield start

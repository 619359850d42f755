"""A shop, whose products and orders are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from mockserver.services import openapi_file
from mockserver.stub import Options, Stub
from tests.testbed.stubs import serve_stub

NOW_S = 1_900_000_000.0

CONTRACT = yaml.safe_load((Path(__file__).parent / "shop.yaml").read_text())

Start = Callable[..., httpx2.Client]


@pytest.fixture
def start(tmp_path) -> Iterator[Start]:
    """Serve a contract that keeps its state and give a client below the path of its server."""
    with ExitStack() as stack:

        def serve(
            spec: Any = CONTRACT, items: Any = None, base: str = "/v1", name: str = "shop"
        ) -> httpx2.Client:
            file = tmp_path / f"{name}.yaml"
            file.write_text(yaml.safe_dump(spec))
            items_file = None
            if items is not None:
                items_file = tmp_path / "items.yaml"
                items_file.write_text(yaml.safe_dump(items))
            services = openapi_file.load_services([file], keeps_state=True, items_file=items_file)
            stub = Stub(services, options=Options(seconds=lambda: NOW_S))
            url = stack.enter_context(serve_stub(stub))
            return stack.enter_context(httpx2.Client(base_url=url + base, timeout=5))

        yield serve


@pytest.fixture
def shop(start) -> httpx2.Client:
    return start()

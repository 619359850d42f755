"""What clients send fills no memory: whatever is kept to be quick has a bound in bytes, not only in number."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable

import pytest

from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.calls import PREFERENCE, ask, bearer, fresh, request, token
from tests.testbed.stubs import serve_stub

# Just more than the bound of all together.
MANY, LARGE = 30, "x" * 500_000
JSON = "application/json"

# How often, and what is sent the so-manieth time.
SENT: dict[str, tuple[int, Callable[[int], dict[str, str]]]] = {
    "bearer": (MANY, lambda number: bearer(f"{number}{LARGE}")),
    "valid-token": (MANY, lambda number: bearer(token(number=number, large=LARGE))),
    "other-scheme": (MANY, lambda number: {"Authorization": f"Digest {number}{LARGE}"}),
    "media-type": (MANY, lambda number: {"Content-Type": f"{JSON}; x={number}{LARGE}", **bearer(token())}),
    "cookie": (MANY, lambda number: {"Cookie": f"sb-a-auth-token={number}{LARGE}"}),
    "any-header": (MANY, lambda number: {"X-Any": f"{number}{LARGE}"}),
    "session": (MANY, lambda number: {"X-Mock-Session": f"{number}{LARGE}"}),
    "middling-headers": (1000, lambda number: {"X-Any": f"{number}{LARGE[:15_000]}"}),
}


@pytest.mark.parametrize("name", SENT)
def test_headers_that_are_always_new_fill_no_memory(name):
    times, make = SENT[name]
    with serve_stub(Stub(load_services(), options=Options(journal_limit=1))) as url:
        assert measure_growth(url, PREFERENCE, make, times) < 14_000_000


def test_hosts_that_are_always_new_fill_no_memory():
    with serve_stub(Stub(load_services())) as url:
        grown = measure_growth(url, "/__admin/reset", lambda number: {"Host": f"{number}{LARGE}"}, MANY)

    assert grown < 14_000_000


def measure_growth(url: str, target: str, make: Callable[[int], dict[str, str]], times: int) -> int:
    """Send it so often, and tell by how many bytes the memory of this process, which has the stub, has grown.

    Over a bare socket, for a client would spend more time on such headers than the stub.
    """
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(times):
            headers = {"Content-Type": JSON, **make(number)}
            ask(url, request(target=target, headers=headers, content=json.dumps(fresh()).encode()))
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

"""What clients send fills no memory: whatever is kept to be quick has a bound in bytes, not only in number."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable

import pytest

from mockserver.dispatch.exchange import Exchange
from mockserver.http.problems import Problem
from mockserver.services.service import load_services
from mockserver.stub import Options, Stub
from tests.testbed.calls import PREFERENCE, ask, bearer, fresh, request, token
from tests.testbed.stubs import serve_stub
from tests.testbed.waiting import wait_until

# Just more than the bound of all together.
MANY, LARGE = 30, "x" * 500_000
JSON = "application/json"
LOCAL = {"Host": "localhost"}

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


def test_queries_that_are_always_new_fill_no_memory():
    with serve_stub(Stub(load_services(), options=Options(journal_limit=1))) as url:
        grown = measure_growth(url, f"/__admin/reset?apikey={{number}}{LARGE[:60_000]}", lambda _: LOCAL, 150)

    assert grown < 14_000_000


REFUSED = {
    "invalid body": (PREFERENCE, b"{", bearer(token())),
    "missing members": (PREFERENCE, b"{}", bearer(token())),
    "no token": (PREFERENCE, json.dumps(fresh()).encode(), {}),
    "bad token": (PREFERENCE, json.dumps(fresh()).encode(), bearer("a.b.c")),
    "unknown fan": (PREFERENCE, json.dumps(fresh(fanId="nobody")).encode(), bearer(token())),
    "no such path": ("/api/v2/update", b"{}", {}),
}


def test_refused_calls_leave_nothing_to_the_garbage_collector():
    with serve_stub(Stub(load_services())) as url:
        gc.collect()
        gc.disable()
        try:
            for target, content, headers in REFUSED.values():
                ask(url, request(target=target, headers={"Content-Type": JSON, **headers}, content=content))
            # The last call may still be on its way out.
            wait_until(
                lambda: not any(isinstance(one, Exchange | Problem) for one in gc.get_objects()), within_s=5
            )
        finally:
            gc.enable()


def measure_growth(url: str, target: str, make: Callable[[int], dict[str, str]], times: int) -> int:
    """Send it so often, and tell by how many bytes the memory of this process, which has the stub, has grown.

    Over a bare socket, for a client would spend more time on such headers than the stub.
    """
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for number in range(times):
            headers = {"Content-Type": JSON, **make(number)}
            ask(
                url,
                request(
                    target=target.format(number=number), headers=headers, content=json.dumps(fresh()).encode()
                ),
            )
        gc.collect()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()

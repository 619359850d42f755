"""The operations of sessions with choices of their own: compiled once, beside other calls, and not kept without end."""

import asyncio
import threading

import pytest

from mockserver.dispatch.variants import Variants
from mockserver.services.service import load_services
from mockserver.stub import Stub

SESSIONS = 40


@pytest.fixture(scope="module")
def routes():
    return Stub(load_services(["suprsend"])).application.routes


def make_variants(routes, compiled):
    def compile_api(_, chosen):
        compiled.append((chosen["id"], threading.current_thread()))
        return routes.operations

    return Variants(routes, {"suprsend": {"id": "usual"}}, compile_api)


def load_all(variants, numbers):
    for number in numbers:
        asyncio.run(variants.load_routes({"suprsend": {"id": str(number)}}))


def test_many_sessions_with_choices_of_their_own_are_compiled_once_each(routes):
    compiled = []
    variants = make_variants(routes, compiled)
    load_all(variants, [*range(SESSIONS)] * 2)

    assert [number for number, _ in compiled] == [str(number) for number in range(SESSIONS)]


def test_operations_are_compiled_while_others_are_served(routes):
    compiled = []
    load_all(make_variants(routes, compiled), [1])

    assert compiled[0][1] is not threading.main_thread()


def test_what_was_not_used_for_long_is_compiled_anew(routes):
    compiled = []
    variants = make_variants(routes, compiled)
    load_all(variants, [*range(100), 0])

    assert [number for number, _ in compiled].count("0") == 2

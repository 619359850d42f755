"""Retry-After, which tells a client of a busy service when to come again, on answers that were asked for."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.testbed.calls import CATEGORY
from tests.testbed.session_caller import A_FAN, Caller


def prefer(caller: Caller, status: int) -> list[httpx2.Response]:
    wanted = {"Prefer": f"code={status}"}
    return [caller.write(**wanted), caller.set({}, **wanted)]


def use_magic_id(caller: Caller, status: int) -> list[httpx2.Response]:
    fan, path = f"mock-{status}", CATEGORY.replace("engineering", f"mock-{status}")
    return [caller.write({**A_FAN, "fanId": fan}), caller.set({}, path)]


def override(caller: Caller, status: int, **response: Any) -> list[httpx2.Response]:
    caller.admin("POST", "overrides", {"response": {"status": status, **response}, "times": 2})
    return [caller.write(), caller.set({})]


def override_body(caller: Caller, status: int) -> list[httpx2.Response]:
    return override(caller, status, body="busy", headers={"Content-Type": "text/plain"})


def set_fault(caller: Caller, status: int) -> list[httpx2.Response]:
    caller.faults({"status": status})
    return [caller.write(), caller.set({})]


WAYS = [prefer, use_magic_id, override, override_body, set_fault]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [429, 503])
def test_busy_answer_says_when_to_try_again(caller, way, status):
    for answer in way(caller, status):
        assert (answer.status_code, answer.headers.get("retry-after")) == (status, "1")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("status", [400, 404, 500])
def test_other_answers_do_not_say_when_to_try_again(caller, way, status):
    for answer in way(caller, status):
        assert (answer.status_code, answer.headers.get("retry-after")) == (status, None)


@pytest.mark.parametrize("value", ["7", "0", "Wed, 02 Jan 2030 03:04:05 GMT"])
@pytest.mark.parametrize("body", [{}, {"body": {"any": 1}}])
def test_override_says_when_to_try_again(caller, value, body):
    for answer in override(caller, 429, headers={"retry-after": value}, **body):
        assert answer.headers.get_list("retry-after") == [value]


@pytest.mark.parametrize("body", [{}, {"body": {"any": 1}}])
def test_override_leaves_out_when_to_try_again(caller, body):
    """As many servers that are busy do."""
    for answer in override(caller, 503, headers={"Retry-After": "", "X-Empty": ""}, **body):
        assert answer.headers.get_list("retry-after") == []
        assert answer.headers["x-empty"] == ""

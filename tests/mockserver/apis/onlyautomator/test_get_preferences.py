"""OnlyAutomator's get-preferences: what was written is read."""

from __future__ import annotations

import asyncio

import pytest

from mockserver.session.memory_store import MemoryStore
from tests.testbed.calls import PREFERENCES, bearer, fresh, token


def names(answer):
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "success"
    return [record["preference"] for record in answer.json()["data"]]


def test_what_was_written_is_read_the_last_one_first(default_caller):
    written = [default_caller.wrote(fresh(fanId="24680", value=value)) for value in (True, ["a"], None)]

    assert default_caller.read(fanId="24680").json()["data"][:3] == written[::-1]


def test_update_keeps_its_place(default_caller):
    body, later = fresh(), fresh()
    first, second = default_caller.wrote(body), default_caller.wrote(later)

    updated = default_caller.wrote({**body, "value": "new"})

    assert default_caller.read(fanId="12345").json()["data"][:2] == [second, updated]
    assert updated["id"] == first["id"]


def test_category_picks(default_caller):
    tipping = [
        default_caller.wrote(fresh(category="tipping", preference=name))["preference"] for name in ("a", "b")
    ]
    default_caller.wrote(fresh(category="tipping2"))

    assert names(default_caller.read(fanId="12345", category="tipping")) == tipping[::-1]
    assert names(default_caller.read(fanId="12345", category="Tipping")) == []


def test_empty_category_is_one_in_which_nothing_is_stored(default_caller):
    default_caller.wrote(fresh())

    assert names(default_caller.read(fanId="12345")) != []
    assert names(default_caller.read(fanId="12345", category="")) == []


def test_fans_are_apart(default_caller):
    mine, other = fresh(fanId="12345"), fresh(fanId="67890")
    default_caller.wrote(mine)
    default_caller.wrote(other)

    assert other["preference"] not in names(default_caller.read(fanId="12345"))
    assert other["preference"] in names(default_caller.read(fanId="67890"))


def test_fan_of_whom_nothing_is_known_has_an_empty_list(default_caller):
    assert default_caller.read(fanId="fan_uuid_12345").json() == {"status": "success", "data": []}


@pytest.mark.parametrize(
    ("query", "status", "code", "message"),
    [
        ({}, 400, "validation_error", "fanId: is required"),
        ({"fanId": ""}, 400, "validation_error", "fanId: must not be empty"),
        ({"fanId": "nobody"}, 404, "resource_not_found", "Fan not found with the provided ID"),
        ({"fanId": "mock-503"}, 503, "service_unavailable", ""),
    ],
)
def test_refusal_says_why(default_caller, query, status, code, message):
    answer = default_caller.read(**query)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"].startswith(message)
    assert ("x-mock-problem" in answer.headers) is (query == {"fanId": "nobody"})


def test_reading_takes_a_token(default_caller):
    assert default_caller.http.get(PREFERENCES, params={"fanId": "12345"}).status_code == 401
    wrong_role = bearer(token(role="anon"))
    assert (
        default_caller.http.get(PREFERENCES, params={"fanId": "12345"}, headers=wrong_role).status_code == 403
    )
    cookie = {"Cookie": f"sb-access-token={token()}"}
    assert default_caller.http.get(PREFERENCES, params={"fanId": "12345"}, headers=cookie).status_code == 200


def test_other_methods_are_told_apart_on_both_paths(default_caller):
    assert default_caller.http.post(PREFERENCES).headers["allow"] == "GET, HEAD"
    assert (
        default_caller.http.head(PREFERENCES, params={"fanId": "12345"}, headers=bearer(token())).status_code
        == 200
    )


def test_list_of_one_fan_does_not_look_at_the_others():
    """Lists are kept as records are written, so that a million records of others cost nothing."""
    store = MemoryStore({("preference", "a", "x"): {"n": 1}, ("preference", "b", "x"): {"n": 2}})

    async def listed(*prefix: str) -> list[int]:
        return [record["n"] for record in await store.list_records(prefix)]

    async def story() -> None:
        assert await listed("preference", "a") == [1]
        await store.update(("preference", "a", "y"), lambda _: {"n": 3})
        await store.update(("preference", "a", "x"), lambda old: {"n": old["n"] + 3})
        assert await listed("preference", "a") == [4, 3]
        assert await listed("preference", "a", "y") == [3]
        assert await listed("preference", "b") == [2]
        assert await listed("preference") == [4, 2, 3]
        saved = store.save()
        await store.update(("preference", "a", "z"), lambda _: {"n": 5})
        store.load(saved)
        assert await listed("preference", "a") == [4, 3]
        assert await listed("preference", "c") == []

    asyncio.run(story())

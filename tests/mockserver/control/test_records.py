"""Records of a state one by one, calls of a journal without what is large in them, and the alternatives of choices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

FANS = {"api": "onlyautomator", "kind": "fans"}


def look(caller, path, **query):
    return caller.http.get(f"/__admin/{path}", params={"session": caller.id, **query})


def find(caller, **query):
    return look(caller, "state/records", **query).json()


def test_records_are_found_by_kind_and_text_and_listed_in_part(caller):
    caller.write({"fanId": "12345", "category": "content", "preference": "Dark_Mode", "value": True})
    some = find(caller, kind="fans", offset=1, limit=2)
    hit = find(caller, text="dark_mode")

    assert {"api": "onlyautomator", "kind": "fans", "count": 5} in some["kinds"]
    assert some["found"] == 5
    assert some["records"] == [
        {**FANS, "index": 1, "record": "67890"},
        {**FANS, "index": 2, "record": "24680"},
    ]
    assert hit["found"] == 1
    assert hit["records"][0]["record"]["preference"] == "Dark_Mode"


def test_record_is_replaced_added_and_removed(caller):
    caller.write({"fanId": "12345", "category": "content", "preference": "dark_mode", "value": True})
    (kept,) = find(caller, kind="preferences", api="onlyautomator")["records"]
    changed = {**kept["record"], "value": False}
    place = {name: kept[name] for name in ("api", "kind", "index")}
    caller.admin("PUT", "state/records", {**place, "former": kept["record"], "record": changed})
    caller.admin("PUT", "state/records", {**FANS, "record": "98765"})
    caller.admin("PUT", "state/records", {**FANS, "index": 1, "former": "67890"})

    assert find(caller, text="dark_mode")["records"][0]["record"]["value"] is False
    assert [one["record"] for one in find(caller, kind="fans")["records"]] == [
        "12345", "24680", "fan_uuid_12345", "mock-slow", "98765",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"index": 0, "former": "someone else", "record": "1"}, 409, "fans 0 has changed since it was read"),
        ({"index": 9, "record": "1"}, 404, "fans 9 not found; there are 5"),
        ({"index": 0, "record": 7}, 400, "onlyautomator.fans[0]"),
        ({"api": "onlyautomatr", "record": "1"}, 404, "did you mean 'onlyautomator'?"),
        ({"kind": "fan", "record": "1"}, 400, "onlyautomator.fan"),
    ],
)
def test_change_that_cannot_be_made_changes_nothing(caller, change, status, message):
    answer = caller.ask("PUT", "state/records", {**FANS, **change})

    assert answer.status_code == status
    assert message in answer.text
    assert find(caller, kind="fans")["found"] == 5


def test_of_changes_of_what_was_read_at_once_one_is_made(caller):
    caller.write({"fanId": "12345", "category": "content", "preference": "dark_mode", "value": "0"})
    (kept,) = find(caller, kind="preferences", api="onlyautomator")["records"]
    place = {name: kept[name] for name in ("api", "kind", "index")}

    def change_value(value):
        record = {**kept["record"], "value": value}
        document = {**place, "former": kept["record"], "record": record}
        return caller.ask("PUT", "state/records", document).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(change_value, "abcd")) == [204, 409, 409, 409]


def test_record_among_many_is_checked_like_one_among_few(caller):
    fans = [f"fan-{number}" for number in range(1001)]
    preferences = [
        {"fanId": fan, "category": "content", "preference": "dark_mode", "value": 1} for fan in fans
    ]
    caller.admin("PUT", "state", {"onlyautomator": {"fans": fans, "preferences": preferences}})
    kept = find(caller, kind="preferences", offset=4, limit=1)["records"][0]
    place = {name: kept[name] for name in ("api", "kind", "index")}

    def change(document):
        answer = caller.ask("PUT", "state/records", document)
        return answer.status_code, answer.text

    refused = [
        change({**place, "record": {**kept["record"], "fanId": "fan-5"}}),
        change({**FANS, "index": 4}),
    ]
    assert [status for status, _ in refused] == [400, 400]
    assert "preferences[5]: is there twice" in refused[0][1]
    assert "'fan-4' is not among the fans" in refused[1][1]
    assert change({**place, "record": {**kept["record"], "value": 2}})[0] == 204
    found = find(caller, kind="preferences", offset=4, limit=1)
    assert (found["found"], found["records"][0]["record"]["value"]) == (1001, 2)
    assert change(place)[0] == 204
    assert find(caller, kind="preferences", text="fan-4")["found"] == 111 - 1


def test_calls_are_listed_in_brief_and_read_one_by_one(caller):
    caller.write()
    (whole,) = caller.admin("GET", "requests")
    (brief,) = look(caller, "requests", brief="true").json()

    assert brief["response"] == {"status": 200}
    assert sorted(brief["request"]) == ["method", "path", "query"]
    assert brief == {**whole, "request": brief["request"], "response": brief["response"]}
    assert caller.admin("GET", f"requests/{whole['id']}") == whole
    assert look(caller, "requests/77").status_code == 404


def test_alternatives_are_those_that_are_taken(caller):
    listed = caller.http.get("/__admin/choices/alternatives").json()
    taken = caller.admin("GET", "choices")

    assert {(one["api"], one["id"]) for one in listed} == {(api, id) for api in taken for id in taken[api]}
    assert all(taken[one["api"]][one["id"]] in one["alternatives"] for one in listed)

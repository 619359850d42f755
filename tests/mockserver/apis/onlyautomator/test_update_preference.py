"""OnlyAutomator's update-preference, sentence by sentence."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from tests.testbed.calls import PREFERENCE, bearer, fresh, token

# As they are written on the wire, so that digits count.
VALUES = [
    "true",
    "false",
    "null",
    "0",
    "-1",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "12345678901234567890123456789",
    "0.1",
    "-0.0",
    "1e-300",
    "5e-324",
    "1.7976931348623157e+308",
    '""',
    '" with  spaces "',
    '"naïve ﷽ 漢字"',
    '"👩‍🚀 🏳️‍🌈"',
    '"\\u0000 \\u001f \\" \\\\ \\/"',
    "[]",
    "{}",
    '[null,false,0,"",[],{}]',
    "[3,1,2]",
    '{"":1,"__proto__":{"a":null},"ключ":[]}',
    "[" * 150 + "]" * 150,
]


def test_create_answers_200_with_the_whole_record(default_caller):
    body = fresh()

    answer = default_caller.write(body)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["status"] == "success"
    data = answer.json()["data"]
    assert data.items() >= body.items()
    assert set(data) == {*body, "id", "userId", "source", "createdAt", "updatedAt"}
    assert str(uuid.UUID(data["id"])) == data["id"]
    assert data["createdAt"] == data["updatedAt"]
    assert datetime.fromisoformat(data["createdAt"]).utcoffset().total_seconds() == 0


def test_update_answers_200_and_keeps_id_and_created_at_while_updated_at_moves(default_caller):
    body = fresh()
    created = default_caller.wrote(body)

    updated = default_caller.wrote({**body, "value": "other"})

    assert (updated["id"], updated["createdAt"]) == (created["id"], created["createdAt"])
    assert updated["updatedAt"] > created["updatedAt"]
    assert updated["value"] == "other"


def test_updated_at_moves_with_every_write_however_fast(default_caller):
    body = fresh()

    moments = [default_caller.wrote(body)["updatedAt"] for _ in range(30)]

    assert len(set(moments)) == 30
    assert moments == sorted(moments)


@pytest.mark.parametrize(
    "other",
    [{"fanId": "67890"}, {"category": "messaging"}, {"preference": "Other"}, {"category": "Content"}],
    ids=lambda other: "-".join(other),
)
def test_fan_category_and_preference_together_name_the_record(default_caller, other):
    body = fresh()

    assert default_caller.wrote({**body, **other})["id"] != default_caller.wrote(body)["id"]


def test_user_is_not_part_of_what_names_the_record(default_caller):
    body = fresh()
    first = default_caller.wrote(body, headers=bearer(token(sub="anna")))

    second = default_caller.wrote(body, headers=bearer(token(sub="björn")))

    assert second["id"] == first["id"]
    assert (first["userId"], second["userId"]) == ("anna", "björn")


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value[:20])
def test_value_comes_back_as_it_was_sent(default_caller, value):
    body = json.dumps(fresh(value="?")).replace('"?"', value).encode()
    headers = {**bearer(token()), "Content-Type": "application/json"}

    answer = default_caller.http.post(PREFERENCE, content=body, headers=headers)

    assert answer.status_code == 200, answer.text
    # Texts are compared, not values: -0.0 equals 0.0 and 1 equals true in Python.
    assert json.dumps(answer.json()["data"]["value"]) == json.dumps(json.loads(value))
    if value[0] in "-0123456789":
        assert f'"value":{value},' in answer.text


def test_large_nested_value_comes_back_equal(default_caller):
    value = {f"key {number}": [number, {"text": "ü" * 50, "is": [True, None]}] for number in range(3000)}

    assert default_caller.wrote(fresh(value=value))["value"] == value


@pytest.mark.parametrize(
    "number", ["0.1000000000000000055511151231257827", "1e400", "-1e400", "1e-400", "0.30000000000000000004"]
)
def test_number_that_cannot_be_kept_exactly_is_refused(default_caller, number):
    body = json.dumps(fresh(value="?")).replace('"?"', number).encode()
    headers = {**bearer(token()), "Content-Type": "application/json"}

    answer = default_caller.http.post(PREFERENCE, content=body, headers=headers)

    assert answer.status_code == 400
    assert number[:10] in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("origin", "source"),
    [
        (None, "manual"),
        ("https://onlyautomator.com", "manual"),
        ("null", "manual"),
        ("https://chrome-extension.example", "manual"),
        ("chrome-extension://abcdefghijklmnop", "extension"),
        ("moz-extension://0f2a7ba3-9d41-4a3d-8e7c-0d6e0c6f0a11", "extension"),
        ("safari-web-extension://0f2a7ba3", "extension"),
    ],
)
def test_source_tells_a_browser_extension_from_everything_else(default_caller, origin, source):
    assert default_caller.wrote(fresh(), headers={"Origin": origin} if origin else {})["source"] == source


def test_source_is_decided_by_each_write(default_caller):
    body = fresh(source="inferred", id="mine", userId="mine", createdAt="2000-01-01T00:00:00Z")
    default_caller.wrote(body, headers={"Origin": "chrome-extension://abc"})

    data = default_caller.wrote(body)

    assert data["source"] == "manual"
    assert "mine" not in (data["id"], data["userId"])
    assert data["createdAt"] > "2001"


def test_empty_object_hears_of_all_four_members_at_once(default_caller):
    answer = default_caller.write({})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "validation_error"
    for member in ("fanId", "category", "preference", "value"):
        assert member in answer.json()["error"]["message"]


@pytest.mark.parametrize("member", ["fanId", "category", "preference", "value"])
def test_each_member_is_required(default_caller, member):
    body = fresh()
    del body[member]

    answer = default_caller.write(body)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == f"{member}: is required"


@pytest.mark.parametrize("member", ["fanId", "category", "preference"])
@pytest.mark.parametrize("wrong", [1, 0.5, True, None, [], {}, ""], ids=repr)
def test_key_member_is_text_and_never_coerced(default_caller, member, wrong):
    answer = default_caller.write(fresh(**{member: wrong}))

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith(f"{member}: must ")


@pytest.mark.parametrize("fan", ["99999", "12345 ", "١٢٣٤٥", "../12345", "x" * 10_000])
def test_unknown_fan_is_404(default_caller, fan):
    answer = default_caller.write(fresh(fanId=fan))

    assert answer.status_code == 404
    assert answer.json() == {
        "status": "error",
        "error": {"code": "resource_not_found", "message": "Fan not found with the provided ID"},
    }


@pytest.mark.parametrize("fan", ["12345", "67890", "24680"])
def test_fans_of_the_fixtures_are_known(default_caller, fan):
    assert default_caller.wrote(fresh(fanId=fan))["fanId"] == fan


@pytest.mark.parametrize("name", ["My Own", "MiXeD", " edges ", "日本", "a/b?c#d%20", "\t", "x" * 5000])
def test_custom_categories_and_preference_names_are_kept_exactly(default_caller, name):
    body = {**fresh(category=name), "preference": f"{name}{uuid.uuid4()}"}

    data = default_caller.wrote(body)

    assert (data["category"], data["preference"]) == (name, body["preference"])


def test_parallel_creates_of_one_triple_make_one_record(default_caller):
    body = fresh()

    with ThreadPoolExecutor(16) as pool:
        written = list(pool.map(lambda number: default_caller.wrote({**body, "value": number}), range(64)))

    assert len({data["id"] for data in written}) == 1
    assert len({data["createdAt"] for data in written}) == 1
    assert len({data["updatedAt"] for data in written}) == 64
    assert sorted(data["value"] for data in written) == list(range(64))

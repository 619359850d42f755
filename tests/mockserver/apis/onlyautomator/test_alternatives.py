"""OnlyAutomator with other alternatives than the defaults, where the judge does not look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
import yaml

from tests.testbed.calls import PREFERENCE, PREFERENCES, bearer, fresh
from tests.testbed.session_caller import Caller

SHARED = {"fanId": "12345", "category": "content", "preference": "shared"}


@pytest.fixture
def choose(caller: Caller) -> Callable[..., Caller]:
    """Let the session take these alternatives; hyphens are underscores here."""

    def choose(**chosen: str) -> Caller:
        named = {name.replace("_", "-"): alternative for name, alternative in chosen.items()}
        caller.admin("PUT", "choices", {"onlyautomator": named})
        return caller

    return choose


def wrote(caller, **members):
    answer = caller.write(fresh(**members))
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def listed(caller, token=None, **query):
    answer = caller.http.get(PREFERENCES, params=query, headers=bearer(token or caller.token))
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_id_of_a_body_is_taken_once(choose):
    caller = choose(id_from_body="taken")

    first = wrote(caller, id="mine")
    second, odd = wrote(caller, id="mine"), wrote(caller, id=7)

    assert first["id"] == "mine"
    assert len({first["id"], second["id"], odd["id"]}) == 3
    assert wrote(caller, preference=first["preference"], id="other")["id"] == "mine"


def test_record_in_any_letter_case_keeps_its_names(choose):
    caller = choose(letter_case_in_key="one-record")
    caller.admin("PUT", "state", {"onlyautomator": {"fans": ["12345"], "preferences": [
        {"fanId": "12345", "category": "Content", "preference": "Dark_Mode", "value": 1}
    ]}})  # fmt: skip

    updated = wrote(caller, category="content", preference="dark_mode", value=2)

    assert (updated["category"], updated["preference"], updated["value"]) == ("Content", "Dark_Mode", 2)
    assert listed(caller, fanId="12345") == [updated]


def test_each_user_has_his_own_record_and_may_see_no_other(choose):
    caller = choose(updating_user="own-record", list_of_two_users="own-records")
    ours, theirs = caller.token, caller.admin("POST", "tokens", {"sub": "user-2"})["token"]

    mine = wrote(caller, preference="shared", value="mine")
    caller.token = theirs
    other = wrote(caller, preference="shared", value="other")
    again = wrote(caller, preference="shared", value="again")

    assert mine["id"] != other["id"] == again["id"]
    assert [one["value"] for one in listed(caller, ours, fanId="12345", category="content")] == ["mine"]
    assert [one["value"] for one in listed(caller, theirs, fanId="12345")] == ["again"]


def test_records_of_two_users_are_theirs_after_an_import(choose):
    caller = choose(updating_user="own-record", list_of_two_users="own-records")
    ours, theirs = caller.token, caller.admin("POST", "tokens", {"sub": "user-2"})["token"]
    caller.admin("PUT", "state", {"onlyautomator": {"fans": ["12345"], "preferences": [
        {**SHARED, "value": "mine"}, {**SHARED, "value": "other", "userId": "user-2"},
    ]}})  # fmt: skip
    mine, other = listed(caller, ours, fanId="12345"), listed(caller, theirs, fanId="12345")

    caller.token = theirs
    again = wrote(caller, **SHARED, value="again")

    assert [one["value"] for one in (*mine, *other)] == ["mine", "other"]
    assert mine[0]["id"] != other[0]["id"] == again["id"]
    assert listed(caller, ours, fanId="12345") == mine


def test_user_with_a_record_of_his_own_keeps_to_it_under_another_alternative(choose):
    caller = choose(updating_user="own-record")
    theirs = caller.admin("POST", "tokens", {"sub": "user-2"})["token"]
    wrote(caller, **SHARED)
    caller.token = theirs
    own = wrote(caller, **SHARED)

    choose(updating_user="last-writer")
    again = wrote(caller, **SHARED)

    assert again["id"] == own["id"]
    caller.admin("PUT", "state", caller.admin("GET", "state"))


def test_name_that_is_nothing_once_trimmed_is_empty(choose):
    caller = choose(whitespace_around_names="trimmed")

    answer = caller.write(fresh(preference=" \t"))

    assert (answer.status_code, answer.json()["error"]["message"]) == (
        400,
        "preference: must not be empty",
    )


def test_nul_is_refused_and_not_what_looks_like_its_escape(choose):
    caller = choose(nul_character="refused-400")

    wrote(caller, value={r"\u0000": [r"\u0000"]})
    for value in ("\0", ["a\0b"], {"\0": 1}, {"a": [{"b": "\0"}]}):
        assert caller.write(fresh(value=value)).status_code == 400, value


def test_true_is_another_value_than_one(choose):
    caller = choose(unchanged_update="same")
    first = wrote(caller, preference="counted", value=1)

    assert wrote(caller, preference="counted", value=1) == first
    assert wrote(caller, preference="counted", value=True)["updatedAt"] > first["updatedAt"]


def test_lists_of_all_fans_are_cut_by_the_category(choose):
    caller = choose(list_missing_fan_id="all-fans")
    here, there = wrote(caller), wrote(caller, fanId="67890")
    wrote(caller, category="other")

    assert listed(caller, category="content")[:2] == [there, here]


def test_last_update_comes_first(choose):
    caller = choose(list_order="last-updated-first")
    first, second = wrote(caller), wrote(caller)
    updated = wrote(caller, preference=first["preference"], value="new")

    assert listed(caller, fanId="12345")[:2] == [updated, second]


def test_times_are_told_alike_in_writes_and_lists(choose):
    caller = choose(timestamp_form="microseconds", timestamp_offset="missing", fan_id_form="mapped")
    record = wrote(caller)

    assert len(record["createdAt"]) == len("2024-01-01T00:00:00.000000")
    assert datetime.fromisoformat(record["createdAt"]).tzinfo is None
    assert listed(caller, fanId="12345")[0] == record


def test_refusal_of_names_is_documented_where_it_is_given(choose):
    caller = choose(spaces_in_preference="refused-422")

    answer = caller.write(fresh(preference="two words"))
    served = yaml.safe_load(caller.ask("GET", "openapi/onlyautomator.yaml").text)

    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_error")
    assert "422" in served["paths"]["/api/v2/update-preference"]["post"]["responses"]


def test_forced_outage_is_answered_as_the_api_answers_it(choose):
    caller = choose(service_unavailable="refused-502")

    for answer in (caller.write(prefer="code=503"), caller.write(fresh(fanId="mock-503"))):
        assert (answer.status_code, answer.json()["error"]["code"]) == (502, "service_unavailable")


def test_fan_that_is_not_there_comes_before_the_rest_of_the_body(choose):
    caller = choose(order_of_refusals="token-fan-body")

    for body, status in (
        ({"fanId": "nobody"}, 404),
        ({"fanId": "12345"}, 400),
        ({"fanId": 7}, 400),
        ([], 400),
    ):
        assert caller.write(body).status_code == status, body


def test_unsigned_request_is_told_of_its_body_first(choose):
    caller = choose(order_of_refusals="body-token-fan")

    statuses = [
        caller.http.post(f"{caller.base_url}{PREFERENCE}", json=body).status_code
        for body in ({}, fresh(), fresh(fanId="nobody"))
    ]

    assert statuses == [400, 401, 401]


def test_other_paths_are_refused_with_a_page(choose):
    caller = choose(errors_of_other_paths="page", trailing_slash="refused-404")

    for method, path, status in (
        ("DELETE", PREFERENCES, 405),
        ("GET", f"{PREFERENCES}/", 404),
        ("GET", "/api/v2/nothing", 404),
    ):
        answer = caller.http.request(method, f"{caller.base_url}{path}")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert f"<h1>{status} " in answer.text
    assert caller.write(fresh(fanId="nobody")).json()["error"]["code"] == "resource_not_found"


def test_body_may_be_no_larger_than_the_alternative_says(choose):
    caller = choose(largest_body="hundred-kilobytes")

    sizes = {
        len(text): caller.write(fresh(value=text)).status_code for text in ("a" * 100_000, "a" * 103_000)
    }

    assert list(sizes.values()) == [200, 413]

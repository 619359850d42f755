"""Whatever alternatives are in force, what was written can be exported and imported again."""

from __future__ import annotations

import itertools

import pytest

import openapi
from openapi.choices.choice import read_choices
from tests.testbed.calls import CATEGORY, OBJECT, PREFERENCE, bearer

CHOICES = {api: read_choices(openapi.load_contract(api)) for api in openapi.api_names()}
MOST_ALTERNATIVES = max(len(one.alternatives) for known in CHOICES.values() for one in known.values())

# All as JSON text, since no library writes some of these values.
VALUES = (
    r'"\ud83d"', r'{"\ud83d": "a\u0000b", "e\u0301": [{}]}', "NaN", "[1e400]", "0.12345678901234567890123",
    "9007199254740993", "9" * 400, '1, "value": 2', '1, "id": "mine", "source": "extension"', "null",
)  # fmt: skip
NAMES = ('"plain"', '""', '" a "', '"A"', '"a"', '"a.b"', "7", r'"\u0000"', r'"\ud83d"')
OTHER_CATEGORIES = (
    f"{CATEGORY}?tenant_id=acme", f"{CATEGORY}?tenant_id=nobody", f"{CATEGORY}?tenant_id=%00",
    f"{OBJECT}/category/security-alert", f"{OBJECT}/category/nothing", CATEGORY.replace("engineering", "nobody"),
)  # fmt: skip
LISTS = ('["email"]', '["pigeon", "ms_teams"]', '"sms"', "[]", "null", '["email", "email"]', r'["\ud83d"]')
BODIES = (
    *(f'{{"opt_out_channels": {out}, "opt_in_channels": {in_}}}' for out, in_ in itertools.pairwise(LISTS)),
    '{"preference": "OPT_OUT"}', '{"preference": ""}', "null", "",
)  # fmt: skip


@pytest.mark.parametrize("number", range(MOST_ALTERNATIVES))
def test_what_was_written_under_any_alternatives_is_imported_as_it_was(caller, number):
    """Of every choice the alternative of that number, from the beginning again where there are fewer."""
    caller.admin("PUT", "choices", {api: choose_at(api, number) for api in CHOICES})
    other_token = caller.admin("POST", "tokens", {"sub": "user-2"})["token"]

    def send(method, path, body, credential):
        answer = caller.http.request(
            method, path, content=body, headers={**bearer(credential), "Content-Type": "application/json"}
        )
        assert answer.status_code != 500, (path, body)
        return answer.is_success

    tokens = itertools.cycle([caller.token, other_token])
    of_fans = [send("POST", PREFERENCE, body, next(tokens)) for body in list_writes_of_fans()]
    of_objects = [send("PATCH", path, body, caller.key) for path, body in list_writes_of_objects()]

    assert any(of_fans)
    assert any(of_objects)
    state = caller.admin("GET", "state")
    caller.admin("PUT", "state", state)
    assert caller.admin("GET", "state") == state


def choose_at(api, number):
    """Choose the alternative of that number of each choice but of the one that writes nothing else."""
    return {
        id_: [*one.alternatives][number % len(one.alternatives)]
        for id_, one in CHOICES[api].items()
        if id_ != "trailing-slash"
    }


def list_writes_of_fans():
    for value in VALUES:
        yield f'{{"fanId": "12345", "category": "a", "preference": "b", "value": {value}}}'
    for name in NAMES:
        yield f'{{"fanId": {name}, "category": "a", "preference": "b", "value": 1}}'
        yield f'{{"fanId": "12345", "category": {name}, "preference": {name}, "value": 1}}'


def list_writes_of_objects():
    yield from ((CATEGORY, body) for body in BODIES)
    yield from ((path, '{"preference": "opt_out"}') for path in OTHER_CATEGORIES)
    for channel in ("sms", "pigeon"):
        restricted = f'{{"channel_preferences": [{{"channel": "{channel}", "is_restricted": true}}]}}'
        yield f"{OBJECT}/channel_preference", restricted

"""Channels that an object restricts, and what that does to its categories."""

from __future__ import annotations

import pytest

from tests.mockserver.apis.suprsend.object_preferences import DESIGN, good, words
from tests.testbed.calls import OBJECT, bearer

SUPPORT = "/v1/object/departments/support/preference"
NINE = ["email", "sms", "whatsapp", "androidpush", "iospush", "webpush", "inbox", "slack", "ms_teams"]


def restricted(answer):
    return [one["channel"] for one in answer["channel_preferences"] if one["is_restricted"]]


# channels


@pytest.mark.parametrize(("path", "status"), [("/channel_preference", 202), ("", 200)])
def test_restricted_channel_is_out_wherever_it_is_not_mandatory(caller, path, status):
    answer = good(caller.restrict(path, email=True), status)

    assert restricted(answer) == ["email"]
    assert restricted(good(caller.ask("/channel_preference"))) == restricted(good(caller.ask())) == ["email"]
    assert words(good(caller.ask("/category/status-update-alert"))) == {
        "email": "out!", "ms_teams": "in", "slack": "in",
    }  # fmt: skip
    assert words(good(caller.ask("/category/payment-reminder")))["email"] == "in!"


def test_channel_that_is_freed_is_as_before(caller):
    caller.set({"opt_out_channels": ["email"]}, f"{OBJECT}/category/product-newsletter")
    caller.restrict(email=True, inbox=True)
    assert words(good(caller.ask("/category/product-newsletter"))) == {"email": "out!", "inbox": "out!"}

    assert restricted(good(caller.restrict(email=False), 202)) == ["inbox"]

    assert words(good(caller.ask("/category/product-newsletter"))) == {"email": "out", "inbox": "out!"}
    assert words(good(caller.ask("/category/status-update-alert")))["email"] == "in"


def test_restricted_channel_cannot_be_let_in_by_a_category(caller):
    caller.restrict(email=True)

    assert words(caller.set({"opt_in_channels": ["email"]}).json())["email"] == "out!"


def test_restrictions_are_of_one_object_and_one_tenant(caller):
    caller.restrict(email=True)
    caller.set(
        {"channel_preferences": [{"channel": "slack", "is_restricted": True}]},
        f"{OBJECT}/channel_preference",
        params={"tenant_id": "acme"},
    )

    assert restricted(good(caller.ask("/channel_preference", tenant_id="acme"))) == ["slack"]
    assert restricted(good(caller.ask("/channel_preference"))) == ["email"]
    assert restricted(good(caller.ask(f"{DESIGN}/channel_preference"))) == []


def test_last_word_on_a_channel_counts(caller):
    both = [{"channel": "sms", "is_restricted": value} for value in (True, False)]

    assert (
        restricted(good(caller.set({"channel_preferences": both}, f"{OBJECT}/channel_preference"), 202)) == []
    )


def test_object_has_the_channels_that_it_has(caller):
    listed = good(caller.ask(f"{SUPPORT}/channel_preference"))["channel_preferences"]
    everything = good(caller.ask("/channel_preference"))["channel_preferences"]

    assert [one["channel"] for one in listed] == ["email", "inbox"]
    assert [one["channel"] for one in everything] == NINE
    assert words(good(caller.ask(f"{SUPPORT}/category/status-update-alert"))) == {"email": "in"}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "channel_preferences"),
        ({"channel_preferences": "email"}, "channel_preferences"),
        (
            {"channel_preferences": [{"channel": "pigeon", "is_restricted": True}]},
            "channel_preferences[0].channel",
        ),
        ({"channel_preferences": [{"channel": "sms"}]}, "channel_preferences[0].is_restricted"),
        (
            {"channel_preferences": [{"channel": "sms", "is_restricted": "yes"}]},
            "channel_preferences[0].is_restricted",
        ),
    ],
)
@pytest.mark.parametrize("path", ["/channel_preference", ""])
def test_restriction_of_another_kind_is_400_and_changes_nothing(caller, path, body, where):
    assert list(good(caller.set(body, OBJECT + path), 400)["detail"]) == [where]
    assert restricted(good(caller.ask("/channel_preference"))) == []


@pytest.mark.parametrize("path", ["", "/channel_preference"])
def test_key_that_only_reads_restricts_nothing(caller, path):
    body = {"channel_preferences": [{"channel": "email", "is_restricted": True}]}

    assert caller.set(body, OBJECT + path, headers=bearer("SS.local-read-only-key")).status_code == 403
    assert restricted(good(caller.ask("/channel_preference"))) == []

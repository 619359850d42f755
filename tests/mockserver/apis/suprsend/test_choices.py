"""What the alternatives of SuprSend's choices do that no answer to the judge shows alone."""

from __future__ import annotations

import pytest

from tests.mockserver.apis.suprsend.object_preferences import good
from tests.testbed.calls import CATEGORY, KEY, OBJECT, bearer

READ_ONLY_KEY = "SS.local-read-only-key"
ALL = ["email", "ms_teams", "slack"]


@pytest.fixture
def choose(caller):
    """Take alternatives in the caller's session."""

    def choose_alternatives(**names):
        chosen = {id_.replace("_", "-"): name for id_, name in names.items()}
        good(caller.http.put("/__admin/choices", json={"suprsend": chosen}), 200)

    return choose_alternatives


def patch(caller, body, path=CATEGORY, key=KEY):
    return caller.http.patch(path, json=body, headers=bearer(key))


def out(category):
    return [one["channel"] for one in category["channels"] if one["preference"] == "opt_out"]


@pytest.mark.parametrize(
    ("choice", "alternative", "body", "expected"),
    [
        ("earlier_opt_outs", "kept", {"opt_out_channels": ["slack"]}, ["email", "slack"]),
        ("earlier_opt_outs", "kept", {"opt_out_channels": []}, ["email"]),
        ("no_lists", "kept", {}, ["email"]),
        ("unnamed_channels", "opted-in", {"opt_in_channels": ["slack"]}, []),
        ("unnamed_channels", "opted-in", {"opt_in_channels": []}, ["email"]),
        ("unnamed_channels", "opted-out", {"opt_in_channels": ["slack"]}, ["email", "ms_teams"]),
        ("channel_in_both_lists", "opted-in", {"opt_out_channels": ALL, "opt_in_channels": ["slack"]}, ALL[:2]),
        ("channel_in_both_lists", "opted-out", {"opt_out_channels": ALL, "opt_in_channels": ["slack"]}, ALL),
        ("channels_as_a_string", "one-channel", {"opt_out_channels": "slack"}, ["slack"]),
        ("unknown_channel", "ignored", {"opt_out_channels": ["pigeon", "slack"]}, ["slack"]),
    ],
)  # fmt: skip
def test_lists_mean_what_the_alternative_says(caller, choose, choice, alternative, body, expected):
    good(patch(caller, {"opt_out_channels": ["email"]}), 202)
    choose(**{choice: alternative})

    assert out(good(patch(caller, body), 202)) == expected


def test_category_that_went_out_with_its_last_channel_comes_in_whole(caller, choose):
    choose(last_channel="goes-out")

    assert good(patch(caller, {"opt_out_channels": ALL}), 202)["preference"] == "opt_out"
    assert out(good(patch(caller, {}), 202)) == []


def test_opt_out_of_a_locked_category_that_is_ignored_is_not_stored(caller, choose):
    path = f"{OBJECT}/category/security-alert"
    good(patch(caller, {"opt_out_channels": ["sms"]}, path), 202)
    choose(locked_category="ignored")

    ignored = good(patch(caller, {"preference": "opt_out"}, path), 202)
    assert (ignored["preference"], out(ignored)) == ("opt_in", ["sms"])


def test_restrictions_are_shared_as_preferences_are(caller, choose):
    choose(tenant_scope="shared")
    restricted = {"channel_preferences": [{"channel": "slack", "is_restricted": True}]}
    good(patch(caller, restricted, f"{OBJECT}/channel_preference?tenant_id=acme"), 202)

    assert out(good(patch(caller, {"opt_out_channels": ["email"]}), 202)) == ["email", "slack"]


def test_category_that_springs_up_has_every_channel(caller, choose):
    choose(unknown_category="springs-up")

    made = good(patch(caller, {"opt_out_channels": ["sms"]}, f"{OBJECT}/category/new"), 202)
    assert (made["name"], made["preference"], len(made["channels"]), out(made)) == (
        "new",
        "opt_in",
        9,
        ["sms"],
    )


def test_what_sprang_up_is_in_the_state(caller, choose):
    choose(unknown_object="springs-up", unknown_category="springs-up", unknown_tenant="springs-up")
    path = "/v1/object/cities/oslo/preference/category/weather?tenant_id=nord"
    good(patch(caller, {"opt_out_channels": ["sms"]}, path), 202)
    state = good(caller.http.get("/__admin/state"))

    caller.http.put("/__admin/state", json=state).raise_for_status()
    assert out(good(caller.http.get(path, headers=bearer(KEY)))) == ["sms"]


def test_channel_that_is_fixed_is_refused_by_its_place(caller, choose):
    choose(fixed_channel="refused-403")

    refused = patch(caller, {"opt_out_channels": ["sms", "email"]}, f"{OBJECT}/category/payment-reminder")
    assert refused.status_code == 403
    assert list(refused.json()["detail"]) == ["opt_out_channels[1]"]


def test_limit_out_of_bounds_is_the_nearest_bound(caller, choose):
    choose(limit_out_of_bounds="bounded")

    page = good(caller.http.get(f"{OBJECT}/category?limit=0", headers=bearer(KEY)))
    assert (page["meta"]["limit"], len(page["results"])) == (1, 1)


def test_read_only_key_is_refused_with_the_status_of_the_choice(caller, choose):
    choose(missing_permission="refused-404")

    assert patch(caller, {}, key=READ_ONLY_KEY).status_code == 404

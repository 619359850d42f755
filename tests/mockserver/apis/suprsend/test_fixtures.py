"""What SuprSend's stub knows at the start."""

from __future__ import annotations

import re

import pytest
import yaml
from pydantic import ValidationError

from mockserver.apis import suprsend
from mockserver.fixtures import built_in_file
from tests.mockserver.apis.suprsend.object_preferences import CALLED_A, good, words

# fixtures


def test_fixtures_come_back_from_their_records():
    content = yaml.safe_load(built_in_file("suprsend").read_text(encoding="utf-8"))
    content["preferences"] = [
        {"object": {"type": "teams", "id": "design"}, "category": "security-alert", "preference": "opt_in",
         "opt_outs": ["sms"]},
        {"object": {"type": "teams", "id": "design"}, "tenant_id": "acme", "category": "payment-reminder",
         "preference": "opt_out"},
    ]  # fmt: skip
    content["channel_preferences"] = [{"object": {"type": "teams", "id": "design"}, "channel": "sms"}]
    fixtures = suprsend.Fixtures.model_validate(content)

    again = suprsend.Fixtures.render_records(dict(fixtures.records()))

    assert again == fixtures.model_dump(mode="json", exclude={"credentials"})
    assert again["tenants"][0] == {"id": "acme", "categories": []}


def test_channel_that_was_left_where_the_category_does_not_use_it_is_loaded_again(caller):
    """A write may name any channel, and what it left is a part of the state."""
    caller.set({"opt_out_channels": ["email", "sms"]})
    state = caller.http.get("/__admin/state").json()["suprsend"]

    assert caller.http.put("/__admin/state", json={"suprsend": state}).status_code == 204
    assert caller.http.get("/__admin/state").json()["suprsend"] == state
    assert [one["opt_outs"] for one in state["preferences"]] == [["email", "sms"]]
    assert words(good(caller.ask("/category/status-update-alert")))["email"] == "out"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"tenants": [{"id": "a", "categories": [{"category": "nope"}]}]},
         "tenants[0].categories[0].category: 'nope' is not known; known are none"),
        ({"categories": [{"slug": "a", "name": "A", "default_preference": "opt_in", "channels": [], "section": "s"}]},
         "categories[0].section: 's' is not known"),
        ({"channel_preferences": [{"object": {"type": "x", "id": "y"}, "channel": "sms"}]},
         "channel_preferences[0].object: 'x/y' is not known"),
        ({"objects": [{"type": "x", "id": "y", "channels": ["pigeon"]}]}, "'pigeon' is not a channel"),
        ({"objects": [{"type": "x", "id": "y"}, {"type": "x", "id": "y"}]}, "objects[1]: is there twice"),
        ({"tenants": ["a", "a"]}, "tenants[1]: is there twice"),
        ({"tenants": [{"id": ""}]}, "at least 1 character"),
        ({"tenants": [7]}, "must be a tenant's id or an object with an id, not 7"),
        ({"categories": [{**CALLED_A, "is_editable": False}]},
         "is_editable is not a key; write default_preference: cant_unsubscribe for false"),
        ({"categories": [{**CALLED_A, "mandatory_channels": ["sms"]}]},
         "categories[0].mandatory_channels: names sms, which is not one of the category's channels"),
        ({"categories": [CALLED_A], "tenants": [
            {"id": "t", "categories": [{"category": "a", "default_opt_in_channels": ["email", "sms"]}]}]},
         "tenants[0].categories[0].default_opt_in_channels: names sms, which is not one of the category's channels"),
        ({"categories": [CALLED_A], "tenants": [{"id": "t", "categories": [{"category": "a"}, {"category": "a"}]}]},
         "tenants[0].categories[1]: is there twice"),
        ({"objects": [{"type": "x", "id": "y"}], "channel_preferences": [
            {"object": {"type": "x", "id": "y"}, "channel": "sms"},
            {"object": {"type": "x", "id": "y"}, "channel": "sms", "is_restricted": False}]},
         "channel_preferences[1]: is there twice"),
        ({"categories": [CALLED_A], "tenants": [
            {"id": "t", "categories": [{"category": "a", "blocked_channels": ["sms"]}]}]},
         "tenants[0].categories[0].blocked_channels: names sms, which is not one of the category's channels"),
        ({"tenants": [{"id": "a", "categories": [{"category": "a", "blocked_channels": ["emial"]}]}]},
         "did you mean 'email'?"),
    ],
)  # fmt: skip
def test_fixtures_name_only_what_is_known(change, fault):
    content = {"objects": [], "tenants": [], "categories": [], **change}

    with pytest.raises(ValidationError, match=re.escape(fault)):
        suprsend.Fixtures.model_validate(content)

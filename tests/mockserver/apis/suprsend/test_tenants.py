"""What a tenant says of its categories and channels, and when that outweighs the recipient."""

from __future__ import annotations

from tests.mockserver.apis.suprsend.object_preferences import DESIGN, begin, good, slugs, words
from tests.testbed.calls import OBJECT

# precedence


def test_tenant_has_the_word_over_the_category(caller):
    path = f"{DESIGN}/category/product-newsletter"

    newsletter = good(caller.ask(path, tenant_id="globex"))

    assert (newsletter["original_preference"], newsletter["preference"]) == ("opt_in", "opt_in")
    assert words(newsletter) == {"email": "out", "inbox": "in"}
    assert good(caller.ask(path, tenant_id="acme"))["preference"] == "opt_out"
    assert good(caller.ask(path))["preference"] == "opt_out"


def test_recipient_has_the_word_over_the_tenant(caller):
    path = f"{DESIGN}/category/product-newsletter"
    caller.set({"preference": "opt_out"}, path, params={"tenant_id": "globex"})

    assert good(caller.ask(path, tenant_id="globex"))["preference"] == "opt_out"


def test_tenants_mandatory_and_blocked_channels_hold_against_the_recipient(caller):
    path = f"{DESIGN}/category/payment-reminder"
    choice = {"opt_out_channels": ["email", "sms"], "opt_in_channels": ["whatsapp"]}

    assert words(caller.set(choice, path, params={"tenant_id": "globex"}).json()) == {
        "email": "in!", "sms": "in!", "whatsapp": "out!",
    }  # fmt: skip
    assert words(caller.set(choice, path).json()) == {"email": "in!", "sms": "out", "whatsapp": "in"}


def test_category_hidden_by_the_tenant_is_not_there(caller):
    path = f"{OBJECT}/category/beta-programme"

    for answer in (
        caller.ask(path, tenant_id="globex"),
        caller.set({}, path, params={"tenant_id": "globex"}),
    ):
        assert good(answer, 404)["message"] == "category 'beta-programme' not found"
    assert "beta-programme" not in slugs(good(caller.ask("/category", tenant_id="globex")))
    assert "beta-programme" in slugs(good(caller.ask("/category", tenant_id="acme")))


def test_category_switched_off_by_the_tenant_is_out_for_everybody(caller):
    path = f"{DESIGN}/category/product-newsletter"
    query = {"tenant_id": "initech", "show_opt_out_channels": "true"}

    refused = caller.set({"preference": "opt_in"}, path, params={"tenant_id": "initech"})

    assert good(refused, 400)["detail"] == {
        "preference": "category 'product-newsletter' cannot be opted in to"
    }
    category = good(caller.ask(path, **query))
    assert (category["preference"], category["is_editable"]) == ("opt_out", False)
    assert words(category) == {"email": "out!", "inbox": "out!"}


def test_category_that_is_switched_off_is_out_for_who_had_opted_in(caller):
    choice = {"object": {"type": "teams", "id": "design"}, "tenant_id": "initech",
              "category": "product-newsletter", "preference": "opt_in"}  # fmt: skip
    begin(caller, preferences=[choice])

    category = good(caller.ask(f"{DESIGN}/category/product-newsletter", tenant_id="initech"))

    assert (category["preference"], category["is_editable"], category["channels"]) == ("opt_out", False, [])


def test_channel_that_is_both_blocked_and_mandatory_is_blocked(caller):
    tenant = {"id": "acme", "categories": [
        {"category": "status-update-alert", "mandatory_channels": ["email", "slack"],
         "blocked_channels": ["email"]},
    ]}  # fmt: skip
    begin(caller, tenants=[tenant])

    category = good(caller.ask("/category/status-update-alert", tenant_id="acme"))

    assert words(category) == {"email": "out!", "ms_teams": "in", "slack": "in!"}


def test_mandatory_channel_is_out_where_the_category_is(caller):
    path = f"{DESIGN}/category/payment-reminder"

    left = caller.set({"preference": "opt_out"}, path, params={"show_opt_out_channels": "true"})

    assert words(good(left, 202)) == {"email": "out!", "sms": "out", "whatsapp": "out"}


def test_tenants_lock_holds_against_a_choice_made_before(caller):
    """And where nobody can unsubscribe and no channel is named as mandatory, all of them are."""
    tenant = {"id": "acme", "categories": [
        {"category": "status-update-alert", "default_preference": "cant_unsubscribe"},
    ]}  # fmt: skip
    choice = {"object": {"type": "departments", "id": "engineering"}, "tenant_id": "acme",
              "category": "status-update-alert", "preference": "opt_out"}  # fmt: skip
    begin(caller, tenants=[tenant], preferences=[choice])

    category = good(caller.ask("/category/status-update-alert", tenant_id="acme"))

    assert (category["preference"], category["is_editable"]) == ("opt_in", False)
    assert words(category) == {"email": "in!", "ms_teams": "in!", "slack": "in!"}
    left = caller.set({"opt_out_channels": ["email", "slack"]}, params={"tenant_id": "acme"})
    assert words(left.json()) == words(category)
    assert words(good(caller.ask("/category/status-update-alert")))["email"] == "in"

"""SuprSend's object preferences as a whole: one model behind every way to read and to write them."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import replace

import httpx2 as httpx
import pytest
import yaml
from pydantic import ValidationError

from mockserver.apis import suprsend
from mockserver.fixtures import built_in_file
from tests.testbed.calls import CATEGORY, OBJECT, bearer

CALLED_A = {"slug": "a", "name": "A", "default_preference": "opt_in", "channels": ["email"]}
DESIGN = "/v1/object/teams/design/preference"
SUPPORT = "/v1/object/departments/support/preference"
NINE = ["email", "sms", "whatsapp", "androidpush", "iospush", "webpush", "inbox", "slack", "ms_teams"]


@pytest.fixture
def caller(caller, url):
    """A caller with a session of its own, since restrictions of a channel show everywhere."""
    with httpx.Client(base_url=url, headers={"X-Mock-Session": uuid.uuid4().hex}) as http:
        yield replace(caller, http=http)


def begin(caller, **changes):
    """Begin the caller's session with other fixtures."""
    content = yaml.safe_load(built_in_file("suprsend").read_text(encoding="utf-8"))
    fixtures = {name: content[name] for name in content if name != "credentials"}
    state = caller.http.put("/__admin/state", json={"suprsend": {**fixtures, **changes}})
    assert state.status_code == 204, state.text


def good(answer, status=200):
    assert answer.status_code == status, answer.text
    return answer.json()


def words(category):
    """Tell how each channel stands: in or out, and ! where that cannot be changed."""
    return {
        one["channel"]: one["preference"].removeprefix("opt_") + ("" if one["is_editable"] else "!")
        for one in category["channels"]
    }


def slugs(page):
    return [one["category"] for one in page["results"]]


def restricted(answer):
    return [one["channel"] for one in answer["channel_preferences"] if one["is_restricted"]]


# reading


def test_what_was_written_is_read_in_every_way(caller):
    written = caller.set({"opt_out_channels": ["slack"]}).json()

    assert good(caller.ask("/category/status-update-alert")) == written
    assert written in good(caller.ask("/category"))["results"]
    assert written in [one for section in good(caller.ask())["sections"] for one in section["subcategories"]]


def test_who_has_not_chosen_has_the_default(caller):
    newsletter = good(caller.ask(f"{DESIGN}/category/product-newsletter"))
    beta = good(caller.ask(f"{DESIGN}/category/beta-programme"))

    assert (newsletter["original_preference"], newsletter["preference"]) == ("opt_out", "opt_out")
    assert (beta["preference"], words(beta)) == ("opt_in", {"email": "out", "inbox": "in"})


def test_opting_in_to_one_channel_leaves_the_others_as_they_are_by_default(caller):
    """Until something is chosen, the defaults are what the lists change."""
    path = f"{DESIGN}/category/beta-programme"

    entered = caller.set({"opt_in_channels": ["email"]}, path, params={"tenant_id": "acme"}).json()

    assert words(entered) == {"email": "in", "inbox": "in"}
    assert words(caller.ask(path).json()) == {"email": "out", "inbox": "in"}


def test_opting_in_to_one_channel_of_a_category_that_was_out_leaves_the_others_out(caller):
    path = f"{DESIGN}/category/product-newsletter"

    assert words(caller.set({"opt_in_channels": ["email"]}, path).json()) == {"email": "in", "inbox": "out"}
    caller.set({"preference": "opt_out"})
    assert words(caller.set({"opt_in_channels": ["email"]}).json()) == {
        "email": "in", "ms_teams": "out", "slack": "out",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lists", "email"),
    [
        ({"opt_out_channels": None}, "in"),
        ({"opt_out_channels": []}, "in"),
        ({"opt_in_channels": None}, "in"),
        ({"opt_in_channels": []}, "out"),
        ({"opt_out_channels": None, "opt_in_channels": ["slack"]}, "out"),
        ({"opt_out_channels": [], "opt_in_channels": ["slack"]}, "in"),
        ({"opt_out_channels": None, "opt_in_channels": []}, "out"),
        ({"opt_out_channels": [], "opt_in_channels": []}, "in"),
        ({"opt_out_channels": None, "opt_in_channels": None}, "in"),
    ],
)
def test_null_is_as_if_the_list_were_not_there_and_an_empty_one_is_a_list(caller, lists, email):
    """The web client sends null, others an empty list, when everything is switched on."""
    caller.set({"opt_out_channels": ["email"]})

    assert words(good(caller.set(lists), 202))["email"] == email


def test_category_that_is_opted_out_lists_its_channels_when_asked(caller):
    caller.set({"preference": "opt_out"})

    assert good(caller.ask("/category/status-update-alert"))["channels"] == []
    shown = good(caller.ask("/category/status-update-alert", show_opt_out_channels="true"))
    assert words(shown) == {"email": "out", "ms_teams": "out", "slack": "out"}
    assert caller.set({"preference": "opt_out"}).json()["channels"] == []


def test_list_comes_in_pages(caller):
    everything = good(caller.ask("/category"))
    pages = [good(caller.ask("/category", limit=2, offset=offset)) for offset in (0, 2, 4, 6)]

    assert everything["meta"] == {"count": 5, "limit": 10, "offset": 0}
    assert [page["meta"] for page in pages] == [
        {"count": 5, "limit": 2, "offset": offset} for offset in (0, 2, 4, 6)
    ]
    assert [slug for page in pages for slug in slugs(page)] == slugs(everything)


def test_list_and_write_heed_what_a_read_does(caller):
    """How much is shown of a category that is out, and in which language."""
    query = {"show_opt_out_channels": "true", "locale": "es-AR"}

    written = good(caller.set({"preference": "opt_out"}, params=query), 202)
    listed = good(caller.ask("/category", **query))["results"]

    assert written in listed
    assert (written["name"], len(written["channels"])) == ("Alerta del estado", 3)
    assert all(one["channels"] for one in listed)
    plain = [one for one in good(caller.ask("/category"))["results"] if one["preference"] == "opt_out"]
    assert [(one["name"], one["channels"]) for one in plain] == [
        ("Status Update Alert", []), ("Product Newsletter", []),
    ]  # fmt: skip


def test_effective_tags_are_the_categorys_and_its_sections_each_once(caller):
    section = {"slug": "s", "name": "S", "tags": ["b", "c"]}
    begin(
        caller,
        tenants=[],
        sections=[section],
        categories=[
            {**CALLED_A, "section": "s", "tags": ["a", "b"]},
            {**CALLED_A, "slug": "bare", "section": "s"},
            {**CALLED_A, "slug": "alone", "tags": ["d"]},
            {**CALLED_A, "slug": "none"},
        ],
    )

    shown = {one["category"]: one for one in good(caller.ask("/category"))["results"]}

    assert [(one.get("tags"), one.get("effective_tags")) for one in shown.values()] == [
        (["a", "b"], ["a", "b", "c"]), (None, ["b", "c"]), (["d"], ["d"]), (None, None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "sections"),
    [({}, ["product", None]), ({"tags": "billing"}, [None]), ({"tags": "early-access"}, ["product"])],
)
def test_section_with_nothing_in_it_is_left_out(caller, query, sections):
    assert [one.get("slug") for one in good(caller.ask(**query))["sections"]] == sections


def test_section_without_categories_is_left_out(caller):
    begin(caller, tenants=[], sections=[{"slug": "s", "name": "S"}], categories=[CALLED_A])

    assert [list(one) for one in good(caller.ask())["sections"]] == [["subcategories"]]


@pytest.mark.parametrize(
    "query", [{"limit": 0}, {"limit": "many"}, {"offset": -1}, {"show_opt_out_channels": "1"}]
)
def test_query_of_another_kind_is_400_and_names_it(caller, query):
    assert list(good(caller.ask("/category", **query), 400)["detail"]) == list(query)


def test_number_is_refused_for_its_length_where_that_is_what_is_wrong_with_it(caller):
    assert good(caller.ask("/category", offset="9" * 19))["results"] == []
    assert good(caller.ask("/category", offset="9" * 20), 400)["message"] == "offset: has more than 19 digits"


def test_sections_group_and_the_rest_comes_last(caller):
    product, rest = good(caller.ask())["sections"]

    assert {name: product[name] for name in ("name", "slug", "description", "tags")} == {
        "name": "Product", "slug": "product", "description": "What is new", "tags": ["marketing"],
    }  # fmt: skip
    assert [one["category"] for one in product["subcategories"]] == ["product-newsletter", "beta-programme"]
    assert list(rest) == ["subcategories"]
    assert len(rest["subcategories"]) == 3


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("billing", ["payment-reminder"]),
        ("marketing", ["product-newsletter", "beta-programme"]),
        ("nothing", []),
        ('"billing"', ["payment-reminder"]),
        (' {"not": "marketing"}', ["status-update-alert", "security-alert", "payment-reminder"]),
        ({"exists": True}, ["product-newsletter", "beta-programme", "payment-reminder"]),
        ({"exists": False}, ["status-update-alert", "security-alert"]),
        ({"not": "marketing"}, ["status-update-alert", "security-alert", "payment-reminder"]),
        ({"or": ["billing", "early-access"]}, ["beta-programme", "payment-reminder"]),
        ({"and": ["marketing", "early-access"]}, ["beta-programme"]),
        ({"or": [{"and": ["marketing", "early-access"]}, "billing"]}, ["beta-programme", "payment-reminder"]),
        ({"and": [{"exists": True}, {"not": "marketing"}]}, ["payment-reminder"]),
        ("", ["status-update-alert", "product-newsletter", "beta-programme", "security-alert", "payment-reminder"]),
    ],
)  # fmt: skip
def test_tags_pick_categories(caller, tags, found):
    asked = tags if isinstance(tags, str) else json.dumps(tags)

    assert slugs(good(caller.ask("/category", tags=asked))) == found
    sections = good(caller.ask(tags=asked))["sections"]
    assert {one["category"] for section in sections for one in section["subcategories"]} == set(found)


@pytest.mark.parametrize(
    "tags",
    ['["billing"]', "[]", '"billing', "{}", "{", '{"not": ["a"]}', '{"exists": "yes"}', '{"nor": []}', '{"or": [1]}',
     '{"or": ["a"], "not": "b"}', '{"and":[' * 2000],
)  # fmt: skip
def test_tags_that_mean_nothing_are_400(caller, tags):
    assert list(good(caller.ask("/category", tags=tags), 400)["detail"]) == ["tags"]


@pytest.mark.parametrize(
    ("locale", "name", "description"),
    [
        ("es-AR", "Alerta del estado", "Avisos cuando cambia el estado de la cuenta"),
        ("es_ar", "Alerta del estado", "Avisos cuando cambia el estado de la cuenta"),
        ("es", "Alerta de estado", "Avisos cuando cambia el estado de la cuenta"),
        ("es-MX", "Alerta de estado", "Avisos cuando cambia el estado de la cuenta"),
        ("fr-FR", "Status Update Alert", "Send me updates when account status changes"),
        ("en", "Status Update Alert", "Send me updates when account status changes"),
        ("", "Status Update Alert", "Send me updates when account status changes"),
    ],
)
def test_locale_falls_back_to_the_wider_language(caller, locale, name, description):
    category = good(caller.ask("/category/status-update-alert", locale=locale))

    assert (category["name"], category["description"]) == (name, description)


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
    wish = {"opt_out_channels": ["email", "sms"], "opt_in_channels": ["whatsapp"]}

    assert words(caller.set(wish, path, params={"tenant_id": "globex"}).json()) == {
        "email": "in!", "sms": "in!", "whatsapp": "out!",
    }  # fmt: skip
    assert words(caller.set(wish, path).json()) == {"email": "in!", "sms": "out", "whatsapp": "in"}


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


# who may, and what is not there


@pytest.mark.parametrize("path", ["", "/channel_preference", "/category", "/category/status-update-alert"])
def test_reading_takes_a_key_and_one_that_only_reads_will_do(caller, path):
    assert caller.http.get(OBJECT + path).status_code == 401
    assert caller.http.get(OBJECT + path, headers=bearer("SS.local-read-only-key")).status_code == 200
    assert caller.ask(path + "/").history == []
    assert caller.ask(path + "/").json() == caller.ask(path).json()


@pytest.mark.parametrize("path", ["", "/channel_preference"])
def test_key_that_only_reads_restricts_nothing(caller, path):
    body = {"channel_preferences": [{"channel": "email", "is_restricted": True}]}

    assert caller.set(body, OBJECT + path, headers=bearer("SS.local-read-only-key")).status_code == 403
    assert restricted(good(caller.ask("/channel_preference"))) == []


@pytest.mark.parametrize("path", ["", "/channel_preference", "/category", "/category/status-update-alert"])
def test_what_does_not_exist_is_404_everywhere(caller, path):
    nobody = OBJECT.replace("engineering", "nobody") + path

    assert good(caller.ask(nobody), 404)["message"] == "object 'departments/nobody' not found"
    assert good(caller.ask(path, tenant_id="nobody"), 404)["message"] == "tenant 'nobody' not found"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("nobody", "nobody", "no-such"), "object 'departments/nobody' not found"),
        (("engineering", "nobody", "no-such"), "tenant 'nobody' not found"),
        (("engineering", "acme", "no-such"), "category 'no-such' not found"),
    ],
)
def test_object_is_looked_up_before_the_tenant_and_that_before_the_category(caller, names, said):
    object_id, tenant_id, slug = names
    path = f"{OBJECT.replace('engineering', object_id)}/category/{slug}"

    assert good(caller.ask(path, tenant_id=tenant_id), 404)["message"] == said
    assert good(caller.set({}, path, params={"tenant_id": tenant_id}), 404)["message"] == said


def test_unknown_category_is_404(caller):
    answer = caller.ask("/category/no-such")

    assert good(answer, 404) == {"code": 404, "message": "category 'no-such' not found"}
    assert answer.headers["x-mock-problem"].startswith(
        "only what the fixtures name is there; --fixtures FILE "
    )


def test_category_without_a_slug_is_the_list_of_them(caller):
    assert caller.http.patch(f"{OBJECT}/category/", json={}).headers["allow"] == "GET, HEAD"
    assert caller.set({}, CATEGORY + "/").status_code == 202


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

    again = suprsend.Fixtures.from_records(dict(fixtures.records()))

    assert again.document() == fixtures.document()
    assert again.document()["tenants"][0] == {"id": "acme", "categories": []}


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
         "tenants[0].categories[0].category 'nope' is not known"),
        ({"categories": [{"slug": "a", "name": "A", "default_preference": "opt_in", "channels": [], "section": "s"}]},
         "categories[0].section 's' is not known"),
        ({"channel_preferences": [{"object": {"type": "x", "id": "y"}, "channel": "sms"}]},
         "channel_preferences[0].object ('x', 'y') is not known"),
        ({"objects": [{"type": "x", "id": "y", "channels": ["pigeon"]}]}, "'pigeon' is not a channel"),
        ({"objects": [{"type": "x", "id": "y"}, {"type": "x", "id": "y"}]}, "objects[1] is there twice"),
        ({"tenants": ["a", "a"]}, "tenants[1] is there twice"),
        ({"tenants": [{"id": ""}]}, "at least 1 character"),
        ({"tenants": [7]}, "must be a tenant's id or an object with an id, not 7"),
        ({"categories": [{**CALLED_A, "is_editable": False}]},
         "is_editable is not a key; write default_preference: cant_unsubscribe for false"),
        ({"categories": [{**CALLED_A, "mandatory_channels": ["sms"]}]},
         "categories[0].mandatory_channels names sms, which is not one of the category's channels"),
        ({"categories": [CALLED_A], "tenants": [
            {"id": "t", "categories": [{"category": "a", "default_opt_in_channels": ["email", "sms"]}]}]},
         "tenants[0].categories[0].default_opt_in_channels names sms, which is not one of the category's channels"),
        ({"categories": [CALLED_A], "tenants": [{"id": "t", "categories": [{"category": "a"}, {"category": "a"}]}]},
         "tenants[0].categories[1] is there twice"),
        ({"objects": [{"type": "x", "id": "y"}], "channel_preferences": [
            {"object": {"type": "x", "id": "y"}, "channel": "sms"},
            {"object": {"type": "x", "id": "y"}, "channel": "sms", "is_restricted": False}]},
         "channel_preferences[1] is there twice"),
        ({"categories": [CALLED_A], "tenants": [
            {"id": "t", "categories": [{"category": "a", "blocked_channels": ["sms"]}]}]},
         "tenants[0].categories[0].blocked_channels names sms, which is not one of the category's channels"),
        ({"tenants": [{"id": "a", "categories": [{"category": "a", "blocked_channels": ["emial"]}]}]},
         "did you mean 'email'?"),
    ],
)  # fmt: skip
def test_fixtures_name_only_what_is_known(change, fault):
    content = {"objects": [], "tenants": [], "categories": [], **change}

    with pytest.raises(ValidationError, match=re.escape(fault)):
        suprsend.Fixtures.model_validate(content)

"""SuprSend's object preferences as a whole: one model behind every way to read and to write them."""

from __future__ import annotations

import json

import pytest

from tests.mockserver.apis.suprsend.object_preferences import CALLED_A, DESIGN, begin, good, slugs, words
from tests.testbed.calls import CATEGORY, OBJECT, bearer

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


def test_number_may_have_any_digits_as_in_json(caller):
    assert good(caller.ask("/category", offset="9" * 30))["results"] == []


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


# who may, and what is not there


@pytest.mark.parametrize("path", ["", "/channel_preference", "/category", "/category/status-update-alert"])
def test_reading_takes_a_key_and_one_that_only_reads_will_do(caller, path):
    assert caller.http.get(OBJECT + path).status_code == 401
    assert caller.http.get(OBJECT + path, headers=bearer("SS.local-read-only-key")).status_code == 200
    assert caller.ask(path + "/").history == []
    assert caller.ask(path + "/").json() == caller.ask(path).json()


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
